import type { ChangeChannel } from '../database/change-channel.ts';
import type { Connection } from '../database/connection.browser.ts';
import type { PictureRecord, RenditionRecord, WriteTransaction } from '../database/schema.browser.ts';
import { mergeFiles, renditionPaths, uniqueContents } from '../files.ts';
import type { LibraryStore, NewPicture, StoredPicture } from '../library-store.ts';
import type { NewRendition, Renditions } from '../renditions/renditions.browser.ts';
import { keyOf, toPicture, withHandles } from './read-pictures.browser.ts';
import { putHandles, readFolders, recordOf } from './records.browser.ts';

/** What became of one picture of a batch. */
interface Stored {
  readonly picture: StoredPicture;
  readonly change: 'added' | 'changed' | 'restored' | 'none';
}

export function createPutting(
  connection: Connection,
  channel: ChangeChannel,
  renditions: Renditions,
): Pick<LibraryStore, 'put'> {
  async function putBatch(batch: readonly NewPicture[], dequeued: readonly number[]): Promise<Stored[]> {
    const placed = await renditions.write(await newRenditions(connection, batch));
    try {
      return await connection.write(['pictures', 'handles', 'renditions', 'folders', 'queue'], (transaction) =>
        putRecords(transaction, batch, placed, dequeued),
      );
    } catch (error) {
      await renditions.discard(placed);
      throw error;
    }
  }

  return {
    async put(pictures, dequeued) {
      const stored = await renditions.whileWriting(() => putBatch(uniqueContents(pictures), dequeued));
      const keys = (change: Stored['change']) =>
        stored.filter((one) => one.change === change).map(({ picture }) => picture.key);
      channel.tell(
        { type: 'added', keys: keys('added') },
        { type: 'changed', keys: keys('changed') },
        { type: 'restored', keys: keys('restored') },
      );
      const byContent = new Map(stored.map(({ picture }) => [picture.sha256, picture]));
      return pictures.flatMap(({ sha256 }) => byContent.get(sha256) ?? []);
    },
  };
}

/** Those that are not there yet. */
async function newRenditions(connection: Connection, batch: readonly NewPicture[]): Promise<NewRendition[]> {
  const all = new Map(batch.flatMap(renditionsOf).map((one) => [one.path, one]));
  return await connection.run(async (database) => {
    const { store } = database.transaction('renditions');
    const isMissing = async (one: NewRendition) => ((await store.getKey(one.path)) === undefined ? [one] : []);
    return (await Promise.all([...all.values()].map(isMissing))).flat();
  });
}

function renditionsOf({ item, thumbnail, preview }: NewPicture): NewRendition[] {
  return [
    ...(item.thumbnail ? [{ ...thumbnail, path: item.thumbnail.path }] : []),
    ...(item.preview && preview && item.preview.path !== item.thumbnail?.path
      ? [{ ...preview, path: item.preview.path }]
      : []),
  ];
}

async function putRecords(
  transaction: WriteTransaction,
  batch: readonly NewPicture[],
  placed: readonly RenditionRecord[],
  dequeued: readonly number[],
): Promise<Stored[]> {
  const pictures = transaction.objectStore('pictures');
  const [folders, present] = await Promise.all([
    readFolders(transaction),
    Promise.all(batch.map(({ sha256 }) => pictures.index('sha256').get(sha256))),
  ]);
  // Before any are put there.
  const lost = await Promise.all(present.map((before) => isAnyLost(transaction, before)));
  const putOne = (picture: NewPicture, before: PictureRecord | undefined, isLost = false) =>
    before ? putAgain(transaction, picture, before, { folders, isLost }) : putNew(transaction, picture, folders);
  // Requests are carried out in the order in which they are made here, so keys ascend in the order of the batch.
  const stored = Promise.all(batch.map((picture, i) => putOne(picture, present[i], lost[i])));
  const others = [
    ...placed.map((record) => transaction.objectStore('renditions').put(record)),
    ...dequeued.map((id) => transaction.objectStore('queue').delete(id)),
  ];
  const [result] = await Promise.all([stored, ...others]);
  return result;
}

type Folders = Awaited<ReturnType<typeof readFolders>>;

async function putNew(transaction: WriteTransaction, picture: NewPicture, folders: Folders): Promise<Stored> {
  const record = recordOf(picture, folders);
  const key = await transaction.objectStore('pictures').add(record);
  await putHandles(transaction, key, picture.files);
  return { picture: { ...toPicture({ ...record, key }), files: picture.files }, change: 'added' };
}

/** The content is there already: it is found at more places now, and comes back where it was hidden. */
async function putAgain(
  transaction: WriteTransaction,
  picture: NewPicture,
  before: PictureRecord,
  { folders, isLost }: { readonly folders: Folders; readonly isLost: boolean },
): Promise<Stored> {
  const key = keyOf(before);
  const known = withHandles(before.files, await transaction.objectStore('handles').get(key));
  const files = mergeFiles(known, picture.files);
  const usable = before.hidden === 'unusable' ? { ...before, vector: picture.vector } : before;
  const item = isLost ? withNewCopies(before, picture) : withRenditions(before, picture);
  const record = recordOf({ ...usable, item, files, key }, folders);
  await transaction.objectStore('pictures').put(record);
  await putHandles(transaction, key, files);
  const isSame = JSON.stringify([before.item, before.files]) === JSON.stringify([record.item, record.files]);
  const change = before.hidden ? 'restored' : isSame && !isLost ? 'none' : 'changed';
  return { picture: { ...toPicture(record), files }, change };
}

/** Whether a small copy of a picture is not there any more. */
async function isAnyLost(transaction: WriteTransaction, before: PictureRecord | undefined): Promise<boolean> {
  const paths = before ? renditionPaths(before.item) : [];
  const keys = await Promise.all(paths.map((path) => transaction.objectStore('renditions').getKey(path)));
  return keys.includes(undefined);
}

/** Small copies that were lost and made again, by another version of the browser perhaps: their bytes, and names, are others. */
function withNewCopies({ item }: PictureRecord, { item: { thumbnail, preview } }: NewPicture): PictureRecord['item'] {
  return { ...item, thumbnail, preview };
}

/** A preview that there was none of before, because the original could be read then. */
function withRenditions({ item }: PictureRecord, picture: NewPicture): PictureRecord['item'] {
  const paths = new Set(renditionPaths(item));
  const lacksPreview = item.preview === null && picture.item.preview !== null;
  const isNew = renditionPaths(picture.item).some((path) => !paths.has(path));
  return lacksPreview && isNew ? { ...item, preview: picture.item.preview } : item;
}
