import type { Remote } from 'comlink';
import type { AddedFile, Addition, LibraryWorkerApi } from '../protocol/library-worker.ts';

/** How far a long list of files is on its way to the worker. */
export interface Reading {
  readonly read: number;
  readonly total: number;
}

export interface HandOver {
  /**
   * Give an addition to the worker, a long list of files in pieces.
   * @returns whether it is in the queue; not where it was cancelled meanwhile
   */
  add(addition: Addition, ask: Ask): Promise<boolean>;
  /** Give no more of what is on its way. The worker has to be told, too. */
  cancel(): void;
}

type Ask = <T>(work: (api: Remote<LibraryWorkerApi>) => Promise<T>) => Promise<T>;

/** Files of a message. Chromium takes some 0.15 ms for each of them, in which the page stands still. */
const PIECE = 256;

/** @param onReading told how far long lists are, together; null: none is on its way */
export function createHandOver(onReading: (reading: Reading | null) => void): HandOver {
  const lists = new Map<number, { read: number; readonly total: number }>();
  let last = 0;
  const tell = () => {
    const all = [...lists.values()];
    const sum = (of: 'read' | 'total') => all.reduce((total, list) => total + list[of], 0);
    onReading(all.length > 0 ? { read: sum('read'), total: sum('total') } : null);
  };
  const giveAll = async (list: number, files: readonly AddedFile[], ask: Ask, isRestored: boolean) => {
    const how = isRestored ? { isRestored } : {};
    for (let from = 0; lists.has(list); from += PIECE) {
      const piece = files.slice(from, from + PIECE);
      const isEnd = from + PIECE >= files.length;
      if (isEnd) await ask((api) => api.add({ kind: 'files', files: piece, ...how }, list));
      else await ask((api) => api.give(list, piece));
      if (!lists.has(list)) return isEnd ? 'too-late' : 'cancelled';
      if (isEnd) return 'added';
      lists.set(list, { read: from + PIECE, total: files.length });
      tell();
    }
    return 'cancelled';
  };
  return {
    async add(addition, ask) {
      if (addition.kind === 'folder' || addition.files.length <= PIECE) {
        await ask((api) => api.add(addition));
        return true;
      }
      const list = ++last;
      lists.set(list, { read: 0, total: addition.files.length });
      tell();
      try {
        const outcome = await giveAll(list, addition.files, ask, addition.isRestored === true);
        // It was put into the queue while the visitor cancelled.
        if (outcome === 'too-late') await ask((api) => api.cancel());
        return outcome === 'added';
      } finally {
        lists.delete(list);
        tell();
      }
    },
    cancel() {
      lists.clear();
      tell();
    },
  };
}
