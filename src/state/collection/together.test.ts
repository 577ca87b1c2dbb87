import { expect, test } from 'vitest';
import { ALL, type Item, LIBRARY, type PictureSource } from '../../engine/collection/types.ts';
import type { CollectionInfo } from '../../protocol/query-worker.ts';
import { originOf, picturesOf } from './together.ts';

const source = (name: string): PictureSource => ({ picture: ({ id }, size) => ({ url: `${name}/${id}/${size}` }) });
const plain = { id: 'one' } as Item;
const from = (collection: string) => ({ ...plain, collection }) as Item;

test('pictures come from the collection that is open, or from that of each item', () => {
  const urlOf = (name: string, item: Item) => picturesOf(name, source, source('own')).picture(item, 'thumbnail');
  expect(urlOf('demo', plain)).toEqual({ url: 'demo/one/thumbnail' });
  expect(urlOf(LIBRARY, plain)).toEqual({ url: 'own/one/thumbnail' });
  expect(urlOf(ALL, from('demo'))).toEqual({ url: 'demo/one/thumbnail' });
  expect(urlOf(ALL, from(LIBRARY))).toEqual({ url: 'own/one/thumbnail' });
  expect(urlOf(ALL, plain)).toBeUndefined();
});

test('an item is said to be of a collection only where several are searched together', () => {
  const made = { id: 'mini', sha256: '' };
  const demo = { name: 'demo', title: 'The demo', licence: 'CC0', made };
  const session = (together?: CollectionInfo['together']) => ({
    collection: () => ({ together }) as CollectionInfo | undefined,
  });
  const all = session({ collections: [demo], apart: [], models: [made] });
  expect(originOf(all, from('demo'))).toEqual(demo);
  expect([originOf(all, from('gone')), originOf(all, plain), originOf(all, undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(originOf(session(), from('demo'))).toBeUndefined();
});
