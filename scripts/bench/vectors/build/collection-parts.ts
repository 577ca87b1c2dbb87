import { finish } from '../../../../src/engine/async/steps.ts';
import { stringifyManifest } from '../../../../src/engine/collection/manifest.ts';
import type { Item } from '../../../../src/engine/collection/types.ts';
import {
  createVectorStore,
  reorderVectors,
  type StoredVectors,
} from '../../../../src/engine/collection/vectors/stored-vectors.ts';
import {
  type CollectionDescription,
  type EncodedPart,
  encodeCollection,
} from '../../../../src/engine/collection/writer.ts';
import { createMean } from '../../../../src/engine/index/quantised/quantise.ts';
import { beamFor } from '../../../../src/indexing/indexes/beam.ts';
import { makeCodes, ROWS_PER_CODED_BLOCK } from '../../../../src/indexing/indexes/make-codes.ts';
import { sha256 } from '../../../../src/platform/hashes/sha256.ts';
import { createGraphBuilder } from '../../../../src/platform/indexes/hnsw/graph-builder.ts';
import { COLLECTION, DIM, GRAPH, type OwnEngineId } from '../protocol.ts';

export interface Content {
  readonly engine: OwnEngineId;
  readonly count: number;
  /** Rows `first` … `first + count − 1` as float32 of unit norm. */
  rows(first: number, count: number): Promise<Float32Array>;
}

export interface Collected {
  /** The text of `manifest.json`. */
  readonly manifest: string;
  /** Where codes bring like rows together: the row that comes to each place. */
  readonly order?: Uint32Array;
}

/** Rows held as float32 at a time. */
const CHUNK = 8192;

/** The files of a collection as `build-index` writes it, of pictures of which nothing but the vector is known. */
export async function* collectionParts(content: Content): AsyncGenerator<EncodedPart, Collected> {
  const { engine, count } = content;
  const { signal } = new AbortController();
  const stored = await storedOf(content);
  const coded = engine === 'codes' ? await makeCodes(stored, () => {}, signal) : undefined;
  const order = coded?.order;
  const manifest = yield* encodeCollection({
    ...descriptionOf(count),
    index: engine === 'exact-f16' ? 'exact' : engine,
    items: itemsOf(count),
    vectors: order ? finish(reorderVectors(stored, order)) : stored,
    rowsPerBlock: order && ROWS_PER_CODED_BLOCK,
    graph: engine === 'hnsw' ? await graphOf(stored, signal) : undefined,
    codes: coded?.codes,
    sha256,
  });
  return { manifest: stringifyManifest(manifest), ...(order && { order }) };
}

/** What the manifest says of `count` made-up vectors, but for the index. */
export function descriptionOf(count: number): Omit<CollectionDescription, 'index'> {
  return {
    name: COLLECTION,
    title: 'Made-up vectors',
    description: '',
    licence: null,
    examples: [],
    created: '2026-11-21T00:00:00.000Z',
    model: { id: 'synthetic', sha256: '0'.repeat(64) },
    dim: DIM,
    hnsw: { ...GRAPH, efSearch: beamFor(count) },
    pictures: { mode: 'none', bytes: 0 },
  };
}

async function graphOf(vectors: StoredVectors, signal: AbortSignal): Promise<Uint8Array> {
  const { graph } = await createGraphBuilder({ dim: DIM, ...GRAPH }).build(vectors, () => {}, signal);
  return graph;
}

/** Without all rows in memory as float32. */
async function storedOf({ engine, count, rows }: Content): Promise<StoredVectors> {
  const mean = createMean(DIM);
  const eachChunk = async (take: (first: number, vectors: Float32Array) => void) => {
    for (let first = 0; first < count; first += CHUNK) take(first, await rows(first, Math.min(CHUNK, count - first)));
  };
  await eachChunk((_first, vectors) => mean.add(vectors));
  const store = createVectorStore(engine === 'exact-f16' ? 'f16' : 'int8', count, DIM, mean.mean());
  await eachChunk(store.put);
  return store.stored;
}

/** In place of pictures. No engine reads them, and they are in no sum of bytes. */
function itemsOf(count: number): Iterable<Item> & { readonly length: number } {
  return {
    length: count,
    *[Symbol.iterator]() {
      for (let row = 0; row < count; row++) yield itemOf(row);
    },
  };
}

export function itemOf(row: number): Item {
  return {
    id: row.toString(16).padStart(16, '0'),
    name: String(row),
    title: null,
    licence: null,
    width: 0,
    height: 0,
    bytes: 0,
    date: null,
    thumbnail: null,
    preview: null,
  };
}
