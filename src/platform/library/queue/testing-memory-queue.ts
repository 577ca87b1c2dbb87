import { isSamePlace } from '../files.ts';
import type { FoundFile, LibraryStore, QueuedFile } from '../library-store.ts';
import type { LibraryMemory } from '../testing-library-memory.ts';

type Verbs = Pick<
  LibraryStore,
  | 'enqueue'
  | 'waiting'
  | 'countWaiting'
  | 'failed'
  | 'countFailed'
  | 'fail'
  | 'retry'
  | 'dequeue'
  | 'inReading'
  | 'setInReading'
>;

/** The queue of a library in memory. */
export interface MemoryQueue {
  readonly verbs: Verbs;
  enqueue(files: readonly FoundFile[], failure?: QueuedFile['failure']): void;
  dequeue(ids: readonly number[]): void;
  /** Forget the files of which this is true. */
  forget(is: (file: FoundFile) => boolean): void;
  has(file: FoundFile): boolean;
}

export function createMemoryQueue(memory: LibraryMemory): MemoryQueue {
  const { queue } = memory;
  const dequeue = (ids: readonly number[]) => {
    for (const id of ids) queue.delete(id);
  };
  const queued = (failed: boolean) => [...queue.values()].filter(({ failure }) => (failure !== null) === failed);
  const enqueue = (files: readonly FoundFile[], failure: QueuedFile['failure'] = null) => {
    for (const file of files) {
      const same = file.folder === null ? undefined : [...queue.values()].find((one) => isSamePlace(one.file, file));
      const id = same?.id ?? memory.nextKey++;
      queue.set(id, { id, file, failure });
    }
  };

  const verbs: Verbs = {
    enqueue: async (files, failure) => enqueue(files, failure),
    waiting: async (limit, after = 0) =>
      queued(false)
        .filter(({ id }) => id > after)
        .slice(0, limit),
    countWaiting: async () => queued(false).length,
    failed: async (limit) => queued(true).slice(0, limit),
    countFailed: async () => queued(true).length,
    async fail(failures) {
      for (const { id, code, reason } of failures) {
        const one = queue.get(id);
        if (one) queue.set(id, { ...one, failure: { code, reason } });
      }
    },
    async retry(ids) {
      for (const id of ids) {
        const one = queue.get(id);
        if (one) queue.set(id, { ...one, failure: null });
      }
    },
    dequeue: async (ids) => dequeue(ids),
    inReading: async () => memory.inReading,
    async setInReading(files) {
      memory.inReading = files;
    },
  };
  return {
    ...{ verbs, enqueue, dequeue },
    forget: (is) => dequeue([...queue.values()].filter(({ file }) => is(file)).map(({ id }) => id)),
    has: (file) => [...queue.values()].some((one) => isSamePlace(one.file, file)),
  };
}
