import type { HandleRecord, Hidden, PictureRecord, WriteTransaction } from '../database/schema.browser.ts';
import { nameOf } from '../files.ts';
import type { FoundFile, StoredFolder, StoredPicture } from '../library-store.ts';

type Folders = ReadonlyMap<number, Pick<StoredFolder, 'name'>>;

export async function readFolders(transaction: WriteTransaction): Promise<Folders> {
  return new Map((await transaction.objectStore('folders').getAll()).map((folder) => [folder.id as number, folder])); // stored: has an id
}

/** What is stored of a picture: its files without handles, its name by its files, and what the indexes need. */
export function recordOf(
  picture: Omit<StoredPicture, 'key'> & { readonly key?: number },
  folders: Folders,
): PictureRecord {
  const { key, item, sha256, files, vector, phash } = picture;
  const name = nameOf(files, folders) ?? item.name;
  return {
    ...(key === undefined ? {} : { key }),
    item: name === item.name ? item : { ...item, name },
    sha256,
    files: files.map(withoutHandle),
    vector: ownVector(vector),
    phash,
    folders: foldersOf(files),
  };
}

export function hide(record: PictureRecord, hidden: Hidden, hiddenAt: number): PictureRecord {
  return { ...record, folders: [], hidden, hiddenAt };
}

/** The record as one that is shown. */
export function show({ hidden: _hidden, hiddenAt: _at, ...record }: PictureRecord): PictureRecord {
  return { ...record, folders: foldersOf(record.files) };
}

function foldersOf(files: readonly FoundFile[]): number[] {
  return [...new Set(files.flatMap(({ folder }) => (folder === null ? [] : [folder])))];
}

/** Store the handles of a picture's files, or that there are none. */
export async function putHandles(
  transaction: WriteTransaction,
  key: number,
  files: readonly FoundFile[],
): Promise<void> {
  const handles = files.flatMap(({ folder, path, handle }) => (folder === null && handle ? [{ path, handle }] : []));
  const store = transaction.objectStore('handles');
  if (handles.length > 0) await store.put({ key, handles } satisfies HandleRecord);
  else await store.delete(key);
}

function withoutHandle({ handle: _, ...file }: FoundFile): FoundFile {
  return file;
}

/** Its own numbers only: cloning a view stores all of the buffer behind it. */
function ownVector(vector: Float32Array): Float32Array {
  return vector.byteLength === vector.buffer.byteLength ? vector : vector.slice();
}
