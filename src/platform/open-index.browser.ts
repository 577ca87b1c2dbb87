import type { CollectionManifest } from '../engine/collection/types.ts';
import { type Background, createBackground } from '../engine/cutoff.ts';
import { toAfterimageError } from '../engine/errors.ts';
import { createExactIndex, type ExactIndex } from '../engine/exact-index.ts';
import type { VectorIndex } from '../engine/vector-index.ts';
import type { IndexInfo, IndexPreference } from '../protocol.ts';
import type { OpenCollection } from './collection-source.browser.ts';
import { loadHnswIndex } from './hnsw-index.ts';

/** What a search engine needs of a collection besides its items. */
export interface OpenIndex {
  readonly index: VectorIndex;
  readonly exact: () => ExactIndex;
  /** Made with the golden vectors of the model that asks (cutoff.ts). */
  readonly background: (texts: readonly ArrayLike<number>[]) => Background;
  readonly info: IndexInfo;
}

/**
 * The index of an open collection: its graph, unless the exact index is asked for or the graph is larger than the heap.
 * @throws AfterimageError `index-corrupt`, `dimension-mismatch`, `part-missing`, `part-corrupt`, `offline`, `network`.
 */
export async function openIndex(open: OpenCollection, preference: IndexPreference): Promise<OpenIndex> {
  const { manifest } = open.collection;
  const wantsGraph = preference !== 'exact';
  const [vectors, graph] = await Promise.all([open.vectors(), wantsGraph ? open.graph() : undefined]);
  const started = performance.now();
  const exactIndex = createExactIndex(vectors, manifest.dim);
  const { index, reason } = graph
    ? await loadGraph(manifest, vectors, graph, exactIndex)
    : { index: exactIndex, reason: 'Asked for in the address: every picture is compared.' };
  const loadMs = performance.now() - started;
  return {
    index,
    exact: () => exactIndex,
    background: (texts) => createBackground(vectors, manifest.dim, texts),
    info: { engine: index.kind, reason, count: index.size, dim: index.dim, loadMs },
  };
}

async function loadGraph(
  { dim, hnsw }: CollectionManifest,
  vectors: Float32Array,
  graph: Uint8Array,
  exactIndex: ExactIndex,
): Promise<{ index: VectorIndex; reason: string }> {
  try {
    const index = await loadHnswIndex({ graph, vectors, dim, efSearch: hnsw.efSearch });
    return { index, reason: 'The collection came with its graph.' };
  } catch (error) {
    const { code, message } = toAfterimageError(error);
    if (code !== 'index-too-large') throw error;
    return { index: exactIndex, reason: `Every picture is compared, because the graph does not fit: ${message}` };
  }
}
