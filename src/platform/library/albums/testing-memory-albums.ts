import type { Album, AlbumVerbs } from '../../../protocol/albums.ts';
import type { LibraryStore } from '../library-store.ts';
import { byName, changedAlbum, mergedAlbums, newAlbum, summaryOf, unknownAlbum } from './albums.ts';
import { randomId } from './ids.ts';

/** Albums in memory, for unit tests. @param isThere whether the library has the picture of an id */
export function createMemoryAlbums(
  albums: Map<string, Album>,
  isThere: (id: string) => boolean,
  tell: () => void,
): AlbumVerbs & Pick<LibraryStore, 'allAlbums' | 'countAlbums' | 'importAlbums'> {
  const all = () => [...albums.values()].sort(byName);
  const put = (album: Album) => {
    albums.set(album.id, album);
    tell();
  };
  return {
    allAlbums: async () => all(),
    countAlbums: async () => albums.size,
    albums: async () => all().map((album) => summaryOf(album, isThere)),
    async createAlbum(name, content) {
      const album = newAlbum(randomId(), name, content, all());
      put(album);
      return album.id;
    },
    async changeAlbum(id, change) {
      const album = albums.get(id);
      if (!album) throw unknownAlbum();
      put(
        changedAlbum(
          album,
          change,
          all().filter((one) => one !== album),
        ),
      );
    },
    async deleteAlbum(id) {
      const album = albums.get(id);
      albums.delete(id);
      tell();
      return album;
    },
    async restoreAlbum({ id, name, content }) {
      put(
        newAlbum(
          id,
          name,
          content,
          all().filter((one) => one.id !== id),
        ),
      );
    },
    async importAlbums(imported) {
      const changed = mergedAlbums(all(), imported, randomId);
      for (const album of changed) put(album);
      return changed.length;
    },
  };
}
