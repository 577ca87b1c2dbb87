import { scoped } from '../../../site/scope.ts';
import type { KnownFolder } from './library-folders.browser.ts';

/** Of the File System Observer API (Chromium 133), which the DOM types of TypeScript do not have. */
interface FolderObserver {
  observe(handle: FileSystemDirectoryHandle, options: { readonly recursive: boolean }): Promise<void>;
  disconnect(): void;
}
type FolderObserverClass = new (
  callback: (records: readonly { readonly root: FileSystemHandle }[]) => void,
) => FolderObserver;

/** Somebody who copies a thousand pictures makes a thousand changes. */
const QUIET_MS = 3000;

/**
 * Where the browser tells of changes in folders: watch those that may be read, in one of the tabs.
 * @param onChange a folder has changed, and is quiet again
 * @returns watches these folders from now on, instead of those before
 */
export function watchFolders(
  baseUrl: string,
  onChange: (folder: number) => void,
): (folders: readonly KnownFolder[]) => Promise<void> {
  const Observer = (globalThis as { readonly FileSystemObserver?: FolderObserverClass }).FileSystemObserver;
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!Observer || !locks) return async () => {};
  const mine = new Promise<void>((resolve) => {
    const watching = locks.request(scoped('afterimage-library-watching', baseUrl), () => {
      resolve();
      return new Promise<never>(() => {});
    });
    watching.catch(() => undefined); // refused where a site may store nothing
  });
  const watched = new Map<number, FolderObserver>();

  const watchOne = async ({ id, handle }: KnownFolder) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new Observer(() => {
      clearTimeout(timer);
      timer = setTimeout(() => onChange(id), QUIET_MS);
    });
    watched.set(id, observer);
    await observer.observe(handle, { recursive: true }).catch(() => {
      watched.delete(id); // some file systems tell of no changes
    });
  };
  return async (folders) => {
    await mine;
    for (const [id, observer] of watched) {
      if (folders.some((folder) => folder.id === id)) continue;
      observer.disconnect();
      watched.delete(id);
    }
    for (const folder of folders) if (folder.access === 'granted' && !watched.has(folder.id)) await watchOne(folder);
  };
}
