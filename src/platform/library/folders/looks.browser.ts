import type { QueueRunner } from '../queue/queue-runner.ts';
import type { LibraryFolders } from './library-folders.browser.ts';

/** Looks through folders, each in one look at a time. */
export interface Looks {
  /** Look through a folder anew: a look that goes on ends. @throws what `LibraryFolders.look` throws */
  look(folder: number): Promise<void>;
  stop(folder: number): void;
  stopAll(): void;
}

/** @param runner told that folders are being looked through, and of what is found */
export function createLooks(
  folders: Pick<LibraryFolders, 'look'>,
  runner: Pick<QueueRunner, 'added' | 'listing' | 'wake'>,
): Looks {
  const looks = new Map<number, AbortController>();
  return {
    async look(id) {
      looks.get(id)?.abort();
      const stop = new AbortController();
      looks.set(id, stop);
      await runner.added();
      await runner.listing(() => folders.look(id, stop.signal, runner.wake));
      runner.wake();
    },
    stop: (folder) => looks.get(folder)?.abort(),
    stopAll() {
      for (const one of looks.values()) one.abort();
    },
  };
}
