import { withExtension } from '../../../engine/collection/extensions/facts.ts';
import { parseManifest } from '../../../engine/collection/manifest.ts';
import { openCollection } from '../../../engine/collection/reader.ts';
import { type CollectionManifest, type Item, PERCEPTUAL_HASH } from '../../../engine/collection/types.ts';
import { type StoredVectors, vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { normalise } from '../../../engine/numeric/embedding.ts';
import type { ByteSource } from '../../../engine/ports.ts';
import type { Album } from '../../../protocol/albums.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { renditionPaths } from '../files.ts';
import type { LibraryModel, StoredRendition } from '../library-store.ts';
import { ALBUMS_FILE, parseAlbums } from './albums-file.ts';
import { type ExportedPicture, LIBRARY_FILE, libraryFileInvalid, parseLibraryFile } from './library-file.ts';
import { type OpenedZip, openZip } from './zip.ts';

/** A picture as an exported library has it. */
export interface ReadPicture extends ExportedPicture {
  readonly item: Item;
  readonly vector: Float32Array;
}

/** An exported library of which everything but the renditions was read and found whole. */
export interface ReadLibrary {
  readonly model: LibraryModel;
  readonly pictures: readonly ReadPicture[];
  /** None in files of pages that knew no albums. */
  readonly albums: readonly Album[];
  /** A rendition of one of them. @throws AfterimageError `import-invalid` */
  rendition(path: string): Promise<StoredRendition>;
}

/** Renditions are pictures and nothing else, whatever a file says of them: the page shows them. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ webp: 'image/webp', jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', avif: 'image/avif' },
};
const MAX_RENDITION_BYTES = 64 * 1024 * 1024;
const MAX_JSON_BYTES = 1024 * 1024 * 1024;

/** @throws AfterimageError `import-invalid` */
export async function readLibraryFile(file: Blob): Promise<ReadLibrary> {
  const zip = await openZip(file);
  const root = rootOf(zip);
  try {
    const manifest = await parseManifest(await readJson(zip, `${root}manifest.json`), sha256);
    const known = parseLibraryFile(await readJson(zip, root + LIBRARY_FILE)).pictures;
    const pictures = await readPictures(zip, root, manifest, known);
    const albums = zip.paths.includes(root + ALBUMS_FILE) ? parseAlbums(await readJson(zip, root + ALBUMS_FILE)) : [];
    const { model, dim } = manifest;
    const named = new Set(
      pictures.flatMap(({ item }) => renditionPaths(item).filter((path) => isNamedBy(path, item.id))),
    );
    const rendition = (path: string) => readRendition(zip, root, path, named.has(path));
    return { model: { model, dim }, pictures, albums, rendition };
  } catch (error) {
    throw error instanceof AfterimageError ? libraryFileInvalid(error.message.replace(/\.$/, ''), error) : error;
  }
}

/** Where the library lies in the zip: someone may have packed the folder again, under another name. */
function rootOf({ paths }: OpenedZip): string {
  const found = paths.filter((path) => path === LIBRARY_FILE || path.endsWith(`/${LIBRARY_FILE}`));
  const [path] = found;
  if (path === undefined || found.length > 1) throw libraryFileInvalid('it is no exported library');
  return path.slice(0, -LIBRARY_FILE.length);
}

async function readJson(zip: OpenedZip, path: string): Promise<string> {
  if (zip.size(path) > MAX_JSON_BYTES) throw libraryFileInvalid(`${path} in it is too large`);
  const bytes = await zip.read(path);
  if (!bytes) throw libraryFileInvalid(`${path} is not in it`);
  return new TextDecoder().decode(bytes);
}

async function readPictures(
  zip: OpenedZip,
  root: string,
  manifest: CollectionManifest,
  known: readonly ExportedPicture[],
): Promise<ReadPicture[]> {
  const collection = openCollection(createZipSource(zip, root, manifest.name), manifest);
  if (known.length !== manifest.count) throw libraryFileInvalid('its lists of pictures differ');
  const [items, vectors] = await Promise.all([collection.allItems(), collection.vectors()]);
  return known.map((picture, row) => {
    const item = withExtension(items[row] as Item, PERCEPTUAL_HASH, undefined); // as many as there are in `known`
    checkItem(item, picture, zip, root);
    return { ...picture, item, vector: unitVector(vectors, row) };
  });
}

/** Exactly what was exported, or as near as what was stored allows. */
function unitVector(vectors: StoredVectors, row: number): Float32Array {
  const vector = vectorOf(vectors, row).slice();
  return vectors.encoding === 'f32' ? vector : normalise(vector);
}

function checkItem(item: Item, { sha256: hash }: ExportedPicture, zip: OpenedZip, root: string): void {
  if (item.id !== hash.slice(0, 16)) throw libraryFileInvalid('its lists of pictures differ');
  for (const path of renditionPaths(item)) {
    const bytes = zip.size(root + path);
    if (typeOf(path) === undefined) throw libraryFileInvalid(`${path} is no picture of ${item.id}`);
    if (bytes === 0 || bytes > MAX_RENDITION_BYTES) throw libraryFileInvalid(`${path} in it is missing or too large`);
  }
}

/** A type that is known, of a path; undefined for others. */
function typeOf(path: string): string | undefined {
  const extension = /\.(\w+)$/.exec(path)?.[1] ?? '';
  return Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined;
}

function isNamedBy(path: string, name: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith(name);
}

/**
 * Renditions are stored under their paths: each must be named by its picture's id or by its own content, or a file could bring
 * along what is shown for other pictures.
 */
async function readRendition(zip: OpenedZip, root: string, path: string, isOwn: boolean): Promise<StoredRendition> {
  const bytes = await zip.read(root + path);
  const type = typeOf(path);
  if (!bytes || type === undefined) throw libraryFileInvalid(`${path} is not in it`);
  if (isOwn || isNamedBy(path, (await sha256(bytes)).slice(0, 16))) return { bytes, type };
  throw libraryFileInvalid(`${path} is no picture of those in it`);
}

/** The parts of the collection in a zip. Paths of the collection's own folder lead to where it lies in there. */
function createZipSource(zip: OpenedZip, root: string, name: string): ByteSource {
  const prefix = `collections/${name}/`;
  const read: ByteSource['read'] = async (path, expected, options) => {
    const at = root + path.slice(prefix.length);
    if (zip.size(at) !== expected.bytes) throw libraryFileInvalid(`${at} in it is missing or damaged`);
    const bytes = await zip.read(at);
    if (!bytes || (await sha256(bytes)) !== expected.sha256) throw libraryFileInvalid(`${at} in it is damaged`);
    options?.onProgress?.(bytes.length, bytes.length);
    return bytes;
  };
  return {
    read,
    readRange: async (path, expected, { offset, length }) =>
      (await read(path, expected)).slice(offset, offset + length),
    readText: (path) => readJson(zip, root + path.slice(prefix.length)),
  };
}
