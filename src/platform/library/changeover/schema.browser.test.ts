import { deleteDB, openDB } from 'idb';
import { afterEach, expect, test } from 'vitest';
import { createLibraryStore } from '../library-store.browser.ts';
import { newPicture } from '../testing-pictures.ts';

const NAME = 'test-library-of-version-1';
const small = { model: { id: 'small', sha256: 'a'.repeat(64) }, dim: 8 };
const large = { model: { id: 'large', sha256: 'b'.repeat(64) }, dim: 12 };

afterEach(() => deleteDB(NAME));

/** A library as the first version kept it. */
async function storeFirstVersion(): Promise<void> {
  const database = await openDB(NAME, 1, {
    upgrade(db) {
      const pictures = db.createObjectStore('pictures', { keyPath: 'key', autoIncrement: true });
      pictures.createIndex('sha256', 'sha256', { unique: true });
      pictures.createIndex('id', 'item.id');
      pictures.createIndex('folders', 'folders', { multiEntry: true });
      pictures.createIndex('hidden', ['hidden', 'hiddenAt']);
      db.createObjectStore('handles', { keyPath: 'key' });
      db.createObjectStore('renditions', { keyPath: 'path' }).createIndex('pack', 'pack');
      db.createObjectStore('folders', { keyPath: 'id', autoIncrement: true });
      const queue = db.createObjectStore('queue', { keyPath: 'id', autoIncrement: true });
      queue.createIndex('state', ['state', 'id']);
      queue.createIndex('place', 'place');
      db.createObjectStore('deleted', { keyPath: ['folder', 'path'] });
      db.createObjectStore('settings');
    },
  });
  const { item, sha256, files, vector, phash } = newPicture(1);
  await database.add('pictures', { item, sha256, files, vector, phash, folders: [] });
  await database.put('settings', small, 'model');
  database.close();
}

test('a library of the first version opens as it was, and can be changed over to another model', async () => {
  await storeFirstVersion();
  const store = createLibraryStore({ name: NAME });
  const before = await store.all();
  expect(before.map(({ sha256, vector }) => [sha256, vector])).toEqual([[newPicture(1).sha256, newPicture(1).vector]]);
  expect([await store.model(), await store.changingTo()]).toEqual([small, undefined]);
  const key = before[0]?.key as number;
  await store.beginChange(large);
  const vector = new Float32Array(large.dim);
  vector[3] = 1;
  await store.putNext([{ key, vector }]);
  await store.finishChange();
  expect([await store.model(), (await store.get([key]))[0]?.vector]).toEqual([large, vector]);
  store.close();
});
