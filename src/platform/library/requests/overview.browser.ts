import type { LibraryOverview, LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import type { LibraryParts } from './parts.browser.ts';

type Parts = Pick<LibraryParts, 'store' | 'folders' | 'queue' | 'changeover' | 'opened'>;

/** What there is, all at once. */
export function createOverview({
  store,
  folders,
  queue,
  changeover,
  opened,
}: Parts): Pick<LibraryWorkerApi, 'overview'> {
  return {
    async overview() {
      const repairs = await opened();
      const [count, all, failed] = await Promise.all([store.count(), folders.overview(), store.failed()]);
      const isPersistent = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
      const [model = null, changing] = await Promise.all([store.model(), changeover.state()]);
      const base = { count, folders: all, failures: failed.length, isPersistent, repairs };
      return { ...base, model, changeover: changing, queue: await queue.queue(), usage: await usage() };
    },
  };
}

async function usage(): Promise<LibraryOverview['usage']> {
  const { usage: used, quota } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return used === undefined || quota === undefined ? null : { used, quota };
}
