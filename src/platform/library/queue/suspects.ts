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
  const away = await readSuspects(store, ports, signal, run);
  if (signal.aborted) return;
  try {
    await run(watched(store, ports, away));
  } finally {
    await store.setInReading(away.length > 0 ? { ids: away, isAlone: false } : undefined);
  }
}

/** @returns ids of suspects that cannot be read now: they stay suspected */
async function readSuspects(
  store: Store,
  ports: Ports,
  signal: AbortSignal,
  run: (ports: Ports) => Promise<void>,
): Promise<number[]> {
  const before = await store.inReading();
  if (!before) return [];
  const [killer, ...others] = before.ids;
  if (before.isAlone && killer !== undefined) await giveUp(store, ports, killer);
  const away: number[] = [];
  for (let ids = before.isAlone ? others : before.ids; ids.length > 0 && !signal.aborted; ids = ids.slice(1)) {
    const file = await waitingOf(store, ids[0] ?? -1);
    if (file && !ports.canRead(file)) away.push(file.id);
    if (!file || !ports.canRead(file)) continue;
    const suspected = [...ids, ...away];
    await store.setInReading({ ids: suspected, isAlone: true });
    try {
      await run({ ...ports, store: { ...ports.store, waiting: onlyOnce(file) } });
    } finally {
      // However that ended, be it for a full disk or a pause: this worker lives.
      await store.setInReading({ ids: suspected, isAlone: false });
    }
  }
  return away;
}

async function giveUp(store: Store, ports: Ports, id: number): Promise<void> {
  if (!(await waitingOf(store, id))) return;
  await store.fail([{ id, code: 'picture-unreadable', reason: REASON }]);
  ports.onProgress({ done: 0, known: 0, failed: 1, newest: null });
}

/** The file of this id, if it waits. */
async function waitingOf(store: Store, id: number): Promise<WaitingFile<FoundFile> | undefined> {
  const [file] = await store.waiting(1, id - 1);
  return file?.id === id ? file : undefined;
}

function onlyOnce(file: WaitingFile<FoundFile>): Ports['store']['waiting'] {
  return async (_limit, after = -1) => (after < file.id ? [file] : []);
}

/**
 * The files that are given out are written down, with those that were given out before and may not be done yet.
 * @param suspects written down in any case
 */
function watched(store: Store, ports: Ports, suspects: readonly number[]): Ports {
  let before: readonly number[] = [];
  return {
    ...ports,
    store: {
      ...ports.store,
      async waiting(limit, after) {
        const files = await ports.store.waiting(limit, after);
        const ids = files.filter(ports.canRead).map(({ id }) => id);
        if (ids.length > 0) await store.setInReading({ ids: [...suspects, ...before, ...ids], isAlone: false });
        before = ids;
        return files;
      },
    },
  };
}
