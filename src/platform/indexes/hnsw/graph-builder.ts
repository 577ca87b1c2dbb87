import type { Steps } from '../../../engine/async/steps.ts';
import { LEAST_RECALL, type Recall } from '../../../engine/collection/extensions/recall.ts';
import { type StoredVectors, toFloat32, vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { VectorIndex } from '../../../engine/index/vector-index.ts';
import { allocate } from '../../../engine/kernels/memory.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { RANKED_BY_INDEX } from '../../../engine/search/retriever.ts';
import type { BuiltGraph, GraphBuilder } from '../../../indexing/ports.ts';
import { runSteps } from '../../../indexing/steps/run-steps.ts';
import { exactIndexOf } from '../exact-index-of.ts';
import { type Behind, findEqualRows } from './groups/equal-rows.ts';
import { findNearRows, isCrowded, NEAR, readBehind, squaredDistance } from './groups/near-rows.ts';
import { parseGraph } from './hnsw-graph.ts';
import { buildHnswIndex, type HnswIndex, type HnswLoadOptions, loadHnswIndex } from './hnsw-index.ts';
import { measureRecall } from './measure-recall.ts';

export interface GraphOptions {
  readonly dim: number;
  readonly M: number;
  readonly efConstruction: number;
}

/**
 * Graphs by hnswlib; the same vectors in the same order give the same bytes. Rows that are equal share a node. Where rows
 * that are nearly equal crowd together, or the graph finds too little, it is built once more with one node for these too.
 */
export function createGraphBuilder(options: GraphOptions): GraphBuilder {
  return {
    async build(vectors, onProgress, signal) {
      let behind = await runSteps(findEqualRows(vectors), signal);
      let best = await buildMeasured(vectors, behind, options, onProgress, signal);
      for (const near of NEAR) {
        const graph = parseGraph(best.graph);
        const isPoor = best.recall.found < LEAST_RECALL;
        if (!isPoor && !isCrowded(graph, rowsOf(vectors), near)) continue;
        const nearer = findNearRows(graph, rowsOf(vectors), behind, near);
        if (countNodes(nearer) === countNodes(behind)) continue;
        behind = nearer;
        const other = await buildMeasured(vectors, behind, options, onProgress, signal);
        if (other.recall.found >= best.recall.found) best = other;
      }
      return best;
    },
    async measure(graph, vectors, signal) {
      const { count, dim } = vectors;
      const floats = allocate(4 * count * dim, () => toFloat32(vectors));
      const index = await loadUndamaged({ graph, vectors: floats, dim, efSearch: RANKED_BY_INDEX });
      if (index === undefined) return undefined;
      try {
        return await measure(index, vectors, readBehind(parseGraph(graph), rowsOf(vectors)), signal);
      } finally {
        index.dispose();
      }
    },
  };
}

async function loadUndamaged(options: HnswLoadOptions): Promise<HnswIndex | undefined> {
  try {
    return await loadHnswIndex(options);
  } catch (error) {
    const { code } = toAfterimageError(error);
    if (code === 'index-corrupt' || code === 'dimension-mismatch') return undefined;
    throw error;
  }
}

function countNodes(behind: Behind): number {
  return behind.reduce((count, node) => count + (node < 0 ? 1 : 0), 0);
}

const rowsOf = (vectors: StoredVectors) => (row: number) => vectorOf(vectors, row);

async function buildMeasured(
  vectors: StoredVectors,
  behind: Behind,
  options: GraphOptions,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<BuiltGraph> {
  const { count } = vectors;
  const index = await buildHnswIndex({ ...options, capacity: countNodes(behind) });
  try {
    await runSteps(appending(index, vectors, behind), signal, (done) => onProgress(Math.round(done * count), count));
    return { graph: index.graph(), recall: await measure(index, vectors, behind, signal) };
  } finally {
    index.dispose();
  }
}

/** Append all vectors, row by row. */
function* appending(index: Pick<HnswIndex, 'append'>, vectors: StoredVectors, behind: Behind): Steps<void> {
  for (const [row, node] of behind.entries()) {
    const vector = vectorOf(vectors, row) as Embedding; // of unit norm as far as the encoding goes
    const isEqual = node >= 0 && squaredDistance(vector, vectorOf(vectors, node), 0) === 0;
    index.append(vector, node < 0 ? undefined : { row: node, isEqual });
    yield (row + 1) / vectors.count;
  }
}

async function measure(
  index: VectorIndex,
  vectors: StoredVectors,
  behind: Behind,
  signal: AbortSignal,
): Promise<Recall> {
  const exact = exactIndexOf(vectors);
  try {
    return await runSteps(measureRecall(index, exact, vectors, behind), signal);
  } finally {
    exact.dispose();
  }
}
