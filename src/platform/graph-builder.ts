import type { GraphBuilder } from '../indexing/ports.ts';
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
      const index = await buildHnswIndex({ ...options, capacity: vectors.length });
      try {
        for (const [row, vector] of vectors.entries()) {
          if (row % CHUNK === 0) {
            onProgress(row, vectors.length);
            await new Promise((resolve) => setTimeout(resolve));
            signal.throwIfAborted();
          }
          index.add(vector);
        }
        const graph = index.graph();
        onProgress(vectors.length, vectors.length);
        return graph;
      } finally {
        index.dispose();
      }
    },
  };
}
