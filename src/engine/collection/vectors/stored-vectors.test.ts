import { expect, test } from 'vitest';
import { finish } from '../../async/steps.ts';
import { chooseCentre, GROUPS } from '../../index/quantised/quantise.ts';
import { normalise } from '../../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { sampleVectors } from '../testing.ts';
import {
  createVectorStore,
  type Int8Vectors,
  isSameVectors,
  reorderVectors,
  type StoredVectors,
  storeVectors,
  toFloat32,
  vectorOf,
} from './stored-vectors.ts';

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

function int8(rows: Float32Array, before?: StoredVectors): Int8Vectors {
  const stored = storeVectors(rows, DIM, 'int8', before);
  if (stored.encoding !== 'int8') throw new Error('They are int8.');
  return stored;
}

/** Mean squared error, of rows stored as `stored`. */
function lossOf(stored: StoredVectors): number {
  const sum = toFloat32(stored).reduce((total, value, i) => total + (value - (vectors[i] as number)) ** 2, 0);
  return sum / stored.count;
}

test.each([150, 30])('a collection of %i that grows by more of the same keeps the bytes of its rows', (count) => {
  const before = int8(first(count));
  const more = int8(vectors, before);
  expect(more.centre).toEqual(before.centre);
  expect(more.codes.subarray(0, count * DIM)).toEqual(before.codes);
  expect(more.scales.subarray(0, count * GROUPS)).toEqual(before.scales);
  expect(lossOf(more)).toBeLessThan(1.1 * lossOf(storeVectors(vectors, DIM, 'int8')));
});

test.each([1, 2])('one that grows from %i, however slowly, does not keep the centre of its first pictures', (count) => {
  let stored = int8(first(count));
  const { centre } = stored;
  for (let rows = count + 1; rows <= 300; rows++) stored = int8(first(rows), stored);
  expect(stored.centre).not.toEqual(centre);
  expect(lossOf(stored)).toBeLessThan(1.25 * lossOf(storeVectors(vectors, DIM, 'int8')));
  const slowly = stored.centre;
  for (let rows = count; rows <= 300; rows *= 2) stored = int8(first(rows), rows === count ? undefined : stored);
  expect(stored.centre).not.toEqual(centre);
  expect(slowly).not.toEqual(chooseCentre(vectors, DIM)); // nor is it chosen each time
});

test('a centre that lies away from the rows is chosen anew, however few of them are', () => {
  const away = first(300).map((value, i) => value + (i % DIM === 0 ? 2 : 0));
  for (let row = 0; row < 300; row++) normaliseInto(away.subarray(row * DIM, (row + 1) * DIM));
  const fresh = int8(vectors);
  expect(isSameVectors(int8(vectors, int8(away)), fresh)).toBe(true);
  expect(isSameVectors(int8(first(1), fresh), int8(first(1)))).toBe(true);
});

test('rows that hardly differ, or not at all, are stored again as the same', () => {
  for (const spread of [0, 1e-6, 1e-4, 1e-2]) {
    const like = first(8).map((value, i) => (vectors[i % DIM] as number) + spread * value);
    for (let row = 0; row < 8; row++) normaliseInto(like.subarray(row * DIM, (row + 1) * DIM));
    const stored = int8(like);
    expect(isSameVectors(int8(toFloat32(stored), stored), stored)).toBe(true);
  }
});

function normaliseInto(row: Float32Array): void {
  row.set(normalise(row));
}

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
