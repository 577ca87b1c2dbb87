import type { ChangeChannel } from '../database/change-channel.ts';
import type { Connection } from '../database/connection.browser.ts';
import type { HandleRecord, PictureRecord, WriteTransaction } from '../database/schema.browser.ts';
import { renditionPaths } from '../files.ts';
import type { FoundFile, LibraryModel } from '../library-store.ts';
import type { Renditions } from '../renditions/renditions.browser.ts';
import { enqueueFiles } from './queue.browser.ts';
import { eachChunk, keyOf, withHandles } from './read-pictures.browser.ts';
import { hide } from './records.browser.ts';
import { isUsable, sentences } from './repairs.ts';

interface Findings {
  /** Paths that pictures name. */
  readonly named: ReadonlySet<string>;
  /** Renditions that are there. */
  readonly present: ReadonlySet<string>;
  /** Keys of pictures that cannot be searched. */
  readonly unusable: readonly number[];
  readonly withoutThumbnail: number;
}

/** Look for what does not fit together, and put it right. @returns sentences for visitors */
export function check(connection: Connection, channel: ChangeChannel, renditions: Renditions): Promise<string[]> {
  return renditions.whileTidying(async () => {
    await renditions.repair();
    const { named, present, unusable, withoutThumbnail } = await examine(connection);
    if (unusable.length > 0) await readAgain(connection, channel, unusable);
    const orphans = [...present].filter((path) => !named.has(path));
    if (orphans.length > 0) {
      await connection.write(['renditions'], async (transaction) => {
        await Promise.all(orphans.map((path) => transaction.objectStore('renditions').delete(path)));
      });
      await renditions.tidy();
    }
    return sentences({ unusable: unusable.length, withoutThumbnail });
  });
}

async function examine(connection: Connection): Promise<Findings> {
  const [model, present] = await connection.run(async (database) => {
    const transaction = database.transaction(['settings', 'renditions']);
    return await Promise.all([
      transaction.objectStore('settings').get('model') as Promise<LibraryModel | undefined>,
      transaction.objectStore('renditions').getAllKeys(),
    ]);
  });
  const there = new Set(present);
  const named = new Set<string>();
  const unusable: number[] = [];
  let withoutThumbnail = 0;
  const examineOne = (record: PictureRecord) => {
    for (const path of renditionPaths(record.item)) named.add(path);
    if (record.hidden) return;
    if (!isUsable(record.vector, model?.dim)) unusable.push(keyOf(record));
    if (record.item.thumbnail && !there.has(record.item.thumbnail.path)) withoutThumbnail++;
  };
  await eachChunk(connection, (records) => records.forEach(examineOne));
  return { named, present: there, unusable, withoutThumbnail };
}

/** Hide pictures until their files have been read again. */
async function readAgain(connection: Connection, channel: ChangeChannel, keys: readonly number[]): Promise<void> {
  await connection.write(['pictures', 'handles', 'queue'], async (transaction) => {
    const files = await Promise.all(keys.map((key) => hideUnusable(transaction, key)));
    await enqueueFiles(transaction, files.flat());
  });
  channel.tell({ type: 'removed', keys });
}

async function hideUnusable(transaction: WriteTransaction, key: number): Promise<readonly FoundFile[]> {
  const [record, handles]: [PictureRecord | undefined, HandleRecord | undefined] = await Promise.all([
    transaction.objectStore('pictures').get(key),
    transaction.objectStore('handles').get(key),
  ]);
  if (!record || record.hidden) return [];
  await transaction.objectStore('pictures').put(hide(record, 'unusable', Date.now()));
  return withHandles(record.files, handles);
}
