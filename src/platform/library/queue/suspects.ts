/** Files on which a worker, or its whole tab, died: they are read by themselves, and given up where that kills again. */
import type { QueuePorts, WaitingFile } from '../../../indexing/library/ports.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';

type Store = Pick<LibraryStore, 'waiting' | 'fail' | 'inReading' | 'setInReading'>;
type Ports = QueuePorts<FoundFile>;

const REASON = 'Reading it stopped this page twice, so it is left out. It is damaged, or too large for this device.';

/**
 * Take all files that wait, as `run` does with its ports. What is in flight is remembered in the store, so that it is known
 * where a run never came to its end; a tab that was closed looks the same as one that crashed. Files of such a run are read
 * one by one before all others. The one on which that ends too fails, and the rest goes on.
 * @param run takes what waits according to its ports
 */
export async function runWatched(
  store: Store,
  ports: Ports,
  signal: AbortSignal,
  run: (ports: Ports) => Promise<void>,
): Promise<void> {
  await readSuspects(store, ports, signal, run);
  if (signal.aborted) return;
  try {
    await run(watched(store, ports));
  } finally {
    await store.setInReading(undefined);
  }
}

async function readSuspects(store: Store, ports: Ports, signal: AbortSignal, run: (ports: Ports) => Promise<void>) {
  const before = await store.inReading();
  if (!before) return;
  let rest = before.ids;
  if (before.isAlone) {
    const [killer, ...others] = before.ids;
    const isWaiting = killer !== undefined && (await waitingOf(store, killer)) !== undefined;
    if (isWaiting) {
      await store.fail([{ id: killer, code: 'picture-unreadable', reason: REASON }]);
      ports.onProgress({ done: 0, known: 0, failed: 1, newest: null });
    }
    rest = others;
  }
  for (let ids = rest; ids.length > 0 && !signal.aborted; ids = ids.slice(1)) {
    const [id = -1] = ids;
    const file = await waitingOf(store, id);
    if (!file || !ports.canRead(file)) continue;
    await store.setInReading({ ids, isAlone: true });
    await run({ ...ports, store: { ...ports.store, waiting: onlyOnce(file) } });
  }
}

/** The file of this id, if it waits. */
async function waitingOf(store: Store, id: number): Promise<WaitingFile<FoundFile> | undefined> {
  const [file] = await store.waiting(1, id - 1);
  return file?.id === id ? file : undefined;
}

function onlyOnce(file: WaitingFile<FoundFile>): Ports['store']['waiting'] {
  return async (_limit, after = -1) => (after < file.id ? [file] : []);
}

/** The files that are given out are written down, with those that were given out before and may not be done yet. */
function watched(store: Store, ports: Ports): Ports {
  let before: readonly number[] = [];
  return {
    ...ports,
    store: {
      ...ports.store,
      async waiting(limit, after) {
        const files = await ports.store.waiting(limit, after);
        const ids = files.filter(ports.canRead).map(({ id }) => id);
        if (ids.length > 0) await store.setInReading({ ids: [...before, ...ids], isAlone: false });
        before = ids;
        return files;
      },
    },
  };
}
