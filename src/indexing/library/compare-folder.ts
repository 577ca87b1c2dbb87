import type { FileFacts } from './ports.ts';

/** What a folder holds, as far as it could be listed. */
export interface FolderListing<F> {
  readonly files: readonly F[];
  /** Paths of folders inside it that could not be listed, with a `/` at their ends, and of files that could not be read: what is there is not known. */
  readonly unlisted: readonly string[];
}

export interface FolderChanges<F> {
  /** Files that are new, or that changed: to be read. */
  readonly toRead: readonly F[];
  /** Paths whose files are gone, with the pictures that were found there. */
  readonly gone: readonly { readonly path: string; readonly key: number }[];
}

/**
 * What has changed in a folder since it was looked through. A file is the same where path, length and time are. A listing
 * without any picture says nothing of those that were there: it is what a disk that is away looks like.
 * @param known the pictures that were found in it, by path
 * @param deleted files whose pictures were deleted: they are not read again while they are the same
 */
export function compareFolder<F extends FileFacts>(
  { files, unlisted }: FolderListing<F>,
  known: ReadonlyMap<string, { readonly key: number; readonly file: FileFacts }>,
  deleted: readonly FileFacts[] = [],
): FolderChanges<F> {
  const left = new Map(deleted.map((file) => [file.path, file]));
  const toRead = files.filter((file) => {
    const before = known.get(file.path)?.file ?? left.get(file.path);
    return before?.bytes !== file.bytes || before.modified !== file.modified;
  });
  if (files.length === 0) return { toRead, gone: [] };
  const listed = new Set(files.map(({ path }) => path));
  const isUnknown = (path: string) => unlisted.some((folder) => path.startsWith(folder));
  const gone = [...known].filter(([path]) => !listed.has(path) && !isUnknown(path));
  return { toRead, gone: gone.map(([path, { key }]) => ({ path, key })) };
}
