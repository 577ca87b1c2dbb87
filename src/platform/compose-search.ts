import { assertModel } from '../engine/collection/assert-model.ts';
import { type StoredVectors, toFloat32, vectorOf } from '../engine/collection/stored-vectors.ts';
import type { CollectionManifest } from '../engine/collection/types.ts';
import { type Background, drawRows, type RowSource, sampleBackground } from '../engine/cutoff.ts';
import type { Embedding } from '../engine/embedding.ts';
import { toAfterimageError } from '../engine/errors.ts';
import { withExactFilters } from '../engine/exact-filters.ts';
import { createExactIndex, type ExactIndex } from '../engine/exact-index.ts';
import type { Dtype, ModelManifest } from '../engine/model.ts';
import type { QueryEncoder } from '../engine/ports.ts';
import { createInt8Rows, type Int8Rows } from '../engine/quantised/int8-rows.ts';
import { createQuantisedIndex } from '../engine/quantised/quantised-index.ts';
import { createSearchEngine, type SearchEngine } from '../engine/search-engine.ts';
import type { VectorIndex } from '../engine/vector-index.ts';
import { chooseEngine, type EngineRequest } from './choose-engine.ts';
import { loadHnswIndex } from './hnsw-index.ts';
import { type CodesParts, loadCodes } from './load-codes.ts';

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
 * The engine that was asked for or else the collection's own, where it can be had.
 * @throws AfterimageError `index-corrupt`, `dimension-mismatch`, and what reading throws
 */
export async function loadIndex(parts: IndexParts, wanted: EngineRequest): Promise<LoadedIndex> {
  const { manifest } = parts;
  const { engine, onDemand, reason } = chooseEngine(parts, wanted);
  if (engine === 'codes') {
    const { rankAll, ...loaded } = await loadCodes(parts, onDemand);
    return { manifest, reason, onDemand, exact: () => ({ rankAll }), ...loaded };
  }
  if (engine === 'exact' && manifest.quantiser.encoding === 'int8') {
    const { index, rows } = await streamExact(parts);
    return { manifest, reason, onDemand, rows, index, exact: () => index, arrived: Promise.resolve() };
  }
  const [vectors, graph] = await Promise.all([parts.vectors(), engine === 'hnsw' ? parts.graph() : undefined]);
  let made: ExactIndex | undefined;
  const exact = () => (made ??= exactIndexOf(vectors));
  const rows = { count: vectors.count, dim: vectors.dim, vectorOf: (row: number) => vectorOf(vectors, row) };
  const all = { manifest, rows, exact, onDemand, arrived: Promise.resolve() };
  if (!graph) return { ...all, index: exact(), reason };
  try {
    const { dim, hnsw } = manifest;
    const hnswIndex = await loadHnswIndex({ graph, vectors: toFloat32(vectors), dim, efSearch: hnsw.efSearch });
    return { ...all, index: withExactFilters(hnswIndex, exact), reason };
  } catch (error) {
    const { code, message } = toAfterimageError(error);
    if (code !== 'index-too-large') throw error;
    return { ...all, index: exact(), reason: `Every picture is compared, because the graph does not fit: ${message}` };
  }
}

/** Rows of a byte a dimension go to the kernels' memory part by part, so that they are held once; a sample stays besides. */
async function streamExact({ manifest, streamVectors }: IndexParts): Promise<{ index: ExactIndex; rows: RowSource }> {
  const { count, dim } = manifest;
  const drawn = new Map<number, Float32Array>();
  const wanted = drawRows(count);
  let rows: Int8Rows | undefined;
  await streamVectors((first, some) => {
    if (some.encoding !== 'int8') return;
    rows ??= createInt8Rows({ dim, count, centre: some.centre });
    rows.put(first, some);
    for (const row of wanted) if (row >= first && row < first + some.count) drawn.set(row, vectorOf(some, row - first));
  });
  rows ??= createInt8Rows({ dim, count, centre: new Float32Array(dim) });
  const vectorOfRow = (row: number) => drawn.get(row) ?? new Float32Array(dim); // all that a background draws are there
  return { index: createQuantisedIndex(rows), rows: { count, dim, vectorOf: vectorOfRow } };
}

/** The index that compares every row: in the kernels' memory where rows are of a byte a dimension, else in float32. */
function exactIndexOf(vectors: StoredVectors): ExactIndex {
  const { count, dim } = vectors;
  if (vectors.encoding !== 'int8') return createExactIndex(toFloat32(vectors), dim);
  const rows = createInt8Rows({ dim, centre: vectors.centre, count });
  rows.put(0, vectors);
  return createQuantisedIndex(rows);
}

/**
 * The engine that answers queries, in the browser and in Node.
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`
 */
export function composeSearch(
  { manifest, rows, index, exact, prepare }: LoadedIndex,
  { encoder, manifest: model, dtype }: LoadedEncoder,
): { readonly engine: SearchEngine; readonly background: Background } {
  assertModel(manifest, model);
  const texts = model.golden.filter((golden) => golden.dtype === dtype).map(({ embedding }) => embedding);
  const background = sampleBackground(rows, texts);
  const engine = createSearchEngine({
    collection: manifest.name,
    modelId: model.id,
    encoder,
    index,
    exact,
    prepare,
    background,
  });
  return { engine, background };
}
