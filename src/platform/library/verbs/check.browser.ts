import type { ChangeChannel } from '../database/change-channel.ts';
import type { Connection } from '../database/connection.browser.ts';
import type { HandleRecord, PictureRecord, WriteTransaction } from '../database/schema.browser.ts';
import { renditionPaths } from '../files.ts';
import type { FoundFile, LibraryModel } from '../library-store.ts';
import type { Renditions } from '../renditions/renditions.browser.ts';
import { enqueueFiles } from './queue.browser.ts';
import { eachChunk, keyOf, withHandles } from './read-pictures.browser.ts';
import { hide } from './records.browser.ts';
import { isUsable, readableFile, sentences } from './repairs.ts';

interface Findings {
  /** Paths that pictures name. */
  readonly named: ReadonlySet<string>;
  /** Renditions that are there. */
  readonly present: ReadonlySet<string>;
  /** Keys of pictures that cannot be searched. */
  readonly unusable: readonly number[];
  /** Keys of pictures of which a small copy is not there. */
  readonly lost: readonly number[];
}

/** Look for what does not fit together, and put it right. @returns sentences for visitors */
export function check(connection: Connection, channel: ChangeChannel, renditions: Renditions): Promise<string[]> {
  return renditions.whileTidying(async () => {
    await renditions.repair();
    const { named, present, unusable, lost } = await examine(connection);
    if (unusable.length > 0) await readAgain(connection, channel, unusable);
    const orphans = [...present].filter((path) => !named.has(path));
    if (orphans.length > 0) {
      await connection.write(['renditions'], async (transaction) => {
        await Promise.all(orphans.map((path) => transaction.objectStore('renditions').delete(path)));
      });
      await renditions.tidy();
    }
    const remade = lost.length > 0 ? await makeAgain(connection, lost) : 0;
    return sentences({ unusable: unusable.length, remade, lost: lost.length - remade });
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
  const lost: number[] = [];
  const examineOne = (record: PictureRecord) => {
    for (const path of renditionPaths(record.item)) named.add(path);
    if (record.hidden) return;
    if (!isUsable(record.vector, model?.dim)) unusable.push(keyOf(record));
    else if (renditionPaths(record.item).some((path) => !there.has(path))) lost.push(keyOf(record));
  };
  await eachChunk(connection, (records) => records.forEach(examineOne));
  return { named, present: there, unusable, lost };
}

/**
 * Let the files of pictures be read once more whose small copies are gone, as far as that can be done without choosing them.
 * Those that wait or failed already stay as they are. @returns of how many pictures
 */
async function makeAgain(connection: Connection, keys: readonly number[]): Promise<number> {
  return await connection.write(['pictures', 'handles', 'folders', 'queue'], async (transaction) => {
    const [folders, queued, ...records] = await Promise.all([
      transaction.objectStore('folders').getAllKeys(),
      transaction.objectStore('queue').getAll(),
      ...keys.map(async (key) => {
        const [record, handles] = await Promise.all([
          transaction.objectStore('pictures').get(key),
          transaction.objectStore('handles').get(key),
        ]);
        return record ? withHandles(record.files, handles) : [];
      }),
    ]);
    const there = new Set(folders);
    const files = records.flatMap((all) => readableFile(all, there) ?? []);
    const waiting = new Set(queued.map(({ file }) => `${file.folder} ${file.path}`));
    await enqueueFiles(
      transaction,
      files.filter(({ folder, path }) => !waiting.has(`${folder} ${path}`)),
    );
    return files.length;
  });
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
