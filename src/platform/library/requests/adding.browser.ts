import type { AddedFile, LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { picturesAmong } from '../folders/added-files.ts';
import { keyOf } from '../folders/files-at-hand.ts';
import type { FoundFile } from '../library-store.ts';
import { waitingFiles } from '../queue/scan-queue.ts';
import type { LibraryParts } from './parts.browser.ts';

const ENQUEUED_TOGETHER = 1000;

/** What is added: a folder, or files by themselves. */
export function createAdding(parts: LibraryParts): Pick<LibraryWorkerApi, 'add' | 'give'> {
  const { folders, queue, looks, lists, changeover, opened, watch } = parts;
  return {
    async give(list, files) {
      lists.give(list, files);
    },
    async add(addition, list) {
      await opened();
      if (addition.kind === 'files') {
        const files = lists.take(list, addition.files);
        if (!addition.isRestored) await addFiles(parts, files);
        else {
          parts.atHand.add(files);
          queue.runner.wake();
        }
        return changeover.lookAgain();
      }
      const folder = await folders.add(addition.handle);
      queue.changed();
      void watch(await folders.overview());
      // What is wrong with the folder is shown with it.
      looks.look(folder.id).catch(() => queue.changed());
    },
  };
}

async function addFiles(
  { store, atHand, indexes, queue: { runner } }: Pick<LibraryParts, 'store' | 'atHand' | 'indexes' | 'queue'>,
  files: readonly AddedFile[],
): Promise<void> {
  await runner.added();
  indexes.give(files);
  const { waiting, failed } = await queuedAlone(store);
  const chosen = createChosenAgain(waiting);
  const found = picturesAmong(files).flatMap(({ added, others }) => {
    const [file] = atHand.add([chosen.asItWaits(added)]);
    return file ? [{ ...file, ...(others.length > 0 && { others }) }] : [];
  });
  // What failed and is chosen again is tried again, and listed once.
  const again = found.flatMap((file) => failed.get(keyOf(file)) ?? []);
  await store.retry(again);
  runner.retried(again.length);
  // What waited already was chosen again.
  const added = found.filter((file) => !waiting.has(keyOf(file)) && !failed.has(keyOf(file)));
  for (let i = 0; i < added.length; i += ENQUEUED_TOGETHER) {
    await store.enqueue(added.slice(i, i + ENQUEUED_TOGETHER));
    runner.wake();
  }
  runner.wake();
}

/** Files that were added by themselves and are in the queue, by what tells them apart; those that failed with their ids. */
async function queuedAlone(store: LibraryParts['store']) {
  const waiting = new Map<string, FoundFile>();
  for await (const some of waitingFiles(store)) {
    for (const { file } of some) if (file.folder === null) waiting.set(keyOf(file), file);
  }
  const alone = (await store.failed()).filter(({ file }) => file.folder === null);
  return { waiting, failed: new Map(alone.map(({ id, file }) => [keyOf(file), id])) };
}

/**
 * Files that wait and are chosen again: by themselves or in another folder than the first time, they have another path. A name
 * in its folder, the length and the time tell them.
 */
function createChosenAgain(waiting: ReadonlyMap<string, FoundFile>) {
  const byName = new Map<string, FoundFile[]>();
  const nameOf = (file: FoundFile) => keyOf({ ...file, path: file.path.slice(file.path.lastIndexOf('/') + 1) });
  for (const file of waiting.values()) byName.set(nameOf(file), [...(byName.get(nameOf(file)) ?? []), file]);
  return {
    /** With the path under which it waits. */
    asItWaits(added: AddedFile): AddedFile {
      const { path, file } = added;
      const place = { folder: null, path, bytes: file.size, modified: file.lastModified };
      if (waiting.has(keyOf(place))) return added;
      const known = byName.get(nameOf(place))?.shift();
      return known ? { ...added, path: known.path } : added;
    },
  };
}
