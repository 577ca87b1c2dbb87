import { AfterimageError } from '../../../engine/errors.ts';
import {
  type Check,
  integer,
  list,
  matching,
  nullable,
  object,
  oneOf,
  parseJson,
  sha256Hex,
  text,
} from '../../../engine/formats/check.ts';

/** Beside the manifest of an exported library: what the library knows of its pictures and a collection does not say. */
export const LIBRARY_FILE = 'library.json';

/** Where a picture was found. */
export interface ExportedFile {
  /** With the folder's name before it. Untrusted. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Paths of the other files that are the same picture. Untrusted. */
  readonly others?: readonly string[];
}

/** One picture: the row of the collection that it is in is its place in the list. */
export interface ExportedPicture {
  readonly sha256: string;
  readonly phash: string | null;
  readonly files: readonly ExportedFile[];
}

export interface LibraryFile {
  readonly format: 'afterimage-library';
  readonly version: 1;
  readonly pictures: readonly ExportedPicture[];
}

/** Of one picture. */
const MAX_FILES = 10_000;
const MAX_PICTURES = 10_000_000;

const path = text(1, 5_000);
const exportedFile = object<ExportedFile>(
  { path, bytes: integer(0), modified: integer(0), others: list(path, MAX_FILES) },
  ['others'],
);
const libraryFile: Check<LibraryFile> = object<LibraryFile>({
  format: oneOf('afterimage-library'),
  version: oneOf(1),
  pictures: list(
    object<ExportedPicture>({
      sha256: sha256Hex,
      phash: nullable(matching(/^[0-9a-f]{16}$/, '16 lower-case hex digits')),
      files: list(exportedFile, MAX_FILES),
    }),
    MAX_PICTURES,
  ),
});

export function stringifyLibraryFile(pictures: readonly ExportedPicture[]): string {
  const content: LibraryFile = { format: 'afterimage-library', version: 1, pictures };
  return JSON.stringify(content);
}

/** @throws AfterimageError `import-invalid` */
export function parseLibraryFile(json: string): LibraryFile {
  return parseJson(json, libraryFile, (problem) => libraryFileInvalid(`${LIBRARY_FILE}: ${problem}`));
}

/** The refusal of a file that is to be imported. @param why part of a sentence */
export function libraryFileInvalid(why: string, cause?: unknown): AfterimageError {
  if (cause instanceof AfterimageError && cause.code === 'import-invalid') return cause;
  const message = `This file cannot be imported: ${why}. Nothing was changed. Choose a file that was exported from a library.`;
  return new AfterimageError('import-invalid', message, { cause });
}
