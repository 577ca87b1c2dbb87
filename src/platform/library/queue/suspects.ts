/** Files on which a worker, or its whole tab, died: they are read in small groups, then by themselves, and given up where that kills again. */
import type { QueuePorts, WaitingFile } from '../../../indexing/library/ports.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';

type Store = Pick<LibraryStore, 'waiting' | 'fail' | 'inReading' | 'setInReading'>;
type Ports = QueuePorts<FoundFile>;

const REASON =
  'Reading it stopped this page again and again, so it is left out. It is damaged, or too large for this device.';
/** As many as are embedded together: a tab that was only closed goes on nearly as fast as ever. */
const GROUP = 8;

/**
 * Take all files that wait, as `run` does with its ports. What is in flight is remembered in the store, so that it is known
 * where a run never came to its end; a tab that was closed looks the same as one that crashed. Files of such a run are read
 * in small groups before all others, those of a group on which that ends too one by one, and the one on which it ends
 * then fails. The rest goes on.
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
    await store.setInReading(away.length > 0 ? { ids: away, together: 0 } : undefined);
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
  const isKnown = before.together === 1 && killer !== undefined;
  if (isKnown) await giveUp(store, ports, killer);
  const files = await waitingOf(store, isKnown ? others : before.ids);
  const away = files.filter((file) => !ports.canRead(file)).map(({ id }) => id);
  const first = new Set(isKnown ? [] : before.ids.slice(0, before.together));
  for (let left = files.filter(ports.canRead); left.length > 0 && !signal.aborted; ) {
    const [alone] = left.filter(({ id }) => first.has(id));
    const group = alone ? [alone] : left.slice(0, GROUP);
    left = left.filter((file) => !group.includes(file));
    const ids = [...[...group, ...left].map(({ id }) => id), ...away];
    await store.setInReading({ ids, together: group.length });
    first.delete(alone?.id ?? -1);
    try {
      await run({ ...ports, store: { ...ports.store, waiting: onlyOnce(group) } });
    } finally {
      // However that ended, be it for a full disk or a pause: this worker lives.
      await store.setInReading({ ids, together: 0 });
    }
  }
  return away;
}

async function giveUp(store: Store, ports: Ports, id: number): Promise<void> {
  if ((await waitingOf(store, [id])).length === 0) return;
  await store.fail([{ id, code: 'picture-unreadable', reason: REASON }]);
  ports.onProgress({ done: 0, known: 0, failed: 1, newest: null });
}

/** Those of these ids that wait, in the order in which they came. */
async function waitingOf(store: Store, ids: readonly number[]): Promise<WaitingFile<FoundFile>[]> {
  const next = await Promise.all(ids.map((id) => store.waiting(1, id - 1)));
  const files = next.flatMap((some, i) => some.filter(({ id }) => id === ids[i]));
  return files.sort((a, b) => a.id - b.id);
}

function onlyOnce(files: readonly WaitingFile<FoundFile>[]): Ports['store']['waiting'] {
  return async (_limit, after = -1) => files.filter(({ id }) => id > after);
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
        if (ids.length > 0) await store.setInReading({ ids: [...suspects, ...before, ...ids], together: 0 });
        before = ids;
        return files;
      },
    },
  };
}
