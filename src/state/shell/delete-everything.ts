import type { Log } from '../log/log.ts';
import type { Offline } from '../offline/offline.ts';

/**
 * Removes all that the app has kept in this browser: log, caches, service worker, settings. The page is to be left at
 * once, because its workers go on keeping what they read. Rejects when the log stays; the rest is removed all the same.
 */
export async function deleteEverything(log: Log, offline: Offline): Promise<void> {
  try {
    if ('indexedDB' in globalThis) await (await log.database()).wipe();
  } finally {
    forgetSettings();
    await offline.forget();
  }
}

function forgetSettings(): void {
  try {
    localStorage.removeItem('afterimage-theme');
    sessionStorage.removeItem('afterimage-reloaded-for-isolation');
  } catch {
    // Storage is blocked, so nothing was kept there.
  }
}
