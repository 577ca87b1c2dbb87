import { expect, test, vi } from 'vitest';
import { ALL, type CollectionEntry, LIBRARY } from '../../engine/collection/types.ts';
import { parseBox } from '../../engine/query/box/read-box.ts';
import { collectionOf, createContextOf, createValues, wantsNames } from './context.ts';

const offered = ['demo', 'photos', ALL].map((name) => ({ name, count: 3 }) as CollectionEntry);

test('names count as the address says, else for the visitor’s own pictures', () => {
  expect([true, false, null].map((names) => wantsNames({ names }, 'demo'))).toEqual([true, false, false]);
  expect([true, false, null].map((names) => wantsNames({ names }, LIBRARY))).toEqual([true, false, true]);
});

test('the log is read for queries by rating alone', async () => {
  const judgements = new Map([['a', 'up' as const]]);
  const database = vi.fn(async () => ({ judgements: async () => judgements }) as never);
  const contextOf = createContextOf(() => true, { database });
  expect(contextOf(parseBox('dog'))).toEqual({ names: true });
  expect(createContextOf(() => false, { database })(parseBox('dog type:png'))).toBeUndefined();
  expect(database).not.toHaveBeenCalled();
  expect(await contextOf(parseBox('dog rating:up'))).toEqual({ names: true, judgements });
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
