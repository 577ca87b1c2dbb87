import { AfterimageError } from '../errors.ts';
import type { ByteSource, ReadOptions, Sha256 } from '../ports.ts';
import { createItemStore, type ItemStore } from './items.ts';
import { isCollectionName, parseManifest } from './manifest.ts';
import { corrupt, openSection } from './section.ts';
import type { CollectionManifest, Part, PartKind } from './types.ts';
import { findBadRow } from './vectors.ts';

/** Parts read at a time: browsers open six connections to a host over HTTP/1.1, and pictures need some of them. */
const CONCURRENT_READS = 4;
/** Rows whose norm is looked at after loading; the hashes vouch for the rest. */
const NORM_SAMPLE = 4096;

/**
 * A collection of which the manifest was read. The sections are read when asked for and kept by whoever asked.
 * All of them throw AfterimageError `part-missing`, `part-corrupt`, `offline`, `network` or, when the memory does not
 * suffice, `collection-too-large`.
 */
export interface Collection {
  readonly manifest: CollectionManifest;
  items(options?: ReadOptions): Promise<ItemStore>;
  /** count × dim, row by row, unit norm. */
  vectors(options?: ReadOptions): Promise<Float32Array>;
  /** What the index wrote. */
  graph(options?: ReadOptions): Promise<Uint8Array>;
  /** The files of one kind, or of all, with paths that the byte source takes: to prefetch them. */
  parts(kind?: PartKind): readonly Part[];
}

/**
 * Read the manifest of `<basePath>/<name>`; nothing else yet.
 * @throws AfterimageError `collection-not-found`, `collection-invalid`, `collection-version`, `offline`, `network`.
 */
export async function readCollection(
  source: ByteSource,
  sha256: Sha256,
  name: string,
  basePath = 'collections',
  options?: ReadOptions,
): Promise<Collection> {
  const text = isCollectionName(name) ? await source.readText(`${basePath}/${name}/manifest.json`, options) : undefined;
  if (text === undefined) {
    throw new AfterimageError(
      'collection-not-found',
      `There is no collection called ${JSON.stringify(name.slice(0, 80))}. Choose another one, or build it with \`pnpm build-index\`.`,
    );
  }
  const manifest = await parseManifest(text, sha256);
  if (manifest.name !== name) {
    throw new AfterimageError(
      'collection-invalid',
      `The folder ${name} holds a collection called ${manifest.name}. Give the folder that name.`,
    );
  }
  return openCollection(source, manifest, basePath);
}

/** A collection of which the manifest is known already, for example from an earlier visit. */
export function openCollection(source: ByteSource, manifest: CollectionManifest, basePath = 'collections'): Collection {
  const folder = `${basePath}/${manifest.name}`;
  const parts = (kind?: PartKind) =>
    manifest.parts
      .filter((part) => kind === undefined || part.kind === kind)
      .map((part) => ({ ...part, path: `${folder}/${part.path}` }));
  const read = async (kind: PartKind, options: ReadOptions = {}) =>
    openSection(kind, await readSection(source, kind, parts(kind), options), manifest);
  return {
    manifest,
    parts,
    items: async (options) => createItemStore(await read('items', options), manifest.count),
    vectors: async (options) => toVectors(await read('vectors', options), manifest),
    graph: (options) => read('graph', options),
  };
}

/** All parts of a kind as one array of bytes, four at a time, each copied to its place as it comes. */
async function readSection(
  source: ByteSource,
  kind: PartKind,
  parts: readonly Part[],
  { signal, onProgress }: ReadOptions,
): Promise<Uint8Array> {
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  const loaded = new Float64Array(parts.length);
  const progress = (index: number, bytes: number) => {
    loaded[index] = bytes;
    onProgress?.(
      loaded.reduce((sum, one) => sum + one, 0),
      total,
    );
  };
  const readPart = async (part: Part, index: number) => {
    const onPart = (bytes: number) => progress(index, Math.min(bytes, part.bytes));
    const bytes = await source.read(part.path, part, { ...(signal && { signal }), onProgress: onPart });
    if (bytes.length !== part.bytes) throw corrupt(kind, `${part.path} is ${bytes.length} bytes, not ${part.bytes}.`);
    return bytes;
  };
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return readPart(first, 0);

  const section = allocate(total);
  const offsets = startOffsets(parts);
  await eachOf(parts, async (part, index) => {
    section.set(await readPart(part, index), offsets[index]);
  });
  return section;
}

/** `work` on every element, `CONCURRENT_READS` at a time; after a failure none is begun. */
async function eachOf<T>(elements: readonly T[], work: (element: T, index: number) => Promise<void>): Promise<void> {
  const remaining = elements.entries();
  let failed = false;
  const lane = async () => {
    for (const [index, element] of remaining) {
      if (failed) return;
      await work(element, index).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, lane));
}

function startOffsets(parts: readonly Part[]): number[] {
  let offset = 0;
  return parts.map(({ bytes }) => {
    offset += bytes;
    return offset - bytes;
  });
}

function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new AfterimageError(
      'collection-too-large',
      `There is not enough memory here for ${Math.ceil(bytes / 2 ** 20)} MiB of this collection. ` +
        'Close other pages, use another device, or build a smaller collection.',
    );
  }
}

/** The body as numbers: a view where the alignment allows. Every platform that runs this is little-endian. */
function toVectors(body: Uint8Array, { count, dim }: CollectionManifest): Float32Array {
  const length = count * dim;
  if (body.byteLength !== length * 4) throw corrupt('vectors', `they are not ${count} of dimension ${dim}.`);
  const aligned = body.byteOffset % 4 === 0 ? body : body.slice();
  const vectors = new Float32Array(aligned.buffer, aligned.byteOffset, length);
  const bad = findBadRow(vectors, dim, NORM_SAMPLE);
  if (bad >= 0) throw corrupt('vectors', `the vector of row ${bad} is not of unit norm.`);
  return vectors;
}
