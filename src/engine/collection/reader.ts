import { AfterimageError } from '../errors.ts';
import type { ByteSource, ReadOptions, Sha256 } from '../ports.ts';
import { packedParts } from './extensions/packed.ts';
import { createBlockedItems } from './items/blocked-items.ts';
import { createItemLines, type ItemStore, storeOf } from './items/items.ts';
import { isCollectionName, parseManifest } from './manifest.ts';
import { type Block, type BlockKind, type BlockTable, parseBlockTable } from './sections/block-table.ts';
import { eachPart, readSection, tooLarge } from './sections/read-parts.ts';
import { corrupt, openSection } from './sections/section.ts';
import { type CollectionManifest, type Item, isKnown, type Part, type PartKind } from './types.ts';
import { problemOf, type StoredVectors } from './vectors/stored-vectors.ts';
import {
  emptyVectors,
  fillHead,
  fillRows,
  type PartRows,
  partRows,
  type VectorShape,
} from './vectors/vector-blocks.ts';

export interface StreamOptions extends ReadOptions {
  /** Whether the rows from `first` on are there already: their part is not read. Asked before each part is read. */
  readonly skip?: (first: number) => boolean;
}

/**
 * A collection of which the manifest was read. The sections are read when asked for and kept by whoever asked.
 * All of them throw AfterimageError `part-missing`, `part-corrupt`, `offline`, `network` or, when the memory does not
 * suffice, `collection-too-large`.
 */
export interface Collection {
  readonly manifest: CollectionManifest;
  /** Of a collection with `blocks` nothing but their table is read now, the items as they are asked for. */
  items(options?: ReadOptions): Promise<ItemStore>;
  /** All of them, by row. */
  allItems(options?: ReadOptions): Promise<Item[]>;
  /** All rows. */
  vectors(options?: ReadOptions): Promise<StoredVectors>;
  /** What rows are stored around: vectors like them, of no rows. */
  vectorsHead(options?: ReadOptions): Promise<StoredVectors>;
  /** All rows, part by part as they come, in any order; `first` is the number of the first of `rows`. */
  streamVectors(take: (first: number, rows: StoredVectors) => void, options?: StreamOptions): Promise<void>;
  /** Whether there are parts of this kind. */
  has(kind: PartKind): boolean;
  /** What the HNSW index wrote. */
  graph(options?: ReadOptions): Promise<Uint8Array>;
  /** The first-pass code. */
  codes(options?: ReadOptions): Promise<Uint8Array>;
  /** What is known of all cells before any of them is read. */
  cells(options?: ReadOptions): Promise<Uint8Array>;
  /** Where single blocks lie; only where there are `blocks`. */
  blockTable(options?: ReadOptions): Promise<BlockTable>;
  /** One of them, or the members of a cell. */
  readBlock(kind: BlockKind | 'members', block: Block, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * The files of one kind, or of all that this version knows, with paths that the byte source takes: to prefetch them.
   */
  parts(kind?: PartKind): readonly Part<PartKind>[];
  /** The bytes of a part of the manifest, known or not, as they are: to take them over. */
  readPart(part: Part, options?: ReadOptions): Promise<Uint8Array>;
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
      `There is no collection called ${JSON.stringify(name.slice(0, 80))}.`,
    );
  }
  const manifest = await parseManifest(text, sha256);
  if (manifest.name !== name) {
    throw new AfterimageError(
      'collection-invalid',
      `The folder ${name} holds a collection of another name, ${manifest.name}.`,
    );
  }
  return openCollection(source, manifest, basePath);
}

/** A collection of which the manifest is known already, for example from an earlier visit. */
export function openCollection(source: ByteSource, manifest: CollectionManifest, basePath = 'collections'): Collection {
  const folder = `${basePath}/${manifest.name}`;
  const hosted = packedParts(manifest);
  const parts = (kind?: PartKind) =>
    hosted
      .filter(isKnown)
      .filter((part) => kind === undefined || part.kind === kind)
      .map((part) => ({ ...part, path: `${folder}/${part.path}` }));
  const has = (kind: PartKind) => manifest.parts.some((part) => part.kind === kind);
  const read = async (kind: PartKind, options: ReadOptions = {}) => {
    if (!has(kind)) throw new AfterimageError('internal', `The collection ${manifest.name} has no ${kind}.`);
    return openSection(kind, await readSection(source, kind, parts(kind), options), manifest);
  };
  const lines = async (options?: ReadOptions) => createItemLines(await read('items', options), manifest.count);
  const blockTable = async (options?: ReadOptions) => parseBlockTable(await read('blocks', options), manifest);
  const readBlock: Collection['readBlock'] = async (kind, block, options) => {
    const part = parts(kind)[block.part] as Part; // the table was checked
    const bytes = await source.readRange(part.path, part, block, options);
    if (bytes.length !== block.length) throw corrupt(kind, `a block is ${bytes.length} bytes, not ${block.length}.`);
    return bytes;
  };
  return {
    manifest,
    parts,
    readPart: (part, options) => source.read(`${folder}/${part.path}`, part, options),
    has,
    async items(options) {
      if (!has('blocks')) return storeOf(await lines(options));
      return createBlockedItems(await blockTable(options), manifest.count, (kind, block) => readBlock(kind, block));
    },
    async allItems(options) {
      const { count, get } = await lines(options);
      return Array.from({ length: count }, (_, row) => get(row));
    },
    vectors: (options) => readVectors(source, parts('vectors'), manifest, options),
    async vectorsHead(options) {
      const part = parts('vectors')[0] as Part; // no collection is without
      const head = allocate({ ...manifest, count: 0 });
      readHead(head, await source.read(part.path, part, options), manifest);
      return head;
    },
    streamVectors: createStream(source, parts('vectors'), manifest),
    graph: (options) => read('graph', options),
    codes: (options) => read('codes', options),
    cells: (options) => read('cells', options),
    blockTable,
    readBlock,
  };
}

/** Each part by itself, the first one, which says how rows are stored, before the others. */
function createStream(
  source: ByteSource,
  parts: readonly Part[],
  manifest: CollectionManifest,
): Collection['streamVectors'] {
  /** Stays for the next time, which may skip the part that it stands in. */
  let head: StoredVectors | undefined;
  return async (take, { skip, ...options } = {}) => {
    const places = placesOf(manifest, parts);
    const takePart = (bytes: Uint8Array, index: number) => {
      const { first, rows, start } = places[index] as PartRows; // one a part
      if (index === 0) {
        const read = allocate({ ...manifest, count: 0 });
        readHead(read, bytes, manifest);
        head = read;
      }
      const stored = allocate({ ...manifest, count: rows });
      const some =
        stored.encoding === 'int8' && head?.encoding === 'int8' ? { ...stored, centre: head.centre } : stored;
      fillRows(some, bytes.subarray(start), 0, rows, manifest.quantiser.rowsPerBlock);
      refuseProblem(some);
      take(first, some);
    };
    const isThere = (index: number) => head !== undefined && skip?.((places[index] as PartRows).first) === true;
    await eachPart(source, 'vectors', parts, options, takePart, { firstAlone: true, skip: isThere });
  };
}

function placesOf(manifest: CollectionManifest, parts: readonly Part[]): PartRows[] {
  const places = partRows(manifest, parts);
  if (!places) throw corrupt('vectors', `they are not ${manifest.count} of dimension ${manifest.dim}.`);
  return places;
}

function readHead(stored: StoredVectors, firstPart: Uint8Array, manifest: CollectionManifest): void {
  if (fillHead(stored, openSection('vectors', firstPart, manifest), manifest.quantiser)) return;
  throw corrupt('vectors', 'they are stored in another way than the manifest says.');
}

function refuseProblem(stored: StoredVectors): void {
  const problem = problemOf(stored);
  if (problem !== undefined) throw corrupt('vectors', problem);
}

/** Every part goes to its place as it comes, so that no more than a few are held besides. */
async function readVectors(
  source: ByteSource,
  parts: readonly Part[],
  manifest: CollectionManifest,
  options: ReadOptions = {},
): Promise<StoredVectors> {
  const places = placesOf(manifest, parts);
  const stored = allocate(manifest);
  await eachPart(source, 'vectors', parts, options, (bytes, index) => {
    const { first, rows, start } = places[index] as PartRows; // one a part
    if (index === 0) readHead(stored, bytes, manifest);
    fillRows(stored, bytes.subarray(start), first, rows, manifest.quantiser.rowsPerBlock);
  });
  refuseProblem(stored);
  return stored;
}

function allocate(shape: VectorShape): StoredVectors {
  try {
    return emptyVectors(shape);
  } catch {
    throw tooLarge(shape.count * shape.quantiser.rowBytes);
  }
}
