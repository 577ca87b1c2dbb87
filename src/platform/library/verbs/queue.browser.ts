import type { Connection } from '../database/connection.browser.ts';
import { FAILED, type QueueRecord, WAITING, type WriteTransaction } from '../database/schema.browser.ts';
import type { FoundFile, LibraryStore, QueuedFile } from '../library-store.ts';

type QueueVerbs = Pick<
  LibraryStore,
  'enqueue' | 'waiting' | 'countWaiting' | 'failed' | 'countFailed' | 'fail' | 'retry' | 'dequeue'
>;

export function createQueue({ run, write }: Connection): QueueVerbs {
  const edit = (ids: readonly number[], change: (record: QueueRecord) => QueueRecord) =>
    write(['queue'], async (transaction) => {
      const store = transaction.objectStore('queue');
      const editOne = async (id: number) => {
        const record = await store.get(id);
        if (record) await store.put(change(record));
      };
      await Promise.all(ids.map(editOne));
    });
  return {
    enqueue: (files, failure = null) => write(['queue'], (transaction) => enqueueFiles(transaction, files, failure)),
    waiting: (limit, after = 0) =>
      run(async (database) =>
        (await database.getAllFromIndex('queue', 'state', range(WAITING, after), limit)).map(toQueued),
      ),
    countWaiting: () => run((database) => database.countFromIndex('queue', 'state', range(WAITING))),
    failed: (limit) =>
      run(async (database) => (await database.getAllFromIndex('queue', 'state', range(FAILED), limit)).map(toQueued)),
    countFailed: () => run((database) => database.countFromIndex('queue', 'state', range(FAILED))),
    fail(failures) {
      const byId = new Map(failures.map(({ id, code, reason }) => [id, { code, reason }]));
      return edit([...byId.keys()], (record) => ({
        ...record,
        state: FAILED,
        failure: byId.get(record.id as number) ?? null, // stored: has an id
      }));
    },
    retry: (ids) => edit(ids, (record) => ({ ...record, state: WAITING, failure: null })),
    dequeue: (ids) =>
      write(['queue'], async (transaction) => {
        await Promise.all(ids.map((id) => transaction.objectStore('queue').delete(id)));
      }),
  };
}

/** Files in one state whose ids are above `after`. */
function range(state: QueueRecord['state'], after = 0): IDBKeyRange {
  return IDBKeyRange.bound([state, after], [state, Number.POSITIVE_INFINITY], true);
}

/** Put files at the end of the queue. One of a folder that is in it already waits in its place, as it is now. */
export async function enqueueFiles(
  transaction: WriteTransaction,
  files: readonly FoundFile[],
  failure: QueuedFile['failure'] = null,
): Promise<void> {
  const store = transaction.objectStore('queue');
  const places = new Map(files.map((file, i) => [placeOf(file)?.join('/') ?? i, file]));
  const unique = [...places.values()].map((file) => ({ file, place: placeOf(file) }));
  // First all that is looked up: the order in which files are put is that in which they are given out.
  const ids = await idsOf(
    transaction,
    unique.map(({ place }) => place),
  );
  const put = ({ file, place }: (typeof unique)[number], i: number) =>
    store.put({
      ...(ids[i] === undefined ? {} : { id: ids[i] }),
      ...(place && { place }),
      ...{ file, state: failure ? FAILED : WAITING, failure },
    });
  await Promise.all(unique.map(put));
}

/** The ids under which files of folders are in the queue. Nothing is looked up where no such file is in it. */
async function idsOf(
  transaction: WriteTransaction,
  places: readonly ([number, string] | undefined)[],
): Promise<(number | undefined)[]> {
  const index = transaction.objectStore('queue').index('place');
  if ((await index.count()) === 0) return [];
  return await Promise.all(places.map((place) => place && index.getKey(place)));
}

function placeOf({ folder, path }: FoundFile): [number, string] | undefined {
  return folder === null ? undefined : [folder, path];
}

function toQueued({ id, file, failure }: QueueRecord): QueuedFile {
  return { id: id as number, file, failure }; // stored: has an id
}
