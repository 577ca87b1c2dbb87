import type { Item, Picture, PictureSource } from '../../engine/collection/types.ts';
import { download } from '../detail/file/actions.ts';
import { type Version, versionsOf } from '../detail/file/picture-file.ts';

/** What became of copies. */
export interface Saved {
  readonly saved: number;
  /** Of `saved`, those of which only a smaller picture is at hand. */
  readonly smaller: number;
  /** No version of these can be read. */
  readonly missing: number;
}

interface Picker {
  showDirectoryPicker(options: { id: string; mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>;
}

/**
 * Save the sharpest version of each picture: into a folder that the visitor chooses, where the browser lets them and they are
 * several; else as downloads. To be called by a click.
 * @returns undefined where the visitor changed their mind
 */
export async function saveCopies(
  source: PictureSource,
  items: readonly Item[],
  onProgress: (done: number) => void,
): Promise<Saved | undefined> {
  const picks = 'showDirectoryPicker' in window && items.length > 1;
  const folder = picks ? await chooseFolder(window as unknown as Picker) : undefined;
  if (picks && !folder) return undefined;
  const sizes: (Version['size'] | undefined)[] = [];
  // One after the other: browsers drop downloads that begin all at once.
  for (const item of items) {
    sizes.push(folder ? await writeInto(folder, source, item) : (await download(source, item)).size);
    onProgress(sizes.length);
  }
  const missing = sizes.filter((size) => size === undefined).length;
  const whole = sizes.filter((size) => size === 'original').length;
  return { saved: items.length - missing, smaller: items.length - missing - whole, missing };
}

async function chooseFolder(picker: Picker): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await picker.showDirectoryPicker({ id: 'copies', mode: 'readwrite' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}

async function writeInto(
  folder: FileSystemDirectoryHandle,
  source: PictureSource,
  item: Item,
): Promise<Version['size'] | undefined> {
  for await (const { size, picture, name } of versionsOf(source, item)) {
    const file = await newFile(folder, name, item.id);
    const writable = await file.createWritable();
    await writable.write(await bytesOf(picture));
    await writable.close();
    return size;
  }
  return undefined;
}

async function bytesOf(picture: Picture): Promise<Blob | Uint8Array<ArrayBuffer>> {
  return 'bytes' in picture ? picture.bytes : (await fetch(picture.url)).blob();
}

/** A file of that name, or of one like it that is free: nothing in the folder is written over. */
async function newFile(folder: FileSystemDirectoryHandle, name: string, id: string): Promise<FileSystemFileHandle> {
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.]*)?$/.exec(name) ?? [];
  // What a system takes as a name, the picture's id is.
  const wanted = (await isTaken(folder, name)) === 'refused' ? id : stem;
  for (let n = 1; ; n++) {
    const free = `${wanted}${n === 1 ? '' : ` (${n})`}${ending}`;
    if ((await isTaken(folder, free)) !== 'taken') return await folder.getFileHandle(free, { create: true });
  }
}

async function isTaken(folder: FileSystemDirectoryHandle, name: string): Promise<'taken' | 'free' | 'refused'> {
  try {
    await folder.getFileHandle(name);
    return 'taken';
  } catch (error) {
    if (error instanceof TypeError) return 'refused';
    const isFree = error instanceof DOMException && error.name === 'NotFoundError';
    return isFree ? 'free' : 'taken';
  }
}
