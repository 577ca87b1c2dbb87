import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { waitingFiles } from '../queue/scan-queue.ts';
import type { LibraryParts } from './parts.browser.ts';

type Removing = Pick<LibraryWorkerApi, 'remove' | 'restore' | 'forgetFolder' | 'clear'>;

/** What is taken out: pictures, which can be put back, a folder, everything. */
export function createRemoving({ store, folders, atHand, queue, looks, changeover, removals }: LibraryParts): Removing {
  return {
    async remove(itemIds) {
      const found = await Promise.all(itemIds.map((itemId) => store.findItem(itemId)));
      const pictures = found.filter((picture) => picture !== undefined);
      await store.remove(pictures.map(({ key }) => key));
      return removals.add(pictures);
    },
    async restore(removal) {
      await store.restore(removals.get(removal).map(({ key }) => key));
      removals.forget(removal);
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
