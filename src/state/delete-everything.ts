import type { Log } from './log.ts';
import type { Offline } from './offline.ts';

/** Removes all that the app has kept in this browser: log, caches, service worker, settings. Rejects when the log stays. */
export async function deleteEverything(log: Log, offline: Offline): Promise<void> {
  await offline.forget();
  try {
    localStorage.removeItem('afterimage-theme');
    sessionStorage.clear();
  } catch {
    // Storage is blocked, so nothing was kept there.
  }
  if ('indexedDB' in globalThis) await (await log.database()).wipe();
}
