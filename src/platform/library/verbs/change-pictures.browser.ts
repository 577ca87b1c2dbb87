import { withExtension } from '../../../engine/collection/extensions/facts.ts';
import { SIGNATURE } from '../../../engine/collection/types.ts';
import type { ChangeChannel } from '../database/change-channel.ts';
import type { Connection } from '../database/connection.browser.ts';
import type { PictureRecord, WriteTransaction } from '../database/schema.browser.ts';
import { renditionPaths } from '../files.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';
import type { Renditions } from '../renditions/renditions.browser.ts';
import { keyOf } from './read-pictures.browser.ts';
import { hide, putHandles, readFolders, recordOf, show } from './records.browser.ts';

type Changing = Pick<LibraryStore, 'setFiles' | 'setVectors' | 'setSignatures' | 'remove' | 'restore' | 'purge'>;

export function createChanging(connection: Connection, channel: ChangeChannel, renditions: Renditions): Changing {
  /** Change the records of `keys` that are there. @returns the keys of those that `edit` changed */
  const edit = (keys: readonly number[], change: (record: PictureRecord) => PictureRecord | undefined) =>
    connection.write(['pictures'], (transaction) => editEach(transaction, keys, change));
  return {
    setFiles: (changes, dequeued) => setFiles(connection, channel, changes, dequeued),
    async setVectors(changes) {
      const vectors = new Map(changes.map(({ key, vector }) => [key, vector.slice()]));
      const restored: number[] = [];
      const changed = await edit([...vectors.keys()], (record) => {
        const vector = vectors.get(keyOf(record));
        if (record.hidden === 'unusable') restored.push(keyOf(record));
        return vector && { ...(record.hidden === 'unusable' ? show(record) : record), vector };
      });
      const back = new Set(restored);
      channel.tell(
        { type: 'changed', keys: changed.filter((key) => !back.has(key)) },
        { type: 'restored', keys: restored },
      );
    },
    setSignatures: (signatures) =>
      connection.write(['pictures'], async (transaction) => {
        const store = transaction.objectStore('pictures');
        const edit = async ([id, signature]: readonly [string, string]) => {
          const record = await store.index('id').get(id);
          if (record) await store.put({ ...record, item: withExtension(record.item, SIGNATURE, signature) });
        };
        await Promise.all([...signatures].map(edit));
      }),
    async remove(keys) {
      const now = Date.now();
      const removed = await connection.write(['pictures', 'deleted'], async (transaction) => {
        const places: FoundFile[] = [];
        const hidden = await editEach(transaction, keys, (record) => {
          if (record.hidden) return undefined;
          places.push(...record.files);
          return hide(record, 'removed', now);
        });
        const deleted = transaction.objectStore('deleted');
        await Promise.all(places.filter(isInFolder).map((place) => deleted.put(place)));
        return hidden;
      });
      channel.tell({ type: 'removed', keys: removed });
    },
    async restore(keys) {
      const restored = await connection.write(['pictures', 'deleted'], async (transaction) => {
        const places: FoundFile[] = [];
        const shown = await editEach(transaction, keys, (record) => {
          if (record.hidden !== 'removed') return undefined;
          places.push(...record.files);
          return show(record);
        });
        const deleted = transaction.objectStore('deleted');
        await Promise.all(places.filter(isInFolder).map(({ folder, path }) => deleted.delete([folder, path])));
        return shown;
      });
      channel.tell({ type: 'restored', keys: restored });
    },
    async purge(olderThanMs) {
      const until = Date.now() - olderThanMs;
      const count = await connection.write(['pictures', 'handles', 'renditions'], (transaction) =>
        deleteRemoved(transaction, until),
      );
      if (count > 0) await renditions.whileTidying(renditions.tidy);
    },
  };
}

function isInFolder<F extends FoundFile>(file: F): file is F & { readonly folder: number } {
  return file.folder !== null;
}

async function editEach(
  transaction: WriteTransaction,
  keys: readonly number[],
  change: (record: PictureRecord) => PictureRecord | undefined,
): Promise<number[]> {
  const store = transaction.objectStore('pictures');
  const editOne = async (key: number) => {
    const record = await store.get(key);
    const changed = record && change(record);
    if (!changed) return [];
    await store.put(changed);
    return [key];
  };
  return (await Promise.all([...new Set(keys)].map(editOne))).flat();
}

async function setFiles(
  connection: Connection,
  channel: ChangeChannel,
  changes: Parameters<LibraryStore['setFiles']>[0],
  dequeued: readonly number[],
): Promise<void> {
  const files = new Map(changes.map((change) => [change.key, change.files]));
  const removed: number[] = [];
  const keys = await connection.write(['pictures', 'handles', 'folders', 'queue'], async (transaction) => {
    const folders = await readFolders(transaction);
    const now = Date.now();
    const changed = await editEach(transaction, [...files.keys()], (record) => {
      const found = files.get(keyOf(record)) ?? [];
      if (record.hidden) return undefined;
      if (found.length === 0) removed.push(keyOf(record));
      const next = recordOf({ ...record, files: found, key: keyOf(record) }, folders);
      return found.length === 0 ? hide(next, 'removed', now) : next;
    });
    await Promise.all(changed.map((key) => putHandles(transaction, key, files.get(key) ?? [])));
    await Promise.all(dequeued.map((id) => transaction.objectStore('queue').delete(id)));
    return changed;
  });
  const gone = new Set(removed);
  channel.tell({ type: 'changed', keys: keys.filter((key) => !gone.has(key)) }, { type: 'removed', keys: removed });
}

async function deleteRemoved(transaction: WriteTransaction, until: number): Promise<number> {
  const range = IDBKeyRange.bound(['removed', 0], ['removed', until]);
  const records = await transaction.objectStore('pictures').index('hidden').getAll(range);
  const deletions = records.flatMap((record) => [
    transaction.objectStore('pictures').delete(keyOf(record)),
    transaction.objectStore('handles').delete(keyOf(record)),
    ...renditionPaths(record.item).map((path) => transaction.objectStore('renditions').delete(path)),
  ]);
  await Promise.all(deletions);
  return records.length;
}
