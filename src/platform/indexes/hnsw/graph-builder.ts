import { vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import type { GraphBuilder } from '../../../indexing/ports.ts';
import { buildHnswIndex } from './hnsw-index.ts';

/** Rows between two looks at the signal and at whatever else waits for the thread. */
const CHUNK = 1024;

/** Graphs by hnswlib; the same vectors in the same order give the same bytes. */
export function createGraphBuilder(options: {
  readonly dim: number;
  readonly M: number;
  readonly efConstruction: number;
}): GraphBuilder {
  return {
    async build(vectors, onProgress, signal) {
      const { count } = vectors;
      const index = await buildHnswIndex({ ...options, capacity: count });
      try {
        for (let row = 0; row < count; row++) {
          if (row % CHUNK === 0) {
            onProgress(row, count);
            await new Promise((resolve) => setTimeout(resolve));
            signal.throwIfAborted();
          }
          // Of unit norm as far as the encoding goes.
          index.add(vectorOf(vectors, row) as Embedding);
        }
        const graph = index.graph();
        onProgress(count, count);
        return graph;
      } finally {
        index.dispose();
      }
    },
  };
}
