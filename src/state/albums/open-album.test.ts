import { expect, test } from 'vitest';
import { testItem } from '../../engine/collection/items/testing-items.ts';
import type { Item } from '../../engine/collection/types.ts';

import type { Embedding } from '../../engine/numeric/embedding.ts';
import { parseBox } from '../../engine/query/box/read-box.ts';
import type { Query } from '../../engine/query/query.ts';
import type { AlbumSummary } from '../../protocol/albums.ts';
import { albumShown, openingOf, pictureOf, savedSearch } from './open-album.ts';

const album = (name: string, changes: Partial<AlbumSummary> = {}): AlbumSummary => ({
  ...{ id: name, name, changed: '', search: undefined, count: 0, cover: undefined, collections: [] },
  ...changes,
});

const manifest = { name: 'demo', model: { id: 'm', sha256: 'a'.repeat(64) } };

test.each([
  [[], null],
  [['library'], 'library'],
  [['library', 'demo'], '*'],
] as const)('an album with pictures of %j opens in %j', (collections, collection) => {
  expect(openingOf(album('At sea', { collections }))).toEqual({
    ...{ view: 'search', item: null, names: null, collection },
    query: { terms: [], filters: [{ field: 'album', value: 'At sea' }] },
  });
});

test('a saved search opens as it was asked, and one of a newer page not at all', () => {
  const query = parseBox('dog -cat type:png');
  const search = savedSearch(query, manifest, true);
  expect(openingOf(album('Dogs', { search }))).toMatchObject({ query, collection: 'demo', names: true });
  expect(openingOf(album('Dogs', { search: { ...search, query: '99_w.dog' } }))).toBeUndefined();
});

test('the album that is shown is the one that the search filters by', () => {
  const albums = [album('At sea'), album('Dogs')];
  expect(albumShown(parseBox('beach album:"AT SEA"'), albums)?.name).toBe('At sea');
  expect(albumShown(parseBox('album:dogs album:"at sea"'), albums)).toBeUndefined();
  expect(albumShown(parseBox('album:cats'), albums)).toBeUndefined();
  expect(albumShown(parseBox('dogs'), albums)).toBeUndefined();
  expect(albumShown(parseBox('album:dogs'), undefined)).toBeUndefined();
});

test('a picture is named by the collection that it is from', () => {
  const thumbnail = { path: 'thumbs/0.webp', width: 1, height: 1 };
  const item = testItem(3, { thumbnail });
  expect(pictureOf(item, 'demo')).toEqual({ collection: 'demo', id: item.id, thumbnail: 'thumbs/0.webp' });
  expect(pictureOf({ ...testItem(3), collection: 'library' } as Item, '*')).toEqual({
    collection: 'library',
    id: item.id,
  });
});

test('a search for a picture from elsewhere is saved with what the model saw in it', () => {
  const query: Query = { terms: [{ kind: 'picture', sha256: 'b'.repeat(64), weight: 1 }], filters: [] };
  const seen = new Map([['b'.repeat(64), Float32Array.of(0.6, 0.8) as Embedding]]);
  expect(savedSearch(query, manifest, false, seen).pictures).toEqual([
    { sha256: 'b'.repeat(64), model: 'a'.repeat(64), embedding: [Math.fround(0.6), Math.fround(0.8)] },
  ]);
  expect(savedSearch(parseBox('dog'), manifest, false, new Map()).pictures).toBeUndefined();
});

test('a search is saved with the thumbs on its results, in their order', () => {
  const thumbs = new Map([
    ['b', 'up'],
    ['a', 'down'],
  ] as const);
  expect(savedSearch(parseBox('dog'), manifest, false, new Map(), thumbs).thumbs).toEqual([
    { id: 'b', judgement: 'up' },
    { id: 'a', judgement: 'down' },
  ]);
  expect(savedSearch(parseBox('dog'), manifest, false)).not.toHaveProperty('thumbs');
});
