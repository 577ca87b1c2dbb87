import type { LibraryAccess } from '../library/access.ts';
import type { Log } from '../log/log.ts';
import type { Offline } from '../offline/offline.ts';
import { RERANK_CHOICE } from '../search/rerank-choice.ts';

/**
 * Removes all that the app has kept in this browser: the visitor's own pictures, log, caches, service worker, settings. The
 * page is to be left at once, because its workers go on keeping what they read. Rejects when pictures or the log stay; the
 * rest is removed all the same.
 */
export async function deleteEverything(log: Log, offline: Offline, library: LibraryAccess): Promise<void> {
  const kept = await Promise.allSettled([clearLibrary(library), wipeLog(log)]);
  forgetSettings();
  await offline.forget();
  for (const one of kept) if (one.status === 'rejected') throw one.reason;
}

async function wipeLog(log: Log): Promise<void> {
  if ('indexedDB' in globalThis) await (await log.database()).wipe();
}

async function clearLibrary(library: LibraryAccess): Promise<void> {
  if (library.isUsed()) await (await library.load()).clear();
}

function forgetSettings(): void {
  try {
    localStorage.removeItem('afterimage-theme');
    localStorage.removeItem(RERANK_CHOICE);
    sessionStorage.removeItem('afterimage-reloaded-for-isolation');
  } catch {
    // Storage is blocked, so nothing was kept there.
  }
}
