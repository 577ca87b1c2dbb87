import type { QueueRunner } from '../queue/queue-runner.ts';
import type { LibraryFolders } from './library-folders.browser.ts';

/** Looks through folders, each in one look at a time. */
export interface Looks {
  /** Look through a folder anew: a look that goes on ends. @throws what `LibraryFolders.look` throws */
  look(folder: number): Promise<void>;
  stop(folder: number): void;
  /** Resolves when nothing is looked through any more. */
  stopAll(): Promise<void>;
}

/** @param runner told that folders are being looked through, and of what is found */
export function createLooks(
  folders: Pick<LibraryFolders, 'look'>,
  runner: Pick<QueueRunner, 'added' | 'listing' | 'wake'>,
): Looks {
  const looks = new Map<number, AbortController>();
  const running = new Set<Promise<void>>();
  return {
    async look(id) {
      looks.get(id)?.abort();
      const stop = new AbortController();
      looks.set(id, stop);
      await runner.added();
      const look = runner.listing(() => folders.look(id, stop.signal, runner.wake));
      running.add(look);
      await look.finally(() => running.delete(look));
      runner.wake();
    },
    stop: (folder) => looks.get(folder)?.abort(),
    async stopAll() {
      for (const one of looks.values()) one.abort();
      await Promise.allSettled(running);
    },
  };
}
