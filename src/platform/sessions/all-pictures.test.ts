import { expect, test, vi } from 'vitest';
import type { Source } from '../../engine/collection/source/source.ts';
import { type Item, withPerceptualHash } from '../../engine/collection/types.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors } from '../../engine/numeric/testing-vectors.ts';
import { pictureSignature } from '../../engine/similar/signature/signature.ts';
import { drawScene, sceneOf } from '../../engine/similar/signature/testing-pictures.ts';
import { createAllPictures } from './all-pictures.ts';

const hex = (value: number) => value.toString(16).padStart(16, '0');

/** Rows 2 and 5 look the same, and row 5 is larger; no other ones do. Row 0 has no hash and no date. */
function itemOf(row: number): Item {
  const item: Item = {
    ...{ id: hex(row), name: `${row}.jpg`, title: null, licence: null, width: row === 5 ? 800 : 400, height: 300 },
    ...{ bytes: 1000 + row, date: row === 0 ? null : `2024-0${1 + (row % 3)}-01T00:00:00`, preview: null },
    thumbnail: { path: `thumbs/${hex(row)}.webp`, width: 4, height: 3 },
  };
  return withPerceptualHash(item, row === 0 ? null : row === 2 ? `${row + 3}`.repeat(16) : `${row}`.repeat(16));
}

function sourceOf(count: number, more: Partial<Source> = {}): Source {
  const vectors = clusteredVectors(count, 8);
  vectors[3] = vectors[1] as Embedding;
  return {
    ...{ name: 'demo', count, dim: 8, model: { id: 'm', sha256: '' } },
    items: async (rows) => Array.from(rows, itemOf),
    rowOf: async () => -1,
    vectorsOf: async (rows) => rows.map((row) => vectors[row] as Embedding),
    picture: () => undefined,
    ...more,
  };
}

const open = (source: Source, beat = () => {}) => createAllPictures(() => source, beat);

test('copies are told by row and id, the one to keep first, with what is done and that something is being done', async () => {
  const beat = vi.fn();
  const told: number[] = [];
  const api = open(sourceOf(7), beat);
  const found = await api.copies({ kind: 'near', threshold: 1, rows: undefined }, (done) => told.push(done));
  expect(found).toEqual({
    groups: [{ rows: [5, 2], ids: [hex(5), hex(2)], reasons: ['pixels', 'bytes'] }],
    pictures: 7,
    unhashed: 1,
    hashedOnly: 6,
  });
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(beat).toHaveBeenCalled();
});

test('only of the rows that are asked for', async () => {
  const api = open(sourceOf(7));
  const rows = Uint32Array.of(6, 3, 1, 2);
  const similar = await api.copies({ kind: 'similar', threshold: 0.9999, rows }, () => {});
  expect(similar?.groups).toEqual([{ rows: [3, 1], ids: [hex(3), hex(1)], reasons: ['bytes', 'earliest'] }]);
  expect(await api.copies({ kind: 'near', threshold: 1, rows }, () => {})).toMatchObject({ groups: [], pictures: 4 });
  expect(await api.copies({ kind: 'exact', threshold: 0, rows }, () => {})).toMatchObject({ groups: [] });
});

test('vectors of two models are never compared, and pictures of each are found', async () => {
  const vectors = clusteredVectors(6, 8);
  for (const [row, same] of [
    [3, 0],
    [4, 0],
    [5, 1],
  ] as const)
    vectors[row] = vectors[same] as Embedding;
  const ofRow = (row: number) => ({ id: 'm', sha256: row < 3 || row === 4 ? 'a' : 'b' });
  const mixed = sourceOf(6, {
    vectorsOf: async (rows) => rows.map((row) => vectors[row] as Embedding),
    modelOf: ofRow,
  });
  const request = { kind: 'similar', threshold: 0.9999, rows: undefined } as const;
  const found = await open(mixed).copies(request, () => {});
  expect(found?.groups.map(({ rows }) => [...rows].sort())).toEqual([[0, 4]]); // 3 and 5 are of the other model
  const { modelOf: _, ...plain } = mixed;
  const all = await open(plain).copies(request, () => {});
  expect(all?.groups.map(({ rows }) => [...rows].sort())).toEqual([
    [0, 3, 4],
    [1, 5],
  ]);
});

test('signatures that are missing are made where that can be done, and a failure leaves the hash', async () => {
  const picture = (seed: number) => pictureSignature(drawScene(sceneOf(seed), 48, 36)) ?? undefined;
  const makeSignature = vi.fn(async ({ name }: Item) => {
    if (name === '4.jpg') throw new Error('broken');
    return picture(name === '1.jpg' || name === '3.jpg' ? 1 : Number.parseInt(name, 10) + 20);
  });
  const api = open(sourceOf(7, { makeSignature }));
  const found = await api.copies({ kind: 'near', threshold: 0.98, rows: undefined }, () => {});
  expect(found?.groups.map(({ rows }) => rows)).toEqual([[3, 1]]);
  expect(found).toMatchObject({ unhashed: 0, hashedOnly: 1 });
  expect(makeSignature).toHaveBeenCalledTimes(7);
  await api.copies({ kind: 'similar', threshold: 0.98, rows: undefined }, () => {});
  expect(makeSignature).toHaveBeenCalledTimes(7);
});

test('a newer search takes the place of the one that runs, and stopping ends it', async () => {
  const api = open(sourceOf(1200));
  const request = { kind: 'exact', threshold: 0, rows: undefined } as const;
  const [first, second] = [api.copies(request, () => {}), api.copies(request, () => {})];
  expect(await first).toBeUndefined();
  expect(await second).toMatchObject({ pictures: 1200 });
  const third = api.copies(request, () => {});
  await api.stopCopies();
  expect(await third).toBeUndefined();
});

test('what cannot be read is an error, and what is too much as well', async () => {
  const failing = open(sourceOf(5, { items: async () => Promise.reject(new Error('gone')) }));
  await expect(failing.copies({ kind: 'exact', threshold: 0, rows: undefined }, () => {})).rejects.toThrow('gone');
  const large = open(sourceOf(5, { count: 1_000_000 }));
  await expect(large.timeline('newest', undefined)).rejects.toMatchObject({ code: 'index-too-large' });
});

test('a timeline has rows, months and years', async () => {
  const api = open(sourceOf(7));
  const newest = await api.timeline('newest', undefined);
  expect([...newest.rows]).toEqual([2, 5, 1, 4, 3, 6, 0]);
  expect(newest.months.map(({ month, count }) => [month, count])).toEqual([
    ['2024-03', 2],
    ['2024-02', 2],
    ['2024-01', 2],
    [null, 1],
  ]);
  expect(newest.years).toEqual([{ year: '2024', from: 0, count: 6 }]);
  const oldest = await api.timeline('oldest', Uint32Array.of(5, 0, 4));
  expect([...oldest.rows]).toEqual([4, 5, 0]);
});
