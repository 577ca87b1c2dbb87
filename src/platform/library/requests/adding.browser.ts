import type { AddedFile, LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { picturesAmong } from '../folders/added-files.ts';
import { keyOf } from '../folders/files-at-hand.ts';
import { waitingFiles } from '../queue/scan-queue.ts';
import type { LibraryParts } from './parts.browser.ts';

const ENQUEUED_TOGETHER = 1000;

/** What is added: a folder, or files by themselves. */
export function createAdding(parts: LibraryParts): Pick<LibraryWorkerApi, 'add'> {
  const { folders, queue, looks, changeover, opened, watch } = parts;
  return {
    async add(addition) {
      await opened();
      if (addition.kind === 'files') {
        await addFiles(parts, addition.files);
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
  { store, atHand, queue: { runner } }: Pick<LibraryParts, 'store' | 'atHand' | 'queue'>,
  files: readonly AddedFile[],
): Promise<void> {
  await runner.added();
  const waiting = new Set<string>();
  for await (const some of waitingFiles(store)) {
    for (const { file } of some) if (file.folder === null) waiting.add(keyOf(file));
  }
  const found = picturesAmong(files).map(({ added, others }) => {
    const [file] = atHand.add([added]);
    return file && { ...file, ...(others.length > 0 && { others }) };
  });
  // What waited already was chosen again.
  const added = found.filter((file) => file !== undefined && !waiting.has(keyOf(file))) as NonNullable<
    (typeof found)[0]
  >[];
  for (let i = 0; i < added.length; i += ENQUEUED_TOGETHER) {
    await store.enqueue(added.slice(i, i + ENQUEUED_TOGETHER));
    runner.wake();
  }
  runner.wake();
}
