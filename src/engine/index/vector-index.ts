import type { Engine } from '../collection/types.ts';
import type { Embedding } from '../numeric/embedding.ts';

/** One row found, with its cosine similarity to the query in [−1, 1]. */
export interface Hit {
  readonly row: number;
  readonly similarity: number;
  /** The similarity is an estimate: the row's vector has not been fetched. */
  readonly approximate?: true;
}

export interface SearchOptions {
  /** How many hits to return at most; fewer when fewer rows pass. */
  readonly k: number;
  /** Width of the HNSW beam; at least `k`. Ignored by exact engines. */
  readonly efSearch?: number;
  /** Bit r (bit r & 31 of word r >> 5) set: row r may be returned. Absent: all rows. */
  readonly filter?: Uint32Array;
}

/** Nearest-neighbour search by cosine over rows of unit-norm vectors. Row ids are stable; removed rows never return. */
export interface VectorIndex {
  readonly kind: Engine;
  readonly dim: number;
  /** Rows that can be found (added and not removed). */
  readonly size: number;
  /**
   * Hits in descending similarity, ties by ascending row.
   * @throws AfterimageError `dimension-mismatch` when the query has another length than `dim`.
   */
  search(query: Embedding, options: SearchOptions): Hit[];
  /** Append one vector and return its row. @throws `dimension-mismatch`, `index-too-large`. */
  add(vector: Embedding): number;
  /** Forget a row. Unknown and removed rows are ignored. */
  remove(row: number): void;
  /** Give memory back. The index must not be used afterwards. */
  dispose(): void;
}
