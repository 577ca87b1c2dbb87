import type { Steps } from '../../../engine/async/steps.ts';
import { type StoredVectors, vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import type { VectorIndex } from '../../../engine/index/vector-index.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import type { GraphBuilder } from '../../../indexing/ports.ts';
import { runSteps } from '../../../indexing/steps/run-steps.ts';
import { buildHnswIndex } from './hnsw-index.ts';

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
        await runSteps(adding(index, vectors), signal, (done) => onProgress(Math.round(done * count), count));
        return index.graph();
      } finally {
        index.dispose();
      }
    },
  };
}

/** Add all vectors, row by row. */
function* adding(index: Pick<VectorIndex, 'add'>, vectors: StoredVectors): Steps<void> {
  for (let row = 0; row < vectors.count; row++) {
    index.add(vectorOf(vectors, row) as Embedding /* of unit norm as far as the encoding goes */);
    yield (row + 1) / vectors.count;
  }
}
