import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKernels } from '../../kernels/load.ts';
import { seededRandom } from '../../numeric/testing-vectors.ts';
import { createBitset, hasBit, setBit } from '../bitset.ts';
import { BITS, codeBytes, getComponent, largestOf, putComponent } from './code.ts';
import { createCodeRows } from './code-rows.ts';

const hosts = [createKernels, (bytes: number) => createKernels(bytes, {})];

/** Few bytes, so that many rows have the same sum. */
const code = (bytes: number) => fc.array(fc.constantFrom(0, 1, 0x30, 255), { minLength: bytes, maxLength: bytes });

const shape = fc.record({ width: fc.constantFrom(32, 64, 128), bits: fc.constantFrom(...BITS) });
const setUp = shape.chain(({ width, bits }) =>
  fc.record({
    shape: fc.constant({ width, bits }),
    codes: fc.array(code(codeBytes({ width, bits })), { maxLength: 60 }),
    appended: fc.array(code(codeBytes({ width, bits })), { maxLength: 10 }),
    query: fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: width, maxLength: width }),
    n: fc.nat(80),
    passing: fc.option(fc.uniqueArray(fc.nat(75)), { nil: undefined }),
  }),
);

test('finds the largest sums by definition, with or without a filter', () => {
  fc.assert(
    fc.property(setUp, ({ shape: { width, bits }, codes, appended, query, n, passing }) => {
      const all = [...codes, ...appended].map((bytes) => Uint8Array.from(bytes));
      const sums = all.map((bytes) =>
        query.reduce((sum, value, i) => sum + value * getComponent(bits, bytes, 0, i), 0),
      );
      const filter = passing && createBitset(80);
      for (const row of passing ?? []) setBit(filter as Uint32Array, row);
      const candidates = all.flatMap((_, row) => (filter === undefined || hasBit(filter, row) ? [row] : []));
      const found = hosts.map((kernels) => {
        const rows = createCodeRows({ width, bits, count: codes.length, kernels });
        rows.put(0, Uint8Array.from(codes.flat()));
        for (const [i, bytes] of appended.entries()) {
          expect(rows.append(Uint8Array.from(bytes))).toBe(codes.length + i);
        }
        expect(rows.count).toBe(all.length);
        return rows.nearest(Float32Array.from(query), n, filter);
      });
      expect(found[0]).toEqual(found[1]);

      const rows = [...(found[0]?.rows ?? [])];
      expect(rows).toHaveLength(Math.min(n, candidates.length));
      expect(rows).toEqual(candidates.filter((row) => rows.includes(row)));
      // What a distance stands for, and what the query loses at 16 bits, or in tables of steps up to 63.
      const span = query.reduce((sum, value) => sum + largestOf(bits) * Math.abs(value), 0);
      const tolerance = bits === 4 ? span / 4096 + width * 1e-3 : (width / 4) * (4 / 63 / 2) + 1e-4;
      for (const [i, row] of rows.entries()) {
        expect(Math.abs((found[0]?.sums[i] as number) - (sums[row] as number))).toBeLessThanOrEqual(tolerance);
      }
      const least = Math.min(...rows.map((row) => sums[row] as number));
      const missed = candidates.filter((row) => !rows.includes(row)).map((row) => sums[row] as number);
      expect(Math.max(...missed)).toBeLessThanOrEqual(least + 2 * tolerance);
    }),
  );
});

describe.each(BITS)('codes of %s bits', (bits) => {
  const bytes = codeBytes({ width: 32, bits });

  test('of rows that cannot be told apart the first ones are found', () => {
    const rows = createCodeRows({ width: 32, bits, count: 50 });
    rows.put(0, new Uint8Array(50 * bytes));
    expect([...rows.nearest(new Float32Array(32).fill(0.1), 3).rows]).toEqual([0, 1, 2]);
    expect([...rows.nearest(new Float32Array(32), 3).rows]).toEqual([0, 1, 2]);
  });

  test('searches what has arrived without a gap', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 20 })), { maxLength: 20 }), (parts) => {
        const rows = createCodeRows({ width: 32, bits, count: 60 });
        const there = new Set<number>();
        for (const [first, length] of parts) {
          const last = Math.min(60, first + length);
          rows.put(first, new Uint8Array((last - first) * bytes));
          for (let row = first; row < last; row++) there.add(row);
          let end = 0;
          while (there.has(end)) end++;
          expect(rows.end).toBe(end);
          expect(rows.nearest(new Float32Array(32), 100).rows).toHaveLength(end);
        }
      }),
    );
  });

  test('rows are the same in whatever parts they arrive', () => {
    const random = seededRandom(3);
    const codes = Uint8Array.from({ length: 100 * bytes }, () => 256 * random());
    const query = Float32Array.from({ length: 32 }, () => random() - 0.5);
    const [whole, parts] = [0, 1].map(() => createCodeRows({ width: 32, bits, count: 100 }));
    whole?.put(0, codes);
    const cuts = [0, 5, 16, 37, 90, 100];
    for (const i of [3, 0, 4, 2, 1]) {
      parts?.put(cuts[i] as number, codes.subarray((cuts[i] as number) * bytes, (cuts[i + 1] as number) * bytes));
    }
    expect(parts?.nearest(query, 20)).toEqual(whole?.nearest(query, 20));
    expect(whole?.nearest(query, 20).rows).toHaveLength(20);
  });

  test('searches more than are scanned in one call', () => {
    const random = seededRandom(1);
    const codes = Uint8Array.from({ length: 40_000 * bytes }, () => 256 * random());
    const query = Float32Array.from({ length: 32 }, () => random() - 0.5);
    const [wasm, reference] = hosts.map((kernels) => {
      const rows = createCodeRows({ width: 32, bits, count: 40_000, kernels });
      rows.put(0, codes);
      return rows.nearest(query, 500);
    });
    expect(wasm).toEqual(reference);
    expect(wasm?.rows).toHaveLength(500);
  });

  test.each([3, 20])('of many rows, of which one of %s passes, finds the best that do', (apart) => {
    const random = seededRandom(2);
    const query = Float32Array.from({ length: 32 }, () => random() - 0.5);
    const rows = createCodeRows({ width: 32, bits, count: 50_000 });
    rows.put(
      0,
      Uint8Array.from({ length: 50_000 * bytes }, () => 256 * random()),
    );
    const filter = createBitset(50_000);
    for (let row = 1; row < 50_000; row += apart) setBit(filter, row);
    const all = rows.nearest(query, 50_000);
    const passing = Array.from(all.rows, (row) => ({ row, sum: all.sums[row] as number })).filter(
      ({ row }) => row % apart === 1,
    );
    const best = passing.toSorted((a, b) => b.sum - a.sum || a.row - b.row).slice(0, 500);
    const expected = best.toSorted((a, b) => a.row - b.row);
    const found = rows.nearest(query, 500, filter);
    expect([...found.rows]).toEqual(expected.map(({ row }) => row));
    expect([...found.sums]).toEqual(expected.map(({ sum }) => sum));
  });

  test('makes room for what is appended', () => {
    const rows = createCodeRows({ width: 32, bits, count: 0 });
    const best = new Uint8Array(bytes).fill(255);
    for (let row = 0; row < 2000; row++) rows.append(row === 1234 ? best : new Uint8Array(bytes));
    expect([...rows.nearest(new Float32Array(32).fill(1), 1).rows]).toEqual([1234]);
  });
});

test.each([512, 544, 768, 4096])('sums of %s single bits are told apart, from the worst to the best', (width) => {
  const random = seededRandom(4);
  const weights = Float32Array.from({ length: width }, () => (random() < 0.5 ? -1 : 1));
  const best = new Uint8Array(width / 8);
  weights.forEach((weight, i) => {
    if (weight > 0) putComponent(1, best, 0, i, 1);
  });
  const worst = best.map((byte) => ~byte);
  for (const kernels of hosts) {
    const rows = createCodeRows({ width, bits: 1, count: 3, kernels });
    rows.put(0, Uint8Array.of(...worst, ...best, ...best.fill(0, 0, width / 16)));
    const all = rows.nearest(weights, 3);
    const most = weights.filter((weight) => weight > 0).length;
    expect(all.sums[0]).toBeCloseTo(most - width, 1);
    expect(all.sums[1]).toBeCloseTo(most, 1);
    expect([...rows.nearest(weights, 1).rows]).toEqual([1]);
    expect([...rows.nearest(weights, 2).rows]).toEqual([1, 2]);
    best.set(worst.map((byte) => ~byte));
  }
});

describe('refuses', () => {
  const mismatch = expect.objectContaining({ code: 'dimension-mismatch' });

  test.each([0, 31, -32, 48, Number.NaN])('codes of %s components', (width) => {
    expect(() => createCodeRows({ width, bits: 4, count: 1 })).toThrow(mismatch);
  });

  test('codes that do not fit', () => {
    const rows = createCodeRows({ width: 32, bits: 4, count: 3 });
    expect(() => rows.put(0, new Uint8Array(17))).toThrow(mismatch);
    for (const first of [-1, 0.5, 2]) expect(() => rows.put(first, new Uint8Array(32))).toThrow(mismatch);
    expect(() => rows.append(new Uint8Array(15))).toThrow(mismatch);
    expect(() => rows.nearest(new Float32Array(64), 1)).toThrow(mismatch);
  });

  test('more than memory has addresses for', () => {
    const tooLarge = expect.objectContaining({ code: 'index-too-large' });
    expect(() => createCodeRows({ width: 128, bits: 4, count: 2 ** 27 })).toThrow(tooLarge);
  });
});

test('is empty when disposed of', () => {
  const rows = createCodeRows({ width: 32, bits: 4, count: 3 });
  rows.put(0, new Uint8Array(48));
  rows.dispose();
  expect(rows.nearest(new Float32Array(32), 2).rows).toHaveLength(0);
  expect(() => rows.append(new Uint8Array(16))).toThrow('disposed');
});
