import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { waitingFiles } from '../queue/scan-queue.ts';
import type { LibraryParts } from './parts.browser.ts';

type Removing = Pick<LibraryWorkerApi, 'remove' | 'restore' | 'forgetFolder' | 'clear'>;

/** What is taken out: pictures, which can be put back, a folder, everything. */
export function createRemoving({ store, folders, atHand, queue, looks, changeover }: LibraryParts): Removing {
  const removals = new Map<number, readonly number[]>();
  let removed = 0;
  return {
    async remove(itemIds) {
      const pictures = await Promise.all(itemIds.map((itemId) => store.findItem(itemId)));
      const keys = pictures.flatMap((picture) => (picture ? [picture.key] : []));
      await store.remove(keys);
      removals.set(++removed, keys);
      return removed;
    },
    async restore(removal) {
      await store.restore(removals.get(removal) ?? []);
      removals.delete(removal);
    },
    async forgetFolder(folder, withPictures) {
      looks.stop(folder);
      for await (const files of waitingFiles(store)) {
        await store.dequeue(files.filter(({ file }) => file.folder === folder).map(({ id }) => id));
      }
      await folders.forget(folder, withPictures);
      queue.changed();
    },
    async clear() {
      looks.stopAll();
      await changeover.cancel();
      await queue.runner.cancel();
      await queue.runner.settled();
      await store.clear();
      atHand.clear();
      await folders.refresh();
      queue.changed();
    },
  };
}
