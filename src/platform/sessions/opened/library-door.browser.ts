import { memoise } from '../../../engine/async/cached/memoise.ts';
import type { PictureBytes } from '../../../engine/collection/types.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import type { WorkerEvent } from '../../../protocol/query-worker.ts';
import type { LibraryStore } from '../../library/library-store.ts';
import { storedPicture } from './open-library.browser.ts';

/** Opens the store of the installation at a base URL. */
export type OpenLibraryStore = (baseUrl: string) => LibraryStore;

/** The library's store, opened when it is first asked for. */
export interface LibraryDoor {
  store(): Promise<LibraryStore>;
  /** How many pictures there are; from then on changes are told. */
  count(): Promise<number>;
  picture(itemId: string, size: 'thumbnail' | 'preview'): Promise<PictureBytes | undefined>;
}

/** Pictures that are added one after the other are counted together. */
const COUNT_MS = 300;

export function createLibraryDoor(
  open: OpenLibraryStore | undefined,
  connected: () => { readonly baseUrl: string; readonly emit: (event: WorkerEvent) => void },
): LibraryDoor {
  const store = memoise(async () => {
    if (!open) throw new AfterimageError('database-unavailable', 'This browser keeps no pictures.');
    return open(connected().baseUrl);
  });
  const counting = memoise(async () => {
    const opened = await store.get();
    let isDue = false;
    const tell = async () => {
      isDue = false;
      connected().emit({ type: 'library', count: await opened.count() });
    };
    opened.subscribe(() => {
      if (!isDue) setTimeout(() => void tell().catch(() => undefined), COUNT_MS);
      isDue = true;
    });
    return opened;
  });
  return {
    store: store.get,
    count: async () => (await counting.get()).count(),
    async picture(itemId, size) {
      const opened = await store.get();
      const found = await opened.findItem(itemId);
      return found && storedPicture(opened, found.item, size);
    },
  };
}
