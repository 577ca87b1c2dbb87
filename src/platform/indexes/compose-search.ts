import { assertModel } from '../../engine/collection/assert-model.ts';
import type { ItemStore } from '../../engine/collection/items/items.ts';
import type { CollectionManifest, IndexPreference, IndexWay } from '../../engine/collection/types.ts';
import { type StoredVectors, toFloat32, vectorOf } from '../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { withExactFilters } from '../../engine/index/exact/exact-filters.ts';
import type { ExactIndex } from '../../engine/index/exact/exact-index.ts';
import { createQuantisedIndex } from '../../engine/index/quantised/quantised-index.ts';
import type { VectorIndex } from '../../engine/index/vector-index.ts';
import { allocate } from '../../engine/kernels/memory.ts';
import type { Dtype, ModelManifest } from '../../engine/model/model.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import type { QueryEncoder } from '../../engine/ports.ts';
import { type Adapter, adapt, withAdapter } from '../../engine/query/adapter/adapter.ts';
import {
  type Baseline,
  type BaselineSample,
  createBaseline,
  drawRows,
  drawSample,
} from '../../engine/search/cutoff.ts';
import { createVectorSource } from '../../engine/search/held-vectors.ts';
import { createIndexRetriever, type IndexRetrieverOptions, type Retriever } from '../../engine/search/retriever.ts';
import { createSearchEngine, type Live, type SearchEngine } from '../../engine/search/search-engine.ts';
import type { VectorSource } from '../../engine/search/vector-source.ts';
import { type CellsParts, type LoadCellsOptions, loadCells } from './cells/load-cells.ts';
import { chooseIndex } from './choose-index.ts';
import { type CodesParts, type LoadCodesOptions, loadCodes } from './codes/load-codes.ts';
import { createHeldRows, exactIndexOf, type HeldRows } from './exact-index-of.ts';
import { loadHnswIndex } from './hnsw/hnsw-index.ts';
import { preloadHnswlib } from './hnsw/hnswlib.ts';

/** The vectors of a collection, made searchable. */
export interface LoadedIndex {
  readonly manifest: CollectionManifest;
  readonly index: VectorIndex;
  /** Why it is this index. */
  readonly reason: string;
  /** Answers queries from `index`. */
  readonly retriever: Retriever;
  readonly vectors: VectorSource;
  /** Of a collection that changes, another one when it has changed so much that the former stands for it no more. */
  readonly sample: BaselineSample;
  /** Corrects the embeddings of words; absent where the collection has none, and of several collections. */
  readonly adapter?: Adapter | undefined;
  /** Names of the collections where it is several. */
  readonly together?: readonly string[] | undefined;
  /** Only of a collection that changes while it is open. */
  readonly live?: Live | undefined;
  /** Vectors are read as they are needed, not all of them. */
  readonly onDemand: boolean;
  /** Resolves when nothing is being read any more. */
  readonly arrived: Promise<void>;
}

/** What an index is made of, read when it is needed. */
export interface IndexParts extends Omit<CodesParts, 'readBlock'>, CellsParts {
  has(kind: 'graph' | 'codes' | 'cells'): boolean;
  vectors(): Promise<StoredVectors>;
  graph(): Promise<Uint8Array>;
}

export type LoadOptions = LoadCodesOptions & LoadCellsOptions;

/** A text encoder and where it comes from. */
export interface LoadedEncoder {
  readonly encoder: QueryEncoder;
  readonly manifest: ModelManifest;
  readonly dtype: Dtype;
}

/**
 * The index that was asked for or else the collection's own, where it can be had; where its memory cannot, the next
 * one that needs less.
 * @throws AfterimageError `index-too-large` where none can, `index-corrupt`, `dimension-mismatch`, and what reading throws
 */
export async function loadIndex(
  parts: IndexParts,
  wanted: IndexPreference,
  options: LoadOptions = {},
): Promise<LoadedIndex> {
  const { manifest } = parts;
  const refused = new Map<IndexWay, string>();
  for (;;) {
    const { way, onDemand, reason } = chooseIndex(parts, wanted, refused);
    try {
      if (way === 'cells') {
        const loaded = await loadCells(parts, options);
        return { manifest, reason, onDemand, arrived: Promise.resolve(), ...loaded };
      }
      const { instead, rankAll, prepare, ...loaded } = await loadWay(parts, way, options);
      const retriever = createIndexRetriever({ index: loaded.index, rankAll, prepare });
      return { manifest, retriever, reason: instead ? `${reason} ${instead}` : reason, onDemand, ...loaded };
    } catch (error) {
      const { code, message } = toAfterimageError(error);
      if (code !== 'index-too-large' && code !== 'collection-too-large') throw error;
      refused.set(way, message);
    }
  }
}

/** With what turned out otherwise than it was chosen, and why. */
type Loaded = Pick<LoadedIndex, 'vectors' | 'sample' | 'arrived'> &
  IndexRetrieverOptions & {
    readonly onDemand?: boolean;
    readonly instead?: string;
  };

async function loadWay(parts: IndexParts, way: Exclude<IndexWay, 'cells'>, options: LoadCodesOptions): Promise<Loaded> {
  if (way === 'codes' || way === 'blocks') {
    return loadCodes(parts, way === 'blocks', options);
  }
  if (way === 'hnsw') preloadHnswlib();
  const { quantiser, count, dim, hnsw } = parts.manifest;
  if (way === 'exact' && quantiser.encoding !== 'f32') return streamExact(parts, options);
  const [vectors, graph] = await Promise.all([parts.vectors(), way === 'hnsw' ? parts.graph() : undefined]);
  let made: ExactIndex | undefined;
  const exact = () => (made ??= exactIndexOf(vectors, options));
  const sample = drawSample(count, dim, (row) => vectorOf(vectors, row));
  if (!graph) return { sample, ...exactly(exact()) };
  const graphIndex = await loadHnswIndex({ graph, vectors: floatsOf(vectors), dim, efSearch: hnsw.efSearch });
  const index = withExactFilters(graphIndex, exact);
  return {
    index,
    rankAll: (query) => exact().rankAll(query),
    vectors: createVectorSource({
      has: index.has,
      // Rows that were added are in the exact index only, which was made for them.
      vectorOf: (row) => (row < count ? vectorOf(vectors, row) : exact().vectorOf(row)),
    }),
    sample,
    arrived: Promise.resolve(),
  };
}

/** An exact index answers by itself, and holds all vectors. */
function exactly(index: ExactIndex) {
  return { index, rankAll: index.rankAll, vectors: createVectorSource(index), arrived: Promise.resolve() };
}

/** @throws AfterimageError `index-too-large` */
function floatsOf(vectors: StoredVectors): Float32Array {
  return allocate(4 * vectors.count * vectors.dim, () => toFloat32(vectors));
}

/** Rows go to the kernels' memory part by part, so that they are held once; a sample stays besides. */
async function streamExact({ manifest, streamVectors }: IndexParts, options: LoadCodesOptions): Promise<Loaded> {
  const { count, dim } = manifest;
  const drawn = drawRows(count);
  const sampled = new Float32Array(drawn.length * dim);
  let held: HeldRows | undefined;
  await streamVectors((first, some) => {
    if (some.encoding === 'f32') return;
    held ??= createHeldRows(some, count, options);
    held.put(first, some);
    for (const [i, row] of drawn.entries())
      if (row >= first && row < first + some.count) sampled.set(vectorOf(some, row - first), i * dim);
  });
  if (!held) throw new AfterimageError('internal', 'The vectors of a collection came in no part.');
  return { sample: { count, dim, vectors: sampled }, ...exactly(createQuantisedIndex(held.rows)) };
}

/** What similarities mean nothing with this collection and model; the model's golden texts are ordinary ones. */
export function baselineOf(
  { sample, adapter }: Pick<LoadedIndex, 'sample' | 'adapter'>,
  { golden, calibration }: ModelManifest,
  dtype: Dtype,
): Baseline {
  const known = golden.filter((one) => one.dtype === dtype);
  const texts = known.map(({ embedding }) => {
    const text = Float32Array.from(embedding) as Embedding;
    return adapter ? adapt(text, adapter) : text;
  });
  return createBaseline(sample, texts, calibration);
}

/**
 * The engine that answers queries, in the browser and in Node.
 * @param baseline where it was made before
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`
 */
export function composeSearch(
  loaded: Omit<LoadedIndex, 'index' | 'reason'>,
  items: ItemStore,
  { encoder, manifest: model, dtype }: LoadedEncoder,
  baseline = baselineOf(loaded, model, dtype),
): { readonly engine: SearchEngine; readonly baseline: Baseline } {
  const { manifest, retriever, vectors, live, together, adapter } = loaded;
  assertModel(manifest, model);
  const current = live ? currentBaseline(loaded, model, dtype) : () => baseline;
  const engine = createSearchEngine({
    collection: manifest.name,
    modelId: model.id,
    encoder: withAdapter(encoder, adapter),
    retriever,
    items,
    vectors,
    ...{ live, together },
    get baseline() {
      return current();
    },
  });
  return { engine, baseline };
}

/** Of the sample that stands for the collection now. */
function currentBaseline(
  loaded: Pick<LoadedIndex, 'sample' | 'adapter'>,
  model: ModelManifest,
  dtype: Dtype,
): () => Baseline {
  let known: { readonly of: BaselineSample; readonly baseline: Baseline } | undefined;
  return () => {
    const { sample, adapter } = loaded;
    if (known?.of !== sample) known = { of: sample, baseline: baselineOf({ sample, adapter }, model, dtype) };
    return known.baseline;
  };
}
