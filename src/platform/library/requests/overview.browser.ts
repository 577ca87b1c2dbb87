import type { LibraryFolder, LibraryOverview, LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { permissionOf } from '../folders/folder-access.browser.ts';
import type { LibraryParts } from './parts.browser.ts';

type Parts = Pick<LibraryParts, 'store' | 'folders' | 'indexes' | 'kept' | 'queue' | 'changeover' | 'opened'>;

/** What there is, all at once. */
export function createOverview(parts: Parts): Pick<LibraryWorkerApi, 'overview'> {
  const { store, indexes, queue, changeover, opened } = parts;
  return {
    async overview() {
      const repairs = await opened();
      // First of all: where it says that all is done, everything below is of a later moment.
      const far = await queue.queue();
      const [count, albums] = await Promise.all([store.count(), store.countAlbums()]);
      const [all, failed] = await Promise.all([foldersOf(parts), store.countFailed()]);
      const isPersistent = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
      const foundIndex = indexes.said(null) ?? null;
      const [model = null, changing] = await Promise.all([store.model(), changeover.state()]);
      const base = { foundIndex, count, albums, folders: all, failures: failed, isPersistent, repairs };
      return { ...base, model, changeover: changing, queue: far, usage: await usage() };
    },
  };
}

async function usage(): Promise<LibraryOverview['usage']> {
  const { usage: used, quota } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return used === undefined || quota === undefined ? null : { used, quota };
}

async function foldersOf({ folders, indexes, kept }: Parts): Promise<LibraryFolder[]> {
  const all = (await folders.overview()).map(async (folder): Promise<LibraryFolder> => {
    const { id, handle } = folder;
    const found = indexes.said(id) ?? null;
    const index = folders.get(id)?.index;
    if (!index) return { ...folder, index: null, found };
    const mayWrite = (await permissionOf(handle, 'readwrite')) === 'granted';
    const written = index.written && { at: index.written.at, pictures: index.written.pictures };
    return { ...folder, found, index: { written, mayWrite, problem: kept.problem(id) ?? null } };
  });
  return await Promise.all(all);
}
