import type { Embedding } from '../numeric/embedding.ts';

/** The vectors of a collection as they were made, by row. */
export interface VectorSource {
  /** True unit-norm vectors in the order of `rows`, or it rejects with a code: never zeros, never a stand-in. */
  vectorsOf(rows: readonly number[], options?: { signal?: AbortSignal }): Promise<Embedding[]>;
}
