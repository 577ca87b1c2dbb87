import { PLACE, withExtension } from '../../../engine/collection/extensions/facts.ts';
import { isCollectionName, stringifyManifest } from '../../../engine/collection/manifest.ts';
import { type Item, LIBRARY, PERCEPTUAL_HASH, withPerceptualHash } from '../../../engine/collection/types.ts';
import { storeVectors } from '../../../engine/collection/vectors/stored-vectors.ts';
import { type CollectionDescription, encodeCollection } from '../../../engine/collection/writer.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { beamFor } from '../../../indexing/indexes/beam.ts';
import type { Album } from '../../../protocol/albums.ts';
import type { LibraryExportOptions } from '../../../protocol/library-worker.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { renditionPaths } from '../files.ts';
import type { FoundFile, LibraryModel, LibraryStore, StoredFolder, StoredPicture } from '../library-store.ts';
import { ALBUMS_FILE, stringifyAlbums } from './albums-file.ts';
import { type ExportedFile, LIBRARY_FILE, stringifyLibraryFile } from './library-file.ts';
import { createZip, type ZipFile } from './zip.ts';

export type ExportProgress = (done: number, total: number) => void;

/** Renditions on their way from the store at a time are those of so many pictures. */
const READ_TOGETHER = 32;

/** Of a graph that someone may build for the collection; written down because the manifest names them. */
const HNSW = { M: 16, efConstruction: 200 };

/**
 * The library as a zip file: a folder of the name that was chosen, which is a collection, with `library.json` in it.
 * @throws AfterimageError `nothing-to-index` for an empty library, `usage` for a name that no collection can have
 */
export async function exportLibrary(
  store: LibraryStore,
  options: LibraryExportOptions,
  onProgress: ExportProgress = () => undefined,
): Promise<Blob> {
  if (!isCollectionName(options.name) || options.name === LIBRARY) throw nameInvalid();
  const [model, folders, pictures] = await Promise.all([store.model(), store.folders(), store.all()]);
  if (!model || pictures.length === 0) throw empty();
  const names = new Map(folders.map((folder) => [folder.id, folder]));
  const filesOf = ({ files }: StoredPicture) => files.map((file) => exportedFile(file, names));
  const albums = options.withAlbums ? await store.allAlbums() : [];
  return await packPictures({ store, model, pictures, filesOf, albums }, options, onProgress);
}

/** Pictures to pack. */
export interface Packed {
  readonly store: Pick<LibraryStore, 'rendition'>;
  readonly model: LibraryModel;
  readonly pictures: readonly StoredPicture[];
  readonly filesOf: (picture: StoredPicture) => readonly ExportedFile[];
  /** Absent: none go along. */
  readonly albums?: readonly Album[];
}

/** Some pictures of a library, as the zip file that `exportLibrary` makes of all. */
export async function packPictures(
  { store, model, pictures, filesOf, albums = [] }: Packed,
  options: LibraryExportOptions,
  onProgress: ExportProgress = () => undefined,
): Promise<Blob> {
  const zip = createZip();
  const add = (path: string, bytes: Uint8Array) => zip.add(`${options.name}/${path}`, bytes);
  const written = await addRenditions(pictures, store, { ...zip, add }, onProgress);
  const known = pictures.map((picture) => ({ sha256: picture.sha256, phash: picture.phash, files: filesOf(picture) }));
  await add(LIBRARY_FILE, new TextEncoder().encode(stringifyLibraryFile(known)));
  if (albums.length > 0) await add(ALBUMS_FILE, new TextEncoder().encode(stringifyAlbums(albums)));
  await addCollection(pictures, written, { model, options, add });
  return await zip.close();
}

/** Renditions that are there: bytes by path. */
async function addRenditions(
  pictures: readonly StoredPicture[],
  store: Packed['store'],
  zip: ZipFile,
  onProgress: ExportProgress,
): Promise<Map<string, number>> {
  const written = new Map<string, number>();
  for (let start = 0; start < pictures.length; start += READ_TOGETHER) {
    const some = pictures.slice(start, start + READ_TOGETHER);
    // Pictures that look the same to the last bit have one thumbnail.
    const named = new Set(some.flatMap(({ item }) => renditionPaths(item)));
    const paths = [...named].filter((path) => !written.has(path));
    const renditions = await Promise.all(paths.map(store.rendition));
    for (const [i, path] of paths.entries()) {
      const bytes = renditions[i]?.bytes;
      if (!bytes) continue;
      await zip.add(path, bytes);
      written.set(path, bytes.length);
    }
    onProgress(start + some.length, pictures.length);
  }
  return written;
}

interface Writing {
  readonly model: LibraryModel;
  readonly options: LibraryExportOptions;
  readonly add: ZipFile['add'];
}

async function addCollection(
  pictures: readonly StoredPicture[],
  written: ReadonlyMap<string, number>,
  { model, options, add }: Writing,
): Promise<void> {
  const { dim } = model;
  const vectors = new Float32Array(pictures.length * dim);
  for (const [row, { vector }] of pictures.entries()) vectors.set(vector, row * dim);
  const parts = encodeCollection({
    ...describeCollection(pictures, written, model, options),
    items: pictures.map((picture) => exportedItem(picture, written, options.withPlaces)),
    vectors: storeVectors(vectors, dim, options.vectors),
    sha256,
  });
  let step = await parts.next();
  for (; !step.done; step = await parts.next()) await add(step.value.path, step.value.bytes);
  await add('manifest.json', new TextEncoder().encode(stringifyManifest(step.value)));
}

function describeCollection(
  pictures: readonly StoredPicture[],
  written: ReadonlyMap<string, number>,
  { model, dim }: LibraryModel,
  { name, title }: LibraryExportOptions,
): CollectionDescription {
  const bytes = [...written.values()].reduce((sum, size) => sum + size, 0);
  const hasPreviews = pictures.some(({ item }) => item.preview);
  return {
    ...{ name, title, description: '', licence: null, examples: [], created: new Date().toISOString() },
    ...{ model, dim, index: 'exact', hnsw: { ...HNSW, efSearch: beamFor(pictures.length) } },
    pictures: { mode: hasPreviews ? 'preview' : 'none', bytes },
  };
}

/** The item as a collection has it: without renditions that are gone, with what the library keeps beside it. */
function exportedItem({ item, phash }: StoredPicture, written: ReadonlyMap<string, number>, withPlaces: boolean): Item {
  const there = (one: Item['thumbnail']) => (one && written.has(one.path) ? one : null);
  const thumbnail = there(item.thumbnail);
  const own = { ...item, thumbnail, preview: thumbnail && there(item.preview) };
  const placed = withPlaces ? own : withExtension(own, PLACE, undefined);
  return phash === null ? withExtension(placed, PERCEPTUAL_HASH, undefined) : withPerceptualHash(placed, phash);
}

function exportedFile(file: FoundFile, folders: ReadonlyMap<number, StoredFolder>): ExportedFile {
  const name = file.folder === null ? undefined : folders.get(file.folder)?.name;
  return toExported(file, (path) => (name === undefined ? path : `${name}/${path}`));
}

export function toExported(
  { path, bytes, modified, others }: FoundFile,
  named: (path: string) => string = (one) => one,
): ExportedFile {
  return {
    ...{ path: named(path), bytes, modified: Math.max(0, Math.round(modified)) },
    ...(others && { others: others.map(named) }),
  };
}

function empty(): AfterimageError {
  return new AfterimageError('nothing-to-index', 'There are no pictures of yours to export. Add some first.');
}

function nameInvalid(): AfterimageError {
  return new AfterimageError(
    'usage',
    `The name of the exported collection takes up to 64 letters, digits, "-" and "_", and is not "${LIBRARY}".`,
  );
}
