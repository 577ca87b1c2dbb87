import { expect, test } from 'vitest';
import { chooseCentre } from '../quantised/quantise.ts';
import { finish } from '../steps.ts';
import { clusteredVectors, flatten } from '../test-vectors.ts';
import {
  createVectorStore,
  isSameVectors,
  reorderVectors,
  storeVectors,
  toFloat32,
  vectorOf,
} from './stored-vectors.ts';
import { sampleVectors } from './testing.ts';

const DIM = 64;
const vectors = flatten(clusteredVectors(300, DIM), DIM);
const first = (rows: number) => vectors.subarray(0, rows * DIM);

test.each(['int8', 'f16', 'f32'] as const)('%s: what comes back is near, row by row or at once', (encoding) => {
  const stored = storeVectors(vectors, DIM, encoding);
  expect(stored).toMatchObject({ encoding, count: 300, dim: DIM });
  const back = toFloat32(stored);
  const largest = Math.max(...back.map((value, i) => Math.abs(value - (vectors[i] as number))));
  expect(largest).toBeLessThanOrEqual({ int8: 0.003, f16: 0.0003, f32: 0 }[encoding]);
  for (const row of [0, 7, 299]) expect(vectorOf(stored, row)).toEqual(back.subarray(row * DIM, (row + 1) * DIM));
});

test.each(['int8', 'f16', 'f32'] as const)('%s: stored again, the same', (encoding) => {
  const stored = storeVectors(vectors, DIM, encoding);
  expect(isSameVectors(storeVectors(toFloat32(stored), DIM, encoding, stored), stored)).toBe(true);
});

test.each(['int8', 'f16', 'f32'] as const)('%s: stored part by part, the same', (encoding) => {
  const whole = storeVectors(vectors, DIM, encoding);
  const store = createVectorStore(encoding, 300, DIM, chooseCentre(vectors, DIM));
  for (const [from, to] of [
    [100, 300],
    [0, 1],
    [1, 100],
  ] as const)
    store.put(from, vectors.subarray(from * DIM, to * DIM));
  expect(store.stored).toEqual(whole);
});

test.each(['int8', 'f16', 'f32'] as const)('%s: rows come into another order', (encoding) => {
  const before = toFloat32(storeVectors(vectors.slice(), DIM, encoding)).slice();
  // Cycles of many lengths, and rows that stay.
  const order = Uint32Array.from({ length: 300 }, (_, i) => (i < 290 ? (i * 7 + 3) % 290 : i));
  const after = toFloat32(finish(reorderVectors(storeVectors(vectors.slice(), DIM, encoding), order)));
  for (const [place, row] of order.entries()) {
    expect(after.subarray(place * DIM, (place + 1) * DIM)).toEqual(before.subarray(row * DIM, (row + 1) * DIM));
  }
});

test('a collection that grows keeps the bytes of its rows, until it has more than doubled', () => {
  const before = storeVectors(first(150), DIM, 'int8');
  const more = storeVectors(vectors, DIM, 'int8', before);
  if (before.encoding !== 'int8' || more.encoding !== 'int8') throw new Error('They are int8.');
  expect(more.centre).toEqual(before.centre);
  expect(more.codes.subarray(0, 150 * DIM)).toEqual(before.codes);
  expect(more.scales.subarray(0, 150)).toEqual(before.scales);
  const few = storeVectors(first(149), DIM, 'int8');
  expect(storeVectors(vectors, DIM, 'int8', few)).toEqual(storeVectors(vectors, DIM, 'int8'));
});

test('another encoding, count or row is another', () => {
  const stored = storeVectors(first(10), DIM, 'int8');
  const half = storeVectors(first(10), DIM, 'f16');
  expect(isSameVectors(stored, half)).toBe(false);
  expect(isSameVectors(half, stored)).toBe(false);
  expect(isSameVectors(stored, storeVectors(first(9), DIM, 'int8', stored))).toBe(false);
  const swapped = first(10).slice();
  swapped.copyWithin(0, DIM, 2 * DIM);
  expect(isSameVectors(stored, storeVectors(swapped, DIM, 'int8', stored))).toBe(false);
  expect(isSameVectors(half, storeVectors(swapped, DIM, 'f16'))).toBe(false);
});

test('refuses what is no set of unit vectors', () => {
  expect(() => storeVectors(new Float32Array(7), 4, 'int8')).toThrow(
    expect.objectContaining({ code: 'dimension-mismatch' }),
  );
  for (const wrong of [0, 2, Number.NaN]) {
    const some = sampleVectors(3, 4);
    some.fill(wrong, 4, 8);
    expect(() => storeVectors(some, 4, 'int8')).toThrow(expect.objectContaining({ code: 'embedding-invalid' }));
    expect(() => storeVectors(some, 4, 'f16')).toThrow('row 1');
  }
});
