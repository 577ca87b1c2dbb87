import { AfterimageError } from '../../../engine/errors.ts';
import { compareFolder, type FolderChanges } from '../../../indexing/library/compare-folder.ts';
import type { LibraryFolder } from '../../../protocol/library-worker.ts';
import type { FoundFile, LibraryStore, StoredFolder } from '../library-store.ts';
import { type Access, accessOf } from './folder-access.browser.ts';
import { listFolder, type UnreadableFile } from './list-folder.browser.ts';

/** A folder, but for what is known of indexes in it. */
export type KnownFolder = Omit<LibraryFolder, 'index' | 'found'>;

/** The folders of a library, and what is known of them while this worker lives. */
export interface LibraryFolders {
  /** Read from the store, and look which of them can be read now. */
  refresh(): Promise<void>;
  get(folder: number): StoredFolder | undefined;
  /** As far as it is known: `missing` for one that is not. */
  access(folder: number): Access;
  /** It was met that it cannot be read any more. */
  lost(folder: number): Promise<void>;
  overview(): Promise<KnownFolder[]>;
  /** The folder of this handle, kept if it is new. */
  add(handle: FileSystemDirectoryHandle): Promise<StoredFolder>;
  /**
   * Look through a folder and put what is new or changed into the queue. What is gone is told to `takeGone`, later.
   * @throws AfterimageError `picture-unavailable` where the folder cannot be read
   */
  look(folder: number, signal: AbortSignal, onEnqueued: () => void): Promise<void>;
  /** Pictures of folders that were looked through lose the files that are gone, unless something of the folder still waits. */
  takeGone(isWaiting: (folder: number) => boolean): Promise<number>;
  forget(folder: number, withPictures: boolean): Promise<void>;
}

export function createLibraryFolders(store: LibraryStore): LibraryFolders {
  const folders = new Map<number, { readonly folder: StoredFolder; access: Access }>();
  const gone = new Map<number, FolderChanges<FoundFile>['gone']>();

  const refresh = async () => {
    const stored = await store.folders();
    const accesses = await Promise.all(stored.map(({ handle }) => accessOf(handle)));
    folders.clear();
    for (const [i, folder] of stored.entries()) folders.set(folder.id, { folder, access: accesses[i] ?? 'missing' });
  };
  const checked = async (id: number) => {
    if (!folders.has(id)) await refresh();
    const known = folders.get(id);
    if (!known) throw new AfterimageError('picture-unavailable', 'This folder is not in the library any more.');
    known.access = await accessOf(known.folder.handle);
    return known;
  };

  return {
    refresh,
    get: (id) => folders.get(id)?.folder,
    access: (id) => folders.get(id)?.access ?? 'missing',
    async lost(id) {
      const known = folders.get(id);
      if (known) known.access = await accessOf(known.folder.handle);
    },
    async overview() {
      await refresh();
      const all = [...folders.values()].map(async ({ folder: { id, name, handle }, access }) => {
        return { id, name, handle, access, count: await store.countIn(id) };
      });
      return Promise.all(all);
    },
    async add(handle) {
      const folder = await store.addFolder(handle);
      folders.set(folder.id, { folder, access: await accessOf(handle) });
      return folder;
    },
    async look(id, signal, onEnqueued) {
      const { folder, access } = await checked(id);
      if (access !== 'granted') throw new AfterimageError('picture-unavailable', unreadable(folder.name, access));
      gone.delete(id);
      const [known, deleted] = await Promise.all([store.filesOf(id), store.deletedIn(id)]);
      const all: FoundFile[] = [];
      const unlisted: string[] = [];
      for await (const piece of listFolder(folder.handle, id, signal)) {
        if (signal.aborted) return;
        all.push(...piece.files);
        unlisted.push(...piece.unlisted, ...piece.unreadable.map(({ file }) => file.path));
        await enqueueUnreadable(store, piece.unreadable, known);
        const { toRead } = compareFolder(piece, known, deleted);
        if (toRead.length === 0) continue;
        await store.enqueue(toRead);
        onEnqueued();
      }
      if (signal.aborted) return;
      // What went away while it was listed looks as if it had been deleted.
      const { access: after } = await checked(id);
      if (after !== 'granted') throw new AfterimageError('picture-unavailable', unreadable(folder.name, after));
      gone.set(id, compareFolder({ files: all, unlisted }, known).gone);
    },
    async takeGone(isWaiting) {
      let taken = 0;
      for (const [id, files] of [...gone]) {
        if (isWaiting(id)) continue;
        gone.delete(id);
        taken += await takeFiles(store, id, files);
      }
      return taken;
    },
    async forget(id, withPictures) {
      gone.delete(id);
      if (withPictures) {
        const files = await store.filesOf(id);
        const all = [...files].map(([path, { key }]) => ({ path, key }));
        await takeFiles(store, id, all);
      }
      await store.removeFolder(id);
      folders.delete(id);
    },
  };
}

/** New files that cannot be read are named with their reasons; what is known of others stays as it is. */
async function enqueueUnreadable(
  store: LibraryStore,
  files: readonly UnreadableFile[],
  known: ReadonlyMap<string, unknown>,
): Promise<void> {
  for (const { file, reason } of files) {
    if (!known.has(file.path)) await store.enqueue([file], { code: 'picture-unavailable', reason });
  }
}

function unreadable(name: string, access: Access): string {
  const folder = `“\u2068${name}\u2069”`; // its direction ends where it ends
  if (access === 'missing') return `The folder ${folder} is not at hand, like one on a disk that was taken away.`;
  return `The browser may not read the folder ${folder} any more. Allow it again.`;
}

/** Pictures that are written together. */
const TOGETHER = 200;

/** @returns how many files were taken from their pictures */
async function takeFiles(
  store: LibraryStore,
  folder: number,
  gone: readonly { readonly path: string; readonly key: number }[],
): Promise<number> {
  let taken = 0;
  for (let i = 0; i < gone.length; i += TOGETHER) {
    const paths = new Set(gone.slice(i, i + TOGETHER).map(({ path }) => path));
    const keys = new Set(gone.slice(i, i + TOGETHER).map(({ key }) => key));
    const changes = (await store.get([...keys])).map(({ key, files }) => {
      const left = files.filter((file) => file.folder !== folder || !paths.has(file.path));
      taken += files.length - left.length;
      return { key, files: left };
    });
    await store.setFiles(changes, []);
  }
  return taken;
}
