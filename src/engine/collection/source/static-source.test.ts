import { expect, test } from 'vitest';
import { normalise } from '../../numeric/embedding.ts';
import { sampleItem } from '../testing.ts';
import type { Item } from '../types.ts';
import { createStaticPictures, createStaticSource } from './static-source.ts';

const BASE = 'https://pictures.test/app/';
const model = { id: 'tiny-clip', sha256: 'a'.repeat(64) };
const bare: Item = { ...sampleItem(2), thumbnail: null, preview: null };
const items = [sampleItem(0), sampleItem(1), bare];

const source = createStaticSource({
  manifest: { name: 'holidays', count: items.length, dim: 2, model },
  items: {
    count: items.length,
    get: async (row) => items[row] as Item,
    rowOf: async (id) => items.findIndex((item) => item.id === id),
  },
  baseUrl: BASE,
  vectorsOf: async (rows) => rows.map((row) => normalise(Float32Array.of(1, row))),
});

test('says what it is, and gives items by row and rows by id', async () => {
  expect(source).toMatchObject({ name: 'holidays', count: 3, dim: 2, model });
  expect(await source.items([2, 0, 2])).toEqual([bare, items[0], bare]);
  expect(await source.items(Uint32Array.of(1))).toEqual([items[1]]);
  expect(await source.rowOf(bare.id)).toBe(2);
  expect(await source.rowOf('f'.repeat(16))).toBe(-1);
  expect(await source.vectorsOf([0])).toEqual([Float32Array.of(1, 0)]);
});

test('pictures have addresses below the folder of the collection, where there are any', () => {
  const folder = `${BASE}collections/holidays/`;
  expect(source.picture(sampleItem(0), 'thumbnail')).toEqual({ url: `${folder}thumbs/00/0000000000000000.webp` });
  expect(source.picture(sampleItem(0), 'preview')).toEqual({ url: `${folder}previews/00/0000000000000000.webp` });
  expect(source.picture(sampleItem(0), 'original')).toBeUndefined();
  for (const size of ['thumbnail', 'preview', 'original'] as const) expect(source.picture(bare, size)).toBeUndefined();
});

test('no name leads out of the folder of all collections', () => {
  for (const name of ['../..', 'a/b', 'a?b#c', 'ü ö', '%2e%2e']) {
    const { folder, picture } = createStaticPictures(BASE, name);
    const { origin, pathname, search, hash } = new URL(folder);
    expect([origin, search, hash]).toEqual(['https://pictures.test', '', '']);
    expect(pathname.split('/')).toHaveLength(5); // '', app, collections, the name, ''
    expect(picture(sampleItem(0), 'thumbnail')?.url.startsWith(folder)).toBe(true);
  }
});
