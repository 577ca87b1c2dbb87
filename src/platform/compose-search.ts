import { assertModel } from '../engine/collection/assert-model.ts';
import type { CollectionManifest } from '../engine/collection/types.ts';
import { type Background, createBackground } from '../engine/cutoff.ts';
import { toAfterimageError } from '../engine/errors.ts';
import { createExactIndex, type ExactIndex } from '../engine/exact-index.ts';
import type { Dtype, ModelManifest } from '../engine/model.ts';
import type { QueryEncoder } from '../engine/ports.ts';
import { createSearchEngine, type SearchEngine } from '../engine/search-engine.ts';
import type { VectorIndex } from '../engine/vector-index.ts';
import { loadHnswIndex } from './hnsw-index.ts';

/** The vectors of a collection, made searchable. */
export interface LoadedIndex {
  readonly manifest: CollectionManifest;
  readonly vectors: Float32Array;
  readonly index: VectorIndex;
  /** Why it is this index. */
  readonly reason: string;
  /** Over the same rows as `index`; may be `index` itself. */
  readonly exact: ExactIndex;
}

/** A text encoder and where it comes from. */
export interface LoadedEncoder {
  readonly encoder: QueryEncoder;
  readonly manifest: ModelManifest;
  readonly dtype: Dtype;
}

/**
 * @param graph undefined: every picture is compared; so it is when the graph is larger than the heap
 * @throws AfterimageError `index-corrupt`, `dimension-mismatch`
 */
export async function loadIndex(
  manifest: CollectionManifest,
  vectors: Float32Array,
  graph: Uint8Array | undefined,
): Promise<LoadedIndex> {
  const { dim, hnsw } = manifest;
  const exact = createExactIndex(vectors, dim);
  const all = { manifest, vectors, exact };
  if (!graph) return { ...all, index: exact, reason: 'It was asked for: every picture is compared.' };
  try {
    const index = await loadHnswIndex({ graph, vectors, dim, efSearch: hnsw.efSearch });
    return { ...all, index, reason: 'The collection came with its graph.' };
  } catch (error) {
    const { code, message } = toAfterimageError(error);
    if (code !== 'index-too-large') throw error;
    const reason = `Every picture is compared, because the graph does not fit: ${message}`;
    return { ...all, index: exact, reason };
  }
}

/**
 * The engine that answers queries, in the browser and in Node.
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`
 */
export function composeSearch(
  { manifest, vectors, index, exact }: LoadedIndex,
  { encoder, manifest: model, dtype }: LoadedEncoder,
): { readonly engine: SearchEngine; readonly background: Background } {
  assertModel(manifest, model);
  const texts = model.golden.filter((golden) => golden.dtype === dtype).map(({ embedding }) => embedding);
  const background = createBackground(vectors, manifest.dim, texts);
  const engine = createSearchEngine({
    collection: manifest.name,
    modelId: model.id,
    encoder,
    index,
    exact: () => exact,
    background,
  });
  return { engine, background };
}
