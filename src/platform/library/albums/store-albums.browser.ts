import type { Album, AlbumVerbs } from '../../../protocol/albums.ts';
import type { ChangeChannel } from '../database/change-channel.ts';
import type { Connection } from '../database/connection.browser.ts';
import type { LibraryDatabase, WriteTransaction } from '../database/schema.browser.ts';
import type { LibraryStore } from '../library-store.ts';
import { byName, changedAlbum, mergedAlbums, newAlbum, summaryOf, unknownAlbum } from './albums.ts';
import { idsInLibrary, randomId } from './ids.ts';

type AlbumStore = AlbumVerbs & Pick<LibraryStore, 'allAlbums' | 'countAlbums' | 'importAlbums'>;

export function createAlbumStore({ run, write }: Connection, channel: ChangeChannel): AlbumStore {
  /** Read all, write what `work` says, and tell it. */
  async function change<T>(work: (all: readonly Album[]) => { readonly put: readonly Album[]; readonly result: T }) {
    const result = await write(['albums'], async (transaction) => {
      const { put, result } = work(await albumsIn(transaction));
      await Promise.all(put.map((album) => transaction.objectStore('albums').put(album)));
      return result;
    });
    channel.tell({ type: 'albums' });
    return result;
  }
  const allAlbums = () => run(async (database) => (await database.getAll('albums')).sort(byName));
  return {
    allAlbums,
    countAlbums: () => run((database) => database.count('albums')),
    async albums() {
      const all = await allAlbums();
      const there = await run((database) => thereOf(database, idsInLibrary(all)));
      return all.map((album) => summaryOf(album, (id) => there.has(id)));
    },
    createAlbum: (name, content) =>
      change((all) => {
        const album = newAlbum(randomId(), name, content, all);
        return { put: [album], result: album.id };
      }),
    changeAlbum: (id, edit) =>
      change((all) => {
        const album = all.find((one) => one.id === id);
        if (!album) throw unknownAlbum();
        const others = all.filter((one) => one !== album);
        return { put: [changedAlbum(album, edit, others)], result: undefined };
      }),
    async deleteAlbum(id) {
      const album = await write(['albums'], async (transaction) => {
        const store = transaction.objectStore('albums');
        const [found] = await Promise.all([store.get(id), store.delete(id)]);
        return found;
      });
      channel.tell({ type: 'albums' });
      return album;
    },
    restoreAlbum: ({ id, name, content }) =>
      change((all) => {
        const others = all.filter((one) => one.id !== id);
        return { put: [newAlbum(id, name, content, others)], result: undefined };
      }),
    importAlbums: (imported) =>
      change((all) => {
        const put = mergedAlbums(all, imported, randomId);
        return { put, result: put.length };
      }),
  };
}

function albumsIn(transaction: WriteTransaction): Promise<Album[]> {
  return transaction.objectStore('albums').getAll();
}

/** Which of these ids the library has a picture of that is not removed. */
async function thereOf(database: LibraryDatabase, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { store } = database.transaction('pictures');
  const hidden = new Set(await store.index('hidden').getAllKeys());
  const byId = store.index('id');
  const keys = await Promise.all(ids.map((id) => byId.getKey(id)));
  return new Set(
    ids.filter((_, i) => {
      const key = keys[i];
      return key !== undefined && !hidden.has(key);
    }),
  );
}
