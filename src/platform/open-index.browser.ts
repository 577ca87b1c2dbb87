import type { IndexInfo, IndexPreference } from '../protocol.ts';
import type { OpenCollection } from './collection-source.browser.ts';
import { type LoadedIndex, loadIndex } from './compose-search.ts';

export interface OpenIndex extends LoadedIndex {
  readonly info: IndexInfo;
}

/**
 * The index of an open collection: its graph, unless the exact index is asked for or the graph is larger than the heap.
 * @throws AfterimageError `index-corrupt`, `dimension-mismatch`, `part-missing`, `part-corrupt`, `offline`, `network`.
 */
export async function openIndex(open: OpenCollection, preference: IndexPreference): Promise<OpenIndex> {
  const wantsGraph = preference !== 'exact';
  const [vectors, graph] = await Promise.all([open.vectors(), wantsGraph ? open.graph() : undefined]);
  const started = performance.now();
  const loaded = await loadIndex(open.collection.manifest, vectors, graph);
  const loadMs = performance.now() - started;
  const { index, reason } = loaded;
  return { ...loaded, info: { engine: index.kind, reason, count: index.size, dim: index.dim, loadMs } };
}
