import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import { isNamed, permissionOf } from '../folders/folder-access.browser.ts';
import type { LibraryFolders } from '../folders/library-folders.browser.ts';
import type { LibraryStore, StoredFolder } from '../library-store.ts';
import { contentOf, INDEX_FILE, packFolder } from './index-file.ts';

/** Indexes that are kept beside the pictures of folders. */
export interface KeptIndexes {
  /** Keep it from now on, and write it as soon as nothing is being added. */
  keep(folder: number): Promise<void>;
  /** Keep it no more. @throws AfterimageError `not-writable` where the file could not be deleted */
  leave(folder: number, deleteFile: boolean): Promise<void>;
  /** Pictures have changed: write what is not as it should be, soon. */
  changed(): void;
  /** Why the last attempt failed; undefined where it did not. */
  problem(folder: number): string | undefined;
  /** When nothing is being written, for tests. */
  settled(): Promise<void>;
  close(): void;
}

export interface KeptIndexesOptions {
  readonly store: Pick<LibraryStore, 'model' | 'all' | 'rendition' | 'folders' | 'setFolderIndex'>;
  readonly folders: Pick<LibraryFolders, 'refresh'>;
  /** Runs `work` while nothing is being added, here or in another tab. */
  readonly exclusive: (work: () => Promise<void>) => Promise<void>;
  /** Whether something is being added. */
  readonly isBusy: () => boolean;
  /** Something is to be shown. */
  readonly onChange: () => void;
  /** How long nothing has to change before it is written, and how often at most. */
  readonly quietMs?: number;
  readonly everyMs?: number;
}

const QUIET_MS = 5_000;
const EVERY_MS = 60_000;

export function createKeptIndexes(options: KeptIndexesOptions): KeptIndexes {
  const { store, folders, exclusive, isBusy, onChange, quietMs = QUIET_MS, everyMs = EVERY_MS } = options;
  const problems = new Map<number, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  let isOpen = true;
  let working: Promise<void> = Promise.resolve();

  const refresh = async () => {
    lastAt = performance.now();
    for (const folder of await store.folders()) {
      if (!folder.index || (await permissionOf(folder.handle, 'readwrite')) !== 'granted') continue;
      try {
        if (await writeIndex(store, folder)) onChange();
        problems.delete(folder.id);
      } catch (error) {
        problems.set(folder.id, reasonOf(error));
        onChange();
      }
    }
    await folders.refresh();
  };
  const later = (ms: number) => {
    clearTimeout(timer);
    if (!isOpen) return;
    timer = setTimeout(() => {
      if (isBusy()) return later(quietMs);
      working = working.then(() => exclusive(refresh)).catch(() => undefined);
    }, ms);
  };
  const changed = () => later(Math.max(quietMs, lastAt + everyMs - performance.now()));

  return {
    async keep(folder) {
      await store.setFolderIndex(folder, { written: null });
      await folders.refresh();
      lastAt = Number.NEGATIVE_INFINITY;
      later(0);
      onChange();
    },
    async leave(id, deleteFile) {
      const folder = (await store.folders()).find((one) => one.id === id);
      await store.setFolderIndex(id, undefined);
      await folders.refresh();
      problems.delete(id);
      onChange();
      if (deleteFile && folder) await exclusive(() => deleteIndex(folder));
    },
    changed,
    problem: (folder) => problems.get(folder),
    settled: () => working,
    close() {
      isOpen = false;
      clearTimeout(timer);
    },
  };
}

/**
 * Write the index of a folder, if it is not as it should be. The browser writes beside it and puts it in its place at the end:
 * a tab that is killed leaves what was there, or an empty file where there was none, and perhaps one that ends in `.crswap`.
 * @returns whether it was written
 */
async function writeIndex(store: KeptIndexesOptions['store'], folder: StoredFolder): Promise<boolean> {
  const { id, handle, index } = folder;
  const content = await contentOf(store, id);
  if (!content) return false;
  const { fingerprint, pictures } = content;
  const before = await sizeOf(handle);
  const { written } = index ?? {};
  const isThere = written && before?.size === written.bytes && before.lastModified === written.modified;
  if (isThere && written.fingerprint === fingerprint) return false;
  const blob = await packFolder(store, content);
  const stream = await (await handle.getFileHandle(INDEX_FILE, { create: true })).createWritable();
  try {
    await stream.write(blob);
  } catch (error) {
    await stream.abort().catch(() => undefined);
    throw error;
  }
  await stream.close();
  const after = await sizeOf(handle);
  const now = { fingerprint, at: Date.now(), pictures: pictures.length };
  await store.setFolderIndex(id, {
    written: { ...now, bytes: after?.size ?? 0, modified: after?.lastModified ?? 0 },
  });
  return true;
}

async function sizeOf(folder: FileSystemDirectoryHandle): Promise<File | undefined> {
  return (await folder.getFileHandle(INDEX_FILE).catch(() => undefined))?.getFile();
}

async function deleteIndex({ handle }: StoredFolder): Promise<void> {
  try {
    await handle.removeEntry(INDEX_FILE);
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return;
    throw new AfterimageError('not-writable', `The file ${INDEX_FILE} could not be deleted. Delete it by hand.`, {
      cause: error,
    });
  }
}

/** A sentence for visitors. */
function reasonOf(error: unknown): string {
  if (isNamed(error, 'QuotaExceededError')) return 'There is no room left on the disk.';
  if (isNamed(error, 'NotAllowedError')) return 'The browser may not write to the folder any more.';
  if (isNamed(error, 'NotFoundError')) return 'The folder is not at hand.';
  if (error instanceof DOMException) return 'The system does not let it be written: the disk may be write-protected.';
  return toAfterimageError(error).message;
}
