import { isToldOf } from '../../indexing/library/places.ts';
import type { FoundFile, NewPicture, StoredFolder } from './library-store.ts';

/** Whether two files are found at the same place. */
export function isSamePlace(one: FoundFile, other: FoundFile): boolean {
  return one.folder === other.folder && one.path === other.path;
}

/** The files of a picture, with those where it was found again: each place once, as it was seen last. */
export function mergeFiles(files: readonly FoundFile[], found: readonly FoundFile[]): FoundFile[] {
  let merged = [...files];
  for (const file of found) {
    if (merged.some((one) => isToldOf(file, one))) continue;
    const isThis = (one: FoundFile) => isSamePlace(one, file) || isToldOf(one, file);
    const at = merged.findIndex(isThis);
    const known = merged.find((one) => isSamePlace(one, file));
    const seen = file.handle || !known?.handle ? file : { ...file, handle: known.handle };
    if (at < 0) merged.push(seen);
    else merged = [...merged.slice(0, at), seen, ...merged.slice(at + 1).filter((one) => !isThis(one))];
  }
  return merged;
}

/** The name of a picture's item: the path of its first file, with the folder's name before it. */
export function nameOf(files: readonly FoundFile[], folders: ReadonlyMap<number, Pick<StoredFolder, 'name'>>) {
  const [first] = files;
  if (!first) return undefined;
  const folder = first.folder === null ? undefined : folders.get(first.folder);
  return folder ? `${folder.name}/${first.path}` : first.path;
}

/** A batch in which every content occurs once, with all its files. */
export function uniqueContents(pictures: readonly NewPicture[]): NewPicture[] {
  const unique = new Map<string, NewPicture>();
  for (const picture of pictures) {
    const same = unique.get(picture.sha256);
    unique.set(picture.sha256, same ? { ...same, files: mergeFiles(same.files, picture.files) } : picture);
  }
  return [...unique.values()];
}

/** The paths of a picture's renditions; a picture that is no larger than its thumbnail has one file for both. */
export function renditionPaths({ thumbnail, preview }: Pick<NewPicture['item'], 'thumbnail' | 'preview'>): string[] {
  return [...new Set([thumbnail, preview].flatMap((one) => (one ? [one.path] : [])))];
}
