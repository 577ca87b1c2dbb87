import { expect, test, vi } from 'vitest';
import type { WorkerEvent } from '../../../protocol/query-worker.ts';
import { createLibraryMemory } from '../../library/testing-library-memory.ts';
import { createMemoryLibraryStore } from '../../library/testing-library-store.ts';
import { createLibraryDoor } from './library-door.browser.ts';

function setUp() {
  const memory = createLibraryMemory();
  const store = createMemoryLibraryStore(memory);
  const events: WorkerEvent['type'][] = [];
  const door = createLibraryDoor(
    () => store,
    () => ({ baseUrl: 'http://localhost/', emit: ({ type }) => events.push(type) }),
  );
  return { door, store, events, elsewhere: createMemoryLibraryStore(memory) };
}

const nothing = { kind: 'pictures', pictures: [] } as const;

test('albums are read once, and again when another tab has changed them, which is told', async () => {
  const { door, store, events, elsewhere } = setUp();
  const read = vi.spyOn(store, 'allAlbums');
  const names = async () => (await door.albums()).map(({ name }) => name);
  expect([await names(), await names()]).toEqual([[], []]);
  expect(read).toHaveBeenCalledTimes(1);
  await elsewhere.createAlbum('Sea', nothing);
  await expect.poll(() => events).toEqual(['albums']);
  expect(await names()).toEqual(['Sea']);
  await elsewhere.clear();
  await expect.poll(() => events).toEqual(['albums', 'albums']);
  expect(await names()).toEqual([]);
});

test('albums that could not be read are read again', async () => {
  const { door, store } = setUp();
  vi.spyOn(store, 'allAlbums').mockRejectedValueOnce(new Error('busy'));
  await expect(door.albums()).rejects.toThrow('busy');
  expect(await door.albums()).toEqual([]);
});

test('thumbs are those of the saved search of the same query in the same collection, which keeps new ones', async () => {
  const { door, elsewhere } = setUp();
  const asked = { query: '1_w.dog', collection: 'demo' };
  const up = [{ id: 'a', judgement: 'up' }] as const;
  const save = (name: string, changes = {}) =>
    elsewhere.createAlbum(name, { kind: 'search', search: { ...asked, names: false, thumbs: up, ...changes } });
  await elsewhere.createAlbum('Sea', nothing);
  await save('Dogs');
  await save('Cats', { query: '1_w.cat' });
  await save('Own dogs', { collection: 'library' });
  expect(await door.savedThumbs(asked)).toEqual(up);
  expect(await door.savedThumbs({ ...asked, collection: '*' })).toEqual([]);
  await door.keepThumbs(asked, [{ id: 'b', judgement: 'down' }]);
  expect(await door.savedThumbs(asked)).toEqual([{ id: 'b', judgement: 'down' }]);
  await door.keepThumbs(asked, []);
  expect(await door.savedThumbs(asked)).toEqual([]);
  const all = await elsewhere.albums();
  expect(all.map(({ name, search }) => [name, search?.thumbs])).toEqual([
    ['Cats', up],
    ['Dogs', undefined],
    ['Own dogs', up],
    ['Sea', undefined],
  ]);
});
