import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { afterEach, expect, it } from 'vitest';
import { createLibraryStore } from '../library-store.browser.ts';
import type { LibraryStore } from '../library-store.ts';
import { newPicture } from '../testing-pictures.ts';

const NAME = 'test-library-upgrade';
let store: LibraryStore | undefined;
afterEach(async () => {
  store?.close();
  await deleteDB(NAME);
});

/** The stores as version 1 made them. */
function makeFirstVersion(database: IDBPDatabase): void {
  const pictures = database.createObjectStore('pictures', { keyPath: 'key', autoIncrement: true });
  pictures.createIndex('sha256', 'sha256', { unique: true });
  pictures.createIndex('id', 'item.id');
  pictures.createIndex('folders', 'folders', { multiEntry: true });
  pictures.createIndex('hidden', ['hidden', 'hiddenAt']);
  database.createObjectStore('handles', { keyPath: 'key' });
  database.createObjectStore('renditions', { keyPath: 'path' }).createIndex('pack', 'pack');
  database.createObjectStore('folders', { keyPath: 'id', autoIncrement: true });
  const queue = database.createObjectStore('queue', { keyPath: 'id', autoIncrement: true });
  queue.createIndex('state', ['state', 'id']);
  queue.createIndex('place', 'place');
  database.createObjectStore('deleted', { keyPath: ['folder', 'path'] });
  database.createObjectStore('settings');
}

it('a library of version 1 keeps its pictures, and takes albums', async () => {
  const { thumbnail: _thumbnail, preview: _preview, ...picture } = newPicture(1);
  const model = { model: { id: 'tiny-clip', sha256: 'a'.repeat(64) }, dim: 8 };
  const old = await openDB(NAME, 1, { upgrade: makeFirstVersion });
  await old.put('pictures', { ...picture, folders: [] });
  await old.put('settings', model, 'model');
  old.close();

  store = createLibraryStore({ name: NAME });
  expect(await store.all()).toEqual([{ ...picture, key: 1 }]);
  expect(await store.model()).toEqual(model);
  expect(await store.albums()).toEqual([]);
  await store.createAlbum('Sea', { kind: 'pictures', pictures: [{ collection: 'library', id: picture.item.id }] });
  expect(await store.albums()).toMatchObject([{ name: 'Sea', count: 1 }]);
});
