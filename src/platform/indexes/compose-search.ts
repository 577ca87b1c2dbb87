import { assertModel } from '../../engine/collection/assert-model.ts';
import type { ItemStore } from '../../engine/collection/items/items.ts';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import {
  type FloatVectors,
  type StoredVectors,
  toFloat32,
  vectorOf,
} from '../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { withExactFilters } from '../../engine/index/exact/exact-filters.ts';
import { createExactIndex, type ExactIndex } from '../../engine/index/exact/exact-index.ts';
import { createHalfRows } from '../../engine/index/quantised/half-rows.ts';
import { createInt8Rows } from '../../engine/index/quantised/int8-rows.ts';
import { createQuantisedIndex } from '../../engine/index/quantised/quantised-index.ts';
import type { ScannedRows } from '../../engine/index/quantised/scanned-rows.ts';
import type { VectorIndex } from '../../engine/index/vector-index.ts';
import { allocate } from '../../engine/kernels/memory.ts';
import type { Dtype, ModelManifest } from '../../engine/model/model.ts';
import { type Embedding, normalise } from '../../engine/numeric/embedding.ts';
import type { QueryEncoder } from '../../engine/ports.ts';
import { type Background, drawRows, type RowSource, sampleBackground } from '../../engine/search/cutoff.ts';
import { createSearchEngine, type SearchEngine } from '../../engine/search/search-engine.ts';
import type { VectorSource } from '../../engine/search/vector-source.ts';
import { chooseEngine, type EngineRequest, type Way } from './choose-engine.ts';
import { type CodesParts, type LoadCodesOptions, loadCodes } from './codes/load-codes.ts';
import { loadHnswIndex } from './hnsw/hnsw-index.ts';

/** The vectors of a collection, made searchable. */
export interface LoadedIndex {
  readonly manifest: CollectionManifest;
  readonly index: VectorIndex;
  /** Why it is this index. */
  readonly reason: string;
  /** Over the same rows as `index`; may be `index` itself. Made when it is first asked for. */
  readonly exact: () => Pick<ExactIndex, 'rankAll'>;
  /** Something like the vectors, of which a sample is drawn. */
  readonly rows: RowSource;
  /** The vectors themselves, where all of them are held. */
  readonly vectors?: VectorSource;
  /** See `SearchEngineOptions`. */
  readonly prepare?: (query: Embedding) => Promise<boolean>;
  /** Vectors are read as they are needed, not all of them. */
  readonly onDemand: boolean;
  /** Resolves when nothing is being read any more. */
  readonly arrived: Promise<void>;
}

/** What an index is made of, read when it is needed. */
export interface IndexParts extends CodesParts {
  has(kind: 'graph' | 'codes'): boolean;
  vectors(): Promise<StoredVectors>;
  graph(): Promise<Uint8Array>;
}

/** A text encoder and where it comes from. */
export interface LoadedEncoder {
  readonly encoder: QueryEncoder;
  readonly manifest: ModelManifest;
  readonly dtype: Dtype;
}

/**
 * The engine that was asked for or else the collection's own, where it can be had; where its memory cannot, the next
 * one that needs less.
 * @throws AfterimageError `index-too-large` where none can, `index-corrupt`, `dimension-mismatch`, and what reading throws
 */
export async function loadIndex(
  parts: IndexParts,
  wanted: EngineRequest,
  options: LoadCodesOptions = {},
): Promise<LoadedIndex> {
  const { manifest } = parts;
  const refused = new Map<Way, string>();
  for (;;) {
    const { way, onDemand, reason } = chooseEngine(parts, wanted, refused);
    try {
      const { instead, ...loaded } = await loadWay(parts, way, options);
      return { manifest, reason: instead ? `${reason} ${instead}` : reason, onDemand, ...loaded };
    } catch (error) {
      const { code, message } = toAfterimageError(error);
      if (code !== 'index-too-large' && code !== 'collection-too-large') throw error;
      refused.set(way, message);
    }
  }
}

/** With what turned out otherwise than it was chosen, and why. */
type Loaded = Omit<LoadedIndex, 'manifest' | 'reason' | 'onDemand'> & {
  readonly onDemand?: boolean;
  readonly instead?: string;
};

async function loadWay(parts: IndexParts, way: Way, options: LoadCodesOptions): Promise<Loaded> {
  if (way === 'codes' || way === 'blocks') {
    const { rankAll, ...loaded } = await loadCodes(parts, way === 'blocks', options);
    return { ...loaded, exact: () => ({ rankAll }) };
  }
  const { quantiser, dim, hnsw } = parts.manifest;
  if (way === 'exact' && quantiser.encoding !== 'f32') return streamExact(parts, options);
  const [vectors, graph] = await Promise.all([parts.vectors(), way === 'hnsw' ? parts.graph() : undefined]);
  let made: ExactIndex | undefined;
  const exact = () => (made ??= exactIndexOf(vectors, options));
  const rows = { count: vectors.count, dim, vectorOf: (row: number) => vectorOf(vectors, row) };
  const rest = { rows, vectors: vectorSourceOf(vectors), exact, arrived: Promise.resolve() };
  if (!graph) return { ...rest, index: exact() };
  const index = await loadHnswIndex({ graph, vectors: floatsOf(vectors), dim, efSearch: hnsw.efSearch });
  return { ...rest, index: withExactFilters(index, exact) };
}

/** Vectors that are all there. */
export function vectorSourceOf(vectors: StoredVectors): VectorSource {
  return { vectorsOf: async (rows) => rows.map((row) => normalise(vectorOf(vectors, row).slice())) };
}

const NO_VECTORS: VectorSource = {
  vectorsOf: () =>
    Promise.reject(new AfterimageError('internal', 'This index cannot search for what is like one of its pictures.')),
};

/** @throws AfterimageError `index-too-large` */
function floatsOf(vectors: StoredVectors): Float32Array {
  return allocate(4 * vectors.count * vectors.dim, () => toFloat32(vectors));
}

/** Rows go to the kernels' memory part by part, so that they are held once; a sample stays besides. */
async function streamExact({ manifest, streamVectors }: IndexParts, options: LoadCodesOptions): Promise<Loaded> {
  const { count, dim } = manifest;
  const drawn = new Map<number, Float32Array>();
  const wanted = drawRows(count);
  let held: HeldRows | undefined;
  await streamVectors((first, some) => {
    if (some.encoding === 'f32') return;
    held ??= createHeldRows(some, count, options);
    held.put(first, some);
    for (const row of wanted) if (row >= first && row < first + some.count) drawn.set(row, vectorOf(some, row - first));
  });
  if (!held) throw new AfterimageError('internal', 'The vectors of a collection came in no part.');
  const vectorOfRow = (row: number) => drawn.get(row) ?? new Float32Array(dim); // all that a background draws are there
  const index = createQuantisedIndex(held.rows);
  return { index, exact: () => index, rows: { count, dim, vectorOf: vectorOfRow }, arrived: Promise.resolve() };
}

/** The index that compares every row: in the kernels' memory but for float32. */
function exactIndexOf(vectors: StoredVectors, options: LoadCodesOptions): ExactIndex {
  if (vectors.encoding === 'f32') return createExactIndex(vectors.floats, vectors.dim);
  const { rows, put } = createHeldRows(vectors, vectors.count, options);
  put(0, vectors);
  return createQuantisedIndex(rows);
}

type KernelVectors = Exclude<StoredVectors, FloatVectors>;

interface HeldRows {
  readonly rows: ScannedRows;
  /** Rows of the same encoding, as all of a collection are. */
  put(first: number, some: KernelVectors): void;
}

/** Room for `count` rows like `some`, as the kernels scan them. */
function createHeldRows(some: KernelVectors, count: number, { kernels }: LoadCodesOptions): HeldRows {
  const options = { dim: some.dim, count, ...(kernels && { kernels }) };
  if (some.encoding === 'int8') {
    const rows = createInt8Rows({ ...options, centre: some.centre });
    return { rows, put: (first, more) => more.encoding === 'int8' && rows.put(first, more) };
  }
  const rows = createHalfRows(options);
  return { rows, put: (first, more) => more.encoding === 'f16' && rows.put(first, more) };
}

/** What scores of this collection and model look like that mean nothing; the model's golden texts are ordinary ones. */
export function backgroundOf({ rows }: Pick<LoadedIndex, 'rows'>, { golden }: ModelManifest, dtype: Dtype): Background {
  const known = golden.filter((one) => one.dtype === dtype);
  return sampleBackground(
    rows,
    known.map(({ embedding }) => Float32Array.from(embedding)),
  );
}

/**
 * The engine that answers queries, in the browser and in Node.
 * @param background where it was made before
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`
 */
export function composeSearch(
  loaded: LoadedIndex,
  items: ItemStore,
  { encoder, manifest: model, dtype }: LoadedEncoder,
  background = backgroundOf(loaded, model, dtype),
): { readonly engine: SearchEngine; readonly background: Background } {
  const { manifest, index, exact, prepare, vectors = NO_VECTORS } = loaded;
  assertModel(manifest, model);
  const engine = createSearchEngine({
    collection: manifest.name,
    modelId: model.id,
    encoder,
    index,
    items,
    vectors,
    exact,
    prepare,
    background,
  });
  return { engine, background };
}
