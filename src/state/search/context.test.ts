import { expect, test, vi } from 'vitest';
import { ALL, type CollectionEntry, LIBRARY } from '../../engine/collection/types.ts';
import { parseBox } from '../../engine/query/box/read-box.ts';
import type { AskedPictures } from './asked-pictures.ts';
import { collectionOf, createContextOf, createValues, wantsNames } from './context.ts';
import { pictureQuery } from './like.ts';

const offered = ['demo', 'photos', ALL].map((name) => ({ name, count: 3 }) as CollectionEntry);

test('names count as the address says, else for the visitor’s own pictures', () => {
  expect([true, false, null].map((names) => wantsNames({ names }, 'demo'))).toEqual([true, false, false]);
  expect([true, false, null].map((names) => wantsNames({ names }, LIBRARY))).toEqual([true, false, true]);
});

test('the log is read for queries by rating alone, pictures from elsewhere for those that are like some', async () => {
  const pictures = new Map([['ab'.repeat(32), new Float32Array(1)]]);
  const judgements = new Map([['a', 'up' as const]]);
  const database = vi.fn(async () => ({ judgements: async () => judgements }) as never);
  const load = vi.fn(async () => ({ vectorsOf: async () => pictures }) as unknown as AskedPictures);
  const contextOf = createContextOf(() => true, { database }, { load });
  expect(contextOf(parseBox('dog'))).toEqual({ names: true });
  expect(createContextOf(() => false, { database }, { load })(parseBox('dog type:png'))).toBeUndefined();
  expect([database, load].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  expect(await contextOf(parseBox('dog rating:up'))).toEqual({ names: true, judgements });
  expect(await contextOf(parseBox('album:sea'))).toEqual({ names: true, judgements });
  database.mockRejectedValueOnce(new Error('There is no log.'));
  expect(await contextOf(parseBox('album:sea'))).toEqual({ names: true });
  expect(load).not.toHaveBeenCalled();

  const both = pictureQuery(parseBox('dog rating:up'), 'ab'.repeat(32));
  expect(await contextOf(both)).toEqual({ names: true, judgements, pictures });
  expect(await contextOf({ ...both, filters: [] })).toEqual({ names: true, pictures });
});

test('a search names the collection to open, where it is one that is there', () => {
  const opened = (text: string) => collectionOf({ query: parseBox(text), collection: 'demo' }, offered);
  expect(['dog', 'dog in:photos', 'in:none', 'in:demo in:photos', `in:${LIBRARY}`].map(opened)).toEqual([
    ...['demo', 'photos', 'demo', 'demo', LIBRARY],
  ]);
  expect(collectionOf({ query: parseBox('in:photos'), collection: null }, undefined)).toBeNull();
  expect(collectionOf({ query: parseBox('in:photos'), collection: ALL }, offered)).toBe(ALL);
});

test('values are those of the page or of the open collection', async () => {
  const client = { values: vi.fn(async () => [{ value: 'png', count: 2 }]) };
  const values = createValues(client, { collections: () => offered });
  expect(await values('rating', 'U')).toEqual([{ value: 'up' }]);
  expect(await values('in', 'p')).toEqual([{ value: 'photos', count: 3 }]);
  expect((await values('in', '')).map(({ value }) => value)).toEqual(['demo', 'photos']);
  expect(client.values).not.toHaveBeenCalled();
  expect(await values('type', 'p')).toEqual([{ value: 'png', count: 2 }]);
  expect(client.values).toHaveBeenCalledWith('type', 'p');
});
