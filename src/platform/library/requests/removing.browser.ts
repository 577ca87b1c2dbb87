import { AfterimageError } from '../../../engine/errors.ts';
import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { waitingFiles } from '../queue/scan-queue.ts';
import type { LibraryParts } from './parts.browser.ts';

type Removing = Pick<LibraryWorkerApi, 'remove' | 'restore' | 'countRemoved' | 'restoreAll' | 'forgetFolder' | 'clear'>;

/** What is taken out: pictures, which can be put back, a folder, everything. */
export function createRemoving(parts: LibraryParts): Removing {
  const { store, folders, atHand, queue, looks, lists, changeover, removals } = parts;
  return {
    async remove(itemIds) {
      const found = await Promise.all(itemIds.map((itemId) => store.findItem(itemId)));
      const pictures = found.filter((picture) => picture !== undefined);
      await store.remove(pictures.map(({ key }) => key));
      return removals.add(pictures);
    },
    async restore(removal) {
      const pictures = removals.get(removal);
      if (!pictures) throw lost();
      await store.restore(pictures.map(({ key }) => key));
      removals.forget(removal);
    },
    countRemoved: async () => (await store.removed()).length,
    async restoreAll() {
      await store.restore(await store.removed());
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
      lists.clear();
      await looks.stopAll();
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

/** Another worker removed them, or their files are deleted. */
function lost(): AfterimageError {
  const message = 'These pictures cannot be brought back from here any more. “Your pictures” may still have them.';
  return new AfterimageError('picture-unavailable', message);
}
