import type { ChangeChannel } from '../database/change-channel.ts';
import type { Connection } from '../database/connection.browser.ts';
import type {
  HandleRecord,
  LibrarySchema,
  PictureRecord,
  VectorRecord,
  WriteTransaction,
} from '../database/schema.browser.ts';
import type { FoundFile, LibraryModel, LibraryStore, StoredPicture } from '../library-store.ts';
import { enqueueFiles } from './queue.browser.ts';
import { CHUNK, keyOf, toPicture, withHandles } from './read-pictures.browser.ts';
import { hide } from './records.browser.ts';
import { isUsable } from './repairs.ts';

type Changeover = Pick<
  LibraryStore,
  'changingTo' | 'beginChange' | 'withoutNext' | 'countNext' | 'putNext' | 'finishChange' | 'cancelChange'
>;

/** A second set of vectors, by another model, that takes the place of the first when it is complete. */
export function createChangeover({ run, write }: Connection, channel: ChangeChannel): Changeover {
  return {
    changingTo: () => run(async (database) => toModel(await database.get('settings', 'next'))),
    async beginChange(model) {
      await write(['settings', 'nextVectors'], async (transaction) => {
        await Promise.all([
          transaction.objectStore('nextVectors').clear(),
          transaction.objectStore('settings').put(model, 'next'),
        ]);
      });
    },
    async withoutNext(limit, after = 0) {
      const found: StoredPicture[] = [];
      for (let from = after; found.length < limit; ) {
        const chunk = await chunkWithoutNext({ run }, from, limit - found.length);
        if (!chunk) break;
        found.push(...chunk.pictures);
        from = chunk.last;
      }
      return found;
    },
    countNext: () => run((database) => database.count('nextVectors')),
    async putNext(vectors) {
      await write(['settings', 'nextVectors'], async (transaction) => {
        // Of a change that was cancelled meanwhile nothing is kept.
        if (!(await transaction.objectStore('settings').get('next'))) return;
        const store = transaction.objectStore('nextVectors');
        await Promise.all(vectors.map(({ key, vector }) => store.put({ key, vector: vector.slice() })));
      });
    },
    async finishChange() {
      const hidden = await write(['settings', 'pictures', 'handles', 'queue', 'nextVectors'], exchange);
      if (hidden) channel.tell({ type: 'model' }, { type: 'removed', keys: hidden });
    },
    async cancelChange() {
      await write(['settings', 'nextVectors'], async (transaction) => {
        await Promise.all([
          transaction.objectStore('nextVectors').clear(),
          transaction.objectStore('settings').delete('next'),
        ]);
      });
    },
  };
}

type Setting = LibrarySchema['settings']['value'];

/** What is stored under `next`. */
function toModel(setting: Setting | undefined): LibraryModel | undefined {
  return setting as LibraryModel | undefined; // by its key
}

/** Among the next pictures after the key `from`, those that are shown and have no new vector; undefined where none follow. */
function chunkWithoutNext({ run }: Pick<Connection, 'run'>, from: number, limit: number) {
  return run(async (database) => {
    const transaction = database.transaction(['pictures', 'handles', 'nextVectors']);
    const range = IDBKeyRange.lowerBound(from, true);
    const records = await transaction.objectStore('pictures').getAll(range, CHUNK);
    if (records.length === 0) return undefined;
    const made = await transaction.objectStore('nextVectors').getAllKeys(rangeOf(from, records));
    const known = new Set(made);
    const pictures: StoredPicture[] = [];
    let last = from;
    for (const record of records) {
      if (pictures.length >= limit) break;
      last = keyOf(record);
      if (record.hidden || known.has(last)) continue;
      pictures.push(toPicture(record, await transaction.objectStore('handles').get(last)));
    }
    return { pictures, last };
  });
}

/**
 * The new vectors in the place of the old ones, and the new model in that of the old, at once. Pictures without a new vector
 * are hidden, and their files wait to be read again.
 * @returns the keys of those; undefined where nothing is being changed
 */
async function exchange(transaction: WriteTransaction): Promise<number[] | undefined> {
  const [settings, pictures] = [transaction.objectStore('settings'), transaction.objectStore('pictures')];
  const next = toModel(await settings.get('next'));
  if (!next) return undefined;
  const hidden: number[] = [];
  const files: FoundFile[] = [];
  for (let from = 0; ; ) {
    const range = IDBKeyRange.lowerBound(from, true);
    const records = await pictures.getAll(range, CHUNK);
    if (records.length === 0) break;
    const made = await transaction.objectStore('nextVectors').getAll(rangeOf(from, records));
    const vectors = new Map(made.map((one: VectorRecord) => [one.key, one.vector]));
    for (const record of records) {
      const vector = vectors.get(keyOf(record));
      if (vector && isUsable(vector, next.dim)) void pictures.put({ ...record, vector });
      else if (record.hidden) void pictures.put({ ...record, hidden: 'unusable' });
      else {
        hidden.push(keyOf(record));
        files.push(...(await hideOne(transaction, record)));
      }
    }
    from = keyOf(records.at(-1) as PictureRecord); // there is one
  }
  await enqueueFiles(transaction, files);
  await Promise.all([
    settings.put(next, 'model'),
    settings.delete('next'),
    transaction.objectStore('nextVectors').clear(),
  ]);
  return hidden;
}

/** The keys after `from` up to the last of some records. */
function rangeOf(from: number, records: readonly PictureRecord[]): IDBKeyRange {
  return IDBKeyRange.bound(from, keyOf(records.at(-1) as PictureRecord), true);
}

async function hideOne(transaction: WriteTransaction, record: PictureRecord): Promise<readonly FoundFile[]> {
  const handles: HandleRecord | undefined = await transaction.objectStore('handles').get(keyOf(record));
  await transaction.objectStore('pictures').put(hide(record, 'unusable', Date.now()));
  return withHandles(record.files, handles);
}
