import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBitset, setBit } from '../bitset.ts';
import { createKernels } from '../kernels/load.ts';
import { seededRandom } from '../test-vectors.ts';
import { type CodeRows, createCodeRows } from './code-rows.ts';

const hosts = [createKernels, (bytes: number) => createKernels(bytes, {})];

const bitCount = (byte: number): number => (byte === 0 ? 0 : (byte & 1) + bitCount(byte >> 1));
const distance = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, byte, i) => sum + bitCount(byte ^ (b[i] as number)), 0);

/** Few bytes, so that many are equally far. */
const code = (width: number) =>
  fc
    .array(fc.constantFrom(0, 1, 3, 255), { minLength: width, maxLength: width })
    .map((bytes) => Uint8Array.from(bytes));

const setUp = fc.constantFrom(8, 64, 128, 192, 512).chain((bits) =>
  fc.record({
    bits: fc.constant(bits),
    codes: fc.array(code(bits / 8), { maxLength: 60 }),
    appended: fc.array(code(bits / 8), { maxLength: 10 }),
    query: code(bits / 8),
    n: fc.nat(80),
    filter: fc.option(fc.uniqueArray(fc.nat(75)), { nil: undefined }),
  }),
);

test('finds the nearest by definition, with or without a filter', () => {
  fc.assert(
    fc.property(setUp, ({ bits, codes, appended, query, n, filter }) => {
      const all = [...codes, ...appended];
      const passing = createBitset(80);
      for (const row of filter ?? []) setBit(passing, row);
      const expected = all
        .map((one, row) => ({ row, distance: distance(one, query) }))
        .filter(({ row }) => filter === undefined || filter.includes(row))
        .sort((a, b) => a.distance - b.distance || a.row - b.row)
        .slice(0, n)
        .sort((a, b) => a.row - b.row);
      for (const kernels of hosts) {
        const rows = createCodeRows({ bits, count: codes.length, kernels });
        rows.put(0, Uint8Array.from(codes.flatMap((one) => [...one])));
        for (const [i, one] of appended.entries()) expect(rows.append(one)).toBe(codes.length + i);
        const found = rows.nearest(query, n, filter && passing);
        expect([...found.rows]).toEqual(expected.map(({ row }) => row));
        expect([...found.distances]).toEqual(expected.map((hit) => hit.distance));
        expect(rows.count).toBe(all.length);
      }
    }),
  );
});

test('projects rows onto a query by definition', () => {
  const projection = setUp.chain(({ bits, codes, appended }) =>
    fc.record({
      bits: fc.constant(bits),
      codes: fc.constant([...codes, ...appended]),
      query: fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: bits, maxLength: bits }),
      asked: fc.array(fc.nat(200), { maxLength: 100 }),
    }),
  );
  fc.assert(
    fc.property(projection, ({ bits, codes, query, asked }) => {
      const rows = Uint32Array.from(codes.length === 0 ? [] : asked, (row) => row % codes.length);
      const found = hosts.map((kernels) => {
        const held = createCodeRows({ bits, count: codes.length, kernels });
        held.put(0, Uint8Array.from(codes.flatMap((one) => [...one])));
        return held.project(Float32Array.from(query), rows);
      });
      expect(found[0]).toEqual(found[1]);
      const peak = Math.max(...query.map(Math.abs));
      for (const [i, row] of rows.entries()) {
        const code = codes[row] as Uint8Array;
        const sum = query.reduce(
          (all, value, j) => all + (((code[j >> 3] as number) >> (j & 7)) & 1 ? value : -value),
          0,
        );
        expect(Math.abs((found[0]?.[i] as number) - sum)).toBeLessThanOrEqual((bits * peak) / 254 + 1e-4);
      }
    }),
  );
});

test('searches what has arrived without a gap', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 20 })), { maxLength: 20 }), (parts) => {
      const rows = createCodeRows({ bits: 64, count: 60 });
      const there = new Set<number>();
      for (const [first, length] of parts) {
        const last = Math.min(60, first + length);
        rows.put(first, new Uint8Array((last - first) * 8));
        for (let row = first; row < last; row++) there.add(row);
        let end = 0;
        while (there.has(end)) end++;
        expect(rows.end).toBe(end);
        expect(rows.nearest(new Uint8Array(8), 100).rows).toHaveLength(end);
      }
    }),
  );
});

test('searches more than are scanned in one call', () => {
  const random = seededRandom(1);
  const codes = Uint8Array.from({ length: 40_000 * 8 }, () => 256 * random());
  const [wasm, reference] = hosts.map((kernels) => {
    const rows = createCodeRows({ bits: 64, count: 40_000, kernels });
    rows.put(0, codes);
    return rows.nearest(codes.subarray(39_000 * 8, 39_001 * 8), 500);
  });
  expect(wasm).toEqual(reference);
  expect(wasm?.distances[wasm.rows.indexOf(39_000)]).toBe(0);
});

test('makes room for what is appended', () => {
  const rows = createCodeRows({ bits: 64, count: 0 });
  for (let row = 0; row < 2000; row++) rows.append(Uint8Array.of(row & 255, row >> 8, 0, 0, 0, 0, 0, 0));
  expect([...rows.nearest(Uint8Array.of(0xd2, 0x04, 0, 0, 0, 0, 0, 0), 1).rows]).toEqual([1234]);
});

describe('refuses', () => {
  const mismatch = expect.objectContaining({ code: 'dimension-mismatch' });
  let rows: CodeRows;

  test.each([0, 12, -8, 1.5, 2 ** 20, Number.NaN])('codes of %s bits', (bits) => {
    expect(() => createCodeRows({ bits, count: 1 })).toThrow(mismatch);
  });

  test('codes that do not fit', () => {
    rows = createCodeRows({ bits: 64, count: 3 });
    expect(() => rows.put(0, new Uint8Array(9))).toThrow(mismatch);
    for (const first of [-1, 0.5, 2]) expect(() => rows.put(first, new Uint8Array(16))).toThrow(mismatch);
    expect(() => rows.append(new Uint8Array(7))).toThrow(mismatch);
    expect(() => rows.nearest(new Uint8Array(16), 1)).toThrow(mismatch);
    expect(() => rows.project(new Float32Array(63), new Uint32Array(1))).toThrow(mismatch);
    expect(() => rows.project(new Float32Array(64), Uint32Array.of(3))).toThrow(mismatch);
  });

  test('more than memory has addresses for', () => {
    const count = 2 ** 27;
    expect(() => createCodeRows({ bits: 512, count })).toThrow(expect.objectContaining({ code: 'index-too-large' }));
  });
});

test('is empty when disposed of', () => {
  const rows = createCodeRows({ bits: 64, count: 3 });
  rows.put(0, new Uint8Array(24));
  rows.dispose();
  expect(rows.nearest(new Uint8Array(8), 2).rows).toHaveLength(0);
  expect(() => rows.append(new Uint8Array(8))).toThrow('disposed');
});
