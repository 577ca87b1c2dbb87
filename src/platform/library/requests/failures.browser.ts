import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import type { QueuedFile } from '../library-store.ts';
import type { LibraryParts } from './parts.browser.ts';

type Parts = Pick<LibraryParts, 'store' | 'folders' | 'atHand' | 'queue'>;

/** Files that are not in the library, and another try. */
export function createFailures(parts: Parts): Pick<LibraryWorkerApi, 'failures' | 'retry' | 'dismissFailures'> {
  const { store, folders, atHand, queue } = parts;
  const canRetry = ({ file }: QueuedFile) =>
    file.folder === null ? atHand.has(file) || file.handle !== undefined : folders.access(file.folder) === 'granted';
  return {
    async failures(limit) {
      const failed = await store.failed(limit);
      return failed.map((one) => ({
        id: one.id,
        path: one.file.path,
        code: (one.failure?.code ?? 'internal') as 'internal',
        reason: one.failure?.reason ?? '',
        canRetry: canRetry(one),
      }));
    },
    async retry(ids) {
      await folders.refresh();
      const failed = (await store.failed()).filter(
        (one) => canRetry(one) && (ids === undefined || ids.includes(one.id)),
      );
      await store.retry(failed.map(({ id }) => id));
      queue.runner.retried(failed.length);
      queue.changed();
      queue.runner.wake();
    },
    async dismissFailures() {
      const failed = await store.failed();
      await store.dequeue(failed.map(({ id }) => id));
      queue.runner.retried(failed.length);
      queue.changed();
    },
  };
}
