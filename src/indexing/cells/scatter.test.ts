import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.node.ts';
import { readScattered, type Sizes, scatterRows } from './scatter.ts';
import { createMemoryWorkFolder } from './testing-work-folder.ts';

/** Rows that say which they are. */
function rowsOf(sizes: Sizes, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, row) => {
    const size = typeof sizes === 'number' ? sizes : (sizes[row] as number);
    return new Uint8Array(size).map((_, i) => (row * 31 + i) & 255);
  });
}

test('rows come into any order, however many buckets it takes', async () => {
  const buckets = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5000 }),
      fc.constantFrom('same', 'several'),
      fc.integer(),
      async (count, kind, seed) => {
        const order = Uint32Array.from({ length: count }, (_, row) => row).sort(
          (a, b) => (Math.imul(a ^ seed, 0x9e3779b1) >>> 0) - (Math.imul(b ^ seed, 0x9e3779b1) >>> 0),
        );
        const sizes = kind === 'same' ? 5 : Uint32Array.from({ length: count }, (_, row) => 1 + ((row * 7) % 13));
        const rows = rowsOf(sizes, count);
        const folder = createMemoryWorkFolder(sha256);
        const from = await folder.create('from');
        await from.write(0, Buffer.concat(rows));
        const to = await folder.create('to');
        const limits = { bucketBytes: 6000, heldBytes: 4000 };
        const done: number[] = [];
        await scatterRows(from, to, { order, sizes }, (many) => done.push(many), limits);
        expect(done.at(-1)).toBe(count);
        const found: Uint8Array[] = [];
        let read = 0;
        for await (const { first, rows: some } of readScattered(to, { order, sizes }, limits)) {
          expect(first).toBe(found.length);
          found.push(...some);
          read++;
        }
        buckets.add(read);
        const right = Array.from(order, (row) => rows[row] as Uint8Array);
        expect(Buffer.concat(found).equals(Buffer.concat(right))).toBe(true);
        expect(found.map(({ length }) => length)).toEqual(right.map(({ length }) => length));
      },
    ),
    { numRuns: 50 },
  );
  expect(buckets.size).toBeGreaterThan(2);
});
