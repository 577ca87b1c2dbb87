import { memoise } from '../../../engine/async/cached/memoise.ts';
import type { PictureBytes } from '../../../engine/collection/types.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import type { Album, SavedThumbVerbs } from '../../../protocol/albums.ts';
import type { WorkerEvent } from '../../../protocol/query-worker.ts';
import { loadCode } from '../../bytes/load-code.browser.ts';
import type { LibraryStore } from '../../library/library-store.ts';

/** Opens the store of the installation at a base URL. */
export type OpenLibraryStore = (baseUrl: string) => LibraryStore | Promise<LibraryStore>;

/** The library's store, opened when it is first asked for. */
export interface LibraryDoor extends SavedThumbVerbs {
  store(): Promise<LibraryStore>;
  /** How many pictures there are; from then on changes are told. */
  count(): Promise<number>;
  picture(itemId: string, size: 'thumbnail' | 'preview'): Promise<PictureBytes | undefined>;
  /** All albums; from then on changes are told. */
  albums(): Promise<readonly Album[]>;
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
  /** Read once, and again after a change. */
  let known: Promise<readonly Album[]> | undefined;
  const following = memoise(async () => {
    const opened = await store.get();
    opened.subscribe(({ type }) => {
      if (type !== 'albums' && type !== 'cleared') return;
      known = undefined;
      connected().emit({ type: 'albums' });
    });
    return opened;
  });
  async function albums(): Promise<readonly Album[]> {
    const opened = await following.get();
    known ??= opened.allAlbums();
    const reading = known;
    return await reading.catch((error: unknown) => {
      if (known === reading) known = undefined;
      throw error;
    });
  }
  const ofAlbums = () => Promise.all([albums(), loadCode(() => import('../../library/albums/album-sources.ts'))]);
  return {
    store: store.get,
    albums,
    async savedThumbs(asked) {
      const [all, { thumbsOfSaved }] = await ofAlbums();
      return thumbsOfSaved(all, asked);
    },
    async keepThumbs(asked, thumbs) {
      const [all, { savedSearchesOf }] = await ofAlbums();
      const opened = await following.get();
      for (const { id } of savedSearchesOf(all, asked)) await opened.changeAlbum(id, { thumbs });
    },
    count: async () => (await counting.get()).count(),
    async picture(itemId, size) {
      const code = loadCode(() => import('./open-library.browser.ts'));
      const [opened, { storedPicture }] = await Promise.all([store.get(), code]);
      const found = await opened.findItem(itemId);
      return found && storedPicture(opened, found.item, size);
    },
  };
}
