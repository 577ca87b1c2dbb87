import { AfterimageError } from '../../../engine/errors.ts';
import type { LibraryImport } from '../../../protocol/library-worker.ts';
import { nameOf, renditionPaths } from '../files.ts';
import type { FoundFile, LibraryModel, LibraryStore, NewPicture, StoredFolder } from '../library-store.ts';
import { type ReadLibrary, type ReadPicture, readLibraryFile } from './read-library-file.ts';

/** Pictures that are stored at once: some megabytes. */
const BATCH = 64;

export interface ImportOptions {
  /** Whether pictures of this model can be searched here; asked for a library that has no model yet. */
  readonly isAvailable?: ((model: LibraryModel) => Promise<boolean>) | undefined;
  /** Pictures that were read or stored, of twice as many as there are: all is read before anything is stored. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Add the pictures of an exported library. What is there already stays as it is, and is found at the places that the file
 * names too. A file that is not whole changes nothing; where there is no more room, what was added until then stays.
 * @throws AfterimageError `import-invalid`, `import-model-mismatch`, `quota-exceeded`
 */
export async function importLibrary(
  store: LibraryStore,
  file: Blob,
  { isAvailable = async () => true, onProgress = () => undefined }: ImportOptions = {},
): Promise<LibraryImport> {
  const library = await readLibraryFile(file);
  const own = await store.model();
  if (own ? !isSameModel(own, library.model) : !(await isAvailable(library.model))) {
    throw otherModel(own, library.model);
  }
  const total = 2 * library.pictures.length;
  let done = 0;
  for (let start = 0; start < library.pictures.length; start += BATCH) {
    const batch = library.pictures.slice(start, start + BATCH);
    await Promise.all(batch.flatMap(({ item }) => renditionPaths(item)).map(library.rendition));
    done += batch.length;
    onProgress(done, total);
  }
  if (!own) await store.setModel(library.model);
  const folders = new Map((await store.folders()).map((folder) => [folder.id, folder]));
  let known = 0;
  for (let start = 0; start < library.pictures.length; start += BATCH) {
    const batch = library.pictures.slice(start, start + BATCH);
    known += await importBatch(store, library, batch, folders);
    done += batch.length;
    onProgress(done, total);
  }
  const albums = await store.importAlbums(library.albums);
  return { added: library.pictures.length - known, known, albums };
}

/** @returns how many were there already */
async function importBatch(
  store: LibraryStore,
  library: ReadLibrary,
  batch: readonly ReadPicture[],
  folders: ReadonlyMap<number, StoredFolder>,
): Promise<number> {
  const before = await store.find(batch.map(({ sha256 }) => sha256));
  const pictures = batch.map(async (picture, i): Promise<NewPicture> => {
    const { item, sha256, phash, vector } = picture;
    const thumbnail = item.thumbnail && (await library.rendition(item.thumbnail.path));
    const preview = item.preview && (await library.rendition(item.preview.path));
    const files = newPlaces(picture, before[i]?.files ?? [], folders);
    return { item, sha256, phash, vector, files, thumbnail: thumbnail ?? NOTHING, preview };
  });
  await store.put(await Promise.all(pictures), []);
  return before.filter((one) => one !== undefined).length;
}

/** Stored nowhere: its item has no thumbnail. */
const NOTHING = { bytes: new Uint8Array(), type: 'image/webp' };

/** Places that the file names and where the picture is not known to be. Nothing there can be read from here. */
function newPlaces(
  { files }: ReadPicture,
  known: readonly FoundFile[],
  folders: ReadonlyMap<number, StoredFolder>,
): FoundFile[] {
  const names = new Set(known.map((file) => nameOf([file], folders)));
  return files.filter(({ path }) => !names.has(path)).map((file) => ({ folder: null, ...file }));
}

function isSameModel(one: LibraryModel, other: LibraryModel): boolean {
  return one.model.sha256 === other.model.sha256 && one.dim === other.dim;
}

function otherModel(own: LibraryModel | undefined, other: LibraryModel): AfterimageError {
  const why = own
    ? `and your pictures here with ${own.model.id}, so they cannot be searched together`
    : 'which this site does not have, so its pictures cannot be searched here';
  return new AfterimageError(
    'import-model-mismatch',
    `This file was made with the model ${other.model.id}, ${why}. Nothing was changed. Add the pictures themselves instead.`,
  );
}
