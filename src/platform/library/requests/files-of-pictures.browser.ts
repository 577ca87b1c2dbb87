import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { originalOf } from '../queue/queue-ports.browser.ts';
import type { LibraryParts } from './parts.browser.ts';

type Parts = Pick<LibraryParts, 'store' | 'folders' | 'atHand' | 'opened'>;

/** What pictures are shown with: their own files, and small copies. */
export function createFilesOfPictures(parts: Parts): Pick<LibraryWorkerApi, 'original' | 'thumbnail'> {
  const { store, folders, atHand, opened } = parts;
  return {
    async original(itemId) {
      await opened();
      const picture = await store.findItem(itemId);
      return picture && originalOf(picture.files, { folders, atHand });
    },
    async thumbnail(itemId) {
      const path = (await store.findItem(itemId))?.item.thumbnail?.path;
      const rendition = path === undefined ? undefined : await store.rendition(path);
      return rendition && new Blob([rendition.bytes], { type: rendition.type });
    },
  };
}
