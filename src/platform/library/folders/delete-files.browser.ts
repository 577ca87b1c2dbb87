import type { Deletion, KeptReason } from '../../../protocol/library-files.ts';
import { sha256 } from '../../hashes/sha256.ts';
import type { FoundFile } from '../library-store.ts';
import { accessOf, isNamed, permissionOf, placeIn } from './folder-access.browser.ts';
import type { LibraryFolders } from './library-folders.browser.ts';

/** A file in a folder, with those that are the same picture. */
export interface FileInFolder extends FoundFile {
  readonly folder: number;
}

/** Files to delete at one place. */
export interface PlaceToDelete {
  readonly key: number;
  /** Of the content that was added. */
  readonly sha256: string;
  readonly file: FileInFolder;
  /** Where the picture is to stay; none where it is to go altogether. */
  readonly staying: readonly FoundFile[];
}

export interface DeletedPlaces extends Deletion {
  /** Places at which there is nothing any more. */
  readonly cleared: readonly PlaceToDelete[];
}

/** One file of a place: to be deleted where it is what it was. */
interface Entry {
  readonly name: string;
  readonly parent: FileSystemDirectoryHandle;
  readonly fileName: string;
}

class Kept extends Error {
  readonly why: KeptReason;
  constructor(why: KeptReason) {
    super(why);
    this.why = why;
  }
}

export function isInFolder(file: FoundFile): file is FileInFolder {
  return file.folder !== null;
}

/**
 * Delete files from the disk, for good. What is not what was added stays, and so does all that belongs to it: a RAW file is not
 * deleted without its JPEG. Of a picture that is to stay elsewhere, a copy has to be there, and to be another file.
 */
export async function deletePlaces(
  places: readonly PlaceToDelete[],
  folders: Pick<LibraryFolders, 'get'>,
): Promise<DeletedPlaces> {
  const kept: Deletion['kept'][number][] = [];
  const cleared: PlaceToDelete[] = [];
  let deleted = 0;
  for (const place of places) {
    const outcome = await deletePlace(place, folders);
    deleted += outcome.deleted;
    kept.push(...outcome.kept);
    if (outcome.isCleared) cleared.push(place);
  }
  return { deleted, kept, cleared };
}

interface Outcome extends Deletion {
  readonly isCleared: boolean;
}

async function deletePlace(place: PlaceToDelete, folders: Pick<LibraryFolders, 'get'>): Promise<Outcome> {
  const { file } = place;
  const root = folders.get(file.folder)?.handle;
  const paths = [file.path, ...(file.others ?? [])];
  const nameOf = (path: string) => (root ? `${root.name}/${path}` : path);
  const keepAll = (why: KeptReason, at = 0): Outcome => ({
    deleted: 0,
    kept: paths.map((path, i) => ({ name: nameOf(path), why: i === at ? why : 'with-pair' })),
    isCleared: false,
  });
  if (!root) return keepAll('away');
  const obstacle = await obstacleOf(root);
  if (obstacle) return { ...keepAll(obstacle), kept: paths.map((path) => ({ name: nameOf(path), why: obstacle })) };
  const entries: Entry[] = [];
  for (const [i, path] of paths.entries()) {
    try {
      entries.push(await checkedEntry(root, path, i === 0 ? place : undefined, file.otherFacts?.[i - 1]));
      if (i === 0) await checkStaying(place, root, folders);
    } catch (error) {
      const why = reasonOf(error);
      // A companion that is gone keeps nobody; a picture that is gone leaves no place behind.
      if (why === 'gone' && i > 0) continue;
      if (why === 'gone') return { deleted: 0, kept: [{ name: nameOf(path), why }], isCleared: true };
      return keepAll(why, i);
    }
  }
  return removeEntries(entries, nameOf);
}

/** The picture last: while it is there, a place that could not be cleared is found again with all its files. */
async function removeEntries(entries: readonly Entry[], nameOf: (path: string) => string): Promise<Outcome> {
  let deleted = 0;
  for (const [i, { parent, fileName, name }] of [...entries.entries()].reverse()) {
    try {
      await parent.removeEntry(fileName);
      deleted++;
    } catch (error) {
      const rest = entries.slice(0, i).map((one) => ({ name: nameOf(one.name), why: 'with-pair' as const }));
      return { deleted, kept: [{ name: nameOf(name), why: reasonOf(error) }, ...rest], isCleared: false };
    }
  }
  return { deleted, kept: [], isCleared: true };
}

/** Why nothing in a folder can be deleted. */
async function obstacleOf(root: FileSystemDirectoryHandle): Promise<KeptReason | undefined> {
  if ((await accessOf(root)) === 'missing') return 'away';
  return (await permissionOf(root, 'readwrite')) === 'granted' ? undefined : 'not-allowed';
}

/**
 * @param place of the picture itself, whose content is known; undefined: of a file beside it
 * @param facts of a file beside it; undefined where nobody looked
 */
async function checkedEntry(
  root: FileSystemDirectoryHandle,
  path: string,
  place: PlaceToDelete | undefined,
  facts: { readonly bytes: number; readonly modified: number } | undefined,
): Promise<Entry> {
  const { parent, name } = await placeIn(root, path);
  const file = await (await parent.getFileHandle(name)).getFile();
  if (place && !(await hasContent(file, place.file.bytes, place.sha256))) throw new Kept('changed');
  if (facts && (facts.bytes !== file.size || facts.modified !== file.lastModified)) throw new Kept('changed');
  return { name: path, parent, fileName: name };
}

/** By its length, and then by all of it: a date says little. */
async function hasContent(file: File, bytes: number, hash: string): Promise<boolean> {
  return file.size === bytes && (await sha256(new Uint8Array(await file.arrayBuffer()))) === hash;
}

/** A copy that is to stay has to be there now. */
async function checkStaying(
  { sha256: hash, file, staying }: PlaceToDelete,
  root: FileSystemDirectoryHandle,
  folders: Pick<LibraryFolders, 'get'>,
): Promise<void> {
  if (staying.length === 0) return;
  const { parent, name } = await placeIn(root, file.path);
  const own = await parent.getFileHandle(name);
  for (const copy of staying) {
    const handle = await handleOf(copy, folders).catch(() => undefined);
    if (!handle) continue;
    // One folder inside of another, both added: one file at two places.
    if (await handle.isSameEntry(own)) continue;
    const there = await handle.getFile().catch(() => undefined);
    if (there && (await hasContent(there, copy.bytes, hash))) return;
  }
  throw new Kept('only-copy');
}

async function handleOf(
  file: FoundFile,
  folders: Pick<LibraryFolders, 'get'>,
): Promise<FileSystemFileHandle | undefined> {
  if (!isInFolder(file)) {
    return file.handle && (await permissionOf(file.handle)) === 'granted' ? file.handle : undefined;
  }
  const root = folders.get(file.folder)?.handle;
  if (!root || (await permissionOf(root)) !== 'granted') return undefined;
  const { parent, name } = await placeIn(root, file.path);
  return await parent.getFileHandle(name);
}

function reasonOf(error: unknown): KeptReason {
  if (error instanceof Kept) return error.why;
  if (isNamed(error, 'NotFoundError')) return 'gone';
  if (isNamed(error, 'NotAllowedError') || isNamed(error, 'SecurityError')) return 'not-allowed';
  return 'failed';
}
