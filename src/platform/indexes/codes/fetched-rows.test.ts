import { expect, test } from 'vitest';
import { createBitset, setBit } from '../../../engine/index/bitset.ts';
import { createInt8Rows } from '../../../engine/index/quantised/int8-rows.ts';
import { chooseCentre, quantise } from '../../../engine/index/quantised/quantise.ts';
import { createQuantisedIndex } from '../../../engine/index/quantised/quantised-index.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../../engine/numeric/testing-vectors.ts';
import { createFetchedRows } from './fetched-rows.ts';

const [DIM, COUNT, HELD, BLOCK] = [32, 400, 64, 8];
const vectors = clusteredVectors(COUNT, DIM);
const flat = flatten(vectors, DIM);
const centre = chooseCentre(flat, DIM);
const block = (place: number) => quantise(flat.subarray(place * BLOCK * DIM, (place + 1) * BLOCK * DIM), DIM, centre);
const [query] = clusteredVectors(1, DIM, 5) as [Embedding];
const rowsOf = (...places: number[]) =>
  Uint32Array.from(places.flatMap((place) => Array.from({ length: BLOCK }, (_, i) => place * BLOCK + i)));

function truth() {
  const rows = createInt8Rows({ dim: DIM, count: COUNT, centre });
  for (let place = 0; place < COUNT / BLOCK; place++) rows.put(place * BLOCK, block(place));
  return createQuantisedIndex(rows);
}

test('given rows are scored as where all are held, and those that are not held left out', () => {
  const rows = createFetchedRows({ dim: DIM, count: COUNT, centre, held: HELD });
  for (const place of [40, 3, 11]) rows.put(place * BLOCK, block(place));
  expect(rows).toMatchObject({ count: COUNT, size: 3 * BLOCK });
  expect([rows.has(40 * BLOCK), rows.has(24), rows.has(0)]).toEqual([true, true, false]);
  const hits = createQuantisedIndex(rows).rescore(query, rowsOf(0, 3, 11, 20, 40), 10);
  expect(hits).toEqual(truth().rescore(query, rowsOf(3, 11, 40), 10));
});

test('those that pass a filter are, too', () => {
  const rows = createFetchedRows({ dim: DIM, count: COUNT, centre, held: HELD });
  for (const place of [40, 3, 11]) rows.put(place * BLOCK, block(place));
  const filter = createBitset(COUNT);
  for (const row of rowsOf(0, 3, 40)) setBit(filter, row);
  const right = truth().rescore(query, rowsOf(3, 40), 10);
  const index = createQuantisedIndex(rows);
  expect(index.search(query, { k: 10, filter })).toEqual(right);
  expect(index.searchFew(query, { k: 10, filter }, 3 * BLOCK)).toEqual(right);
  expect(index.searchFew(query, { k: 10, filter }, 3 * BLOCK - 1)).toBeUndefined();
});

test('the oldest make room for new ones, which may be fetched again', () => {
  const rows = createFetchedRows({ dim: DIM, count: COUNT, centre, held: HELD });
  const most = HELD / BLOCK;
  for (let place = 0; place <= most; place++) rows.put(place * BLOCK, block(place));
  expect(rows.size).toBe(HELD);
  expect([rows.has(0), rows.has(BLOCK), rows.has(most * BLOCK)]).toEqual([false, true, true]);
  rows.put(0, block(0));
  expect([rows.has(0), rows.has(BLOCK)]).toEqual([true, false]);
  const all = rowsOf(...Array.from({ length: most + 1 }, (_, i) => i));
  const held = all.filter((row) => rows.has(row));
  expect(createQuantisedIndex(rows).rescore(query, all, 20)).toEqual(truth().rescore(query, held, 20));
});

test('appended rows stay, removed ones do not come back', () => {
  const rows = createFetchedRows({ dim: DIM, count: COUNT, centre, held: HELD });
  expect(rows.append(query)).toBe(COUNT);
  rows.remove(5);
  for (let place = 0; place < 20; place++) rows.put(place * BLOCK, block(place));
  rows.put(0, block(0));
  expect([rows.has(COUNT), rows.has(4), rows.has(5)]).toEqual([true, true, false]);
  expect(createQuantisedIndex(rows).rescore(query, Uint32Array.of(4, 5, COUNT), 3)[0]?.row).toBe(COUNT);
  expect(() => rows.scan(query)).toThrow(/Not all rows/);
});

test('a removed row that is fetched takes the place of the one that lay there', () => {
  const rows = createFetchedRows({ dim: DIM, count: COUNT, centre, held: HELD });
  rows.remove(5);
  const places = Array.from({ length: HELD / BLOCK }, (_, i) => 10 + i);
  for (const place of places) rows.put(place * BLOCK, block(place));
  expect(rows.has(85)).toBe(true);
  rows.put(0, block(0)); // where block 10 lay, row 5 where row 85 did
  expect([rows.has(4), rows.has(5), rows.has(85), rows.size]).toEqual([true, false, false, HELD - 1]);
  const held = rowsOf(0, ...places.slice(1)).filter((row) => row !== 5);
  const found = createQuantisedIndex(rows).rescore(query, rowsOf(0, ...places), COUNT);
  expect(found).toEqual(truth().rescore(query, held, COUNT));
});

test('a row that was fetched again stays when its old place is taken', () => {
  const rows = createFetchedRows({ dim: DIM, count: COUNT, centre, held: HELD });
  for (const place of [0, 1, 2, 0, 3, 4, 5, 6]) rows.put(place * BLOCK, block(place));
  rows.put(7 * BLOCK, block(7)); // where block 0 lay first
  expect([rows.has(0), rows.has(7 * BLOCK), rows.size]).toEqual([true, true, HELD]);
  const all = rowsOf(0, 1, 2, 3, 4, 5, 6, 7);
  expect(createQuantisedIndex(rows).rescore(query, all, HELD)).toEqual(truth().rescore(query, all, HELD));
});
