import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import type { LibraryParts } from './parts.browser.ts';

/** The index of a folder beside its pictures: whether it is kept. */
export function createIndexing({
  kept,
  opened,
}: Pick<LibraryParts, 'kept' | 'opened'>): Pick<LibraryWorkerApi, 'keepIndex'> {
  return {
    async keepIndex(folder, keep) {
      await opened();
      if (keep === 'keep') await kept.keep(folder);
      else await kept.leave(folder, keep === 'delete');
    },
  };
}
