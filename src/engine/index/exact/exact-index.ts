import { AfterimageError } from '../../errors.ts';
import { dotAt } from '../../numeric/dot-at.ts';
import type { Embedding } from '../../numeric/embedding.ts';
import { type Bitset, createBitset, hasBit, setBit } from '../bitset.ts';
import { sortRows } from '../sort-rows.ts';
import { createTop } from '../top.ts';
import type { SearchOptions, VectorIndex } from '../vector-index.ts';

/** All rows of a ranking, best first; `rows` and `scores` (cosines) are parallel. */
export interface Ranking {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}

/** Compares the query with every row: the ground truth, and the engine for small or heavily filtered sets. */
export interface ExactIndex extends VectorIndex {
  readonly kind: 'exact';
  /** Every row that was not removed, in descending similarity, ties by ascending row. @throws `dimension-mismatch`. */
  rankAll(query: Embedding): Ranking;
}

/**
 * An exact index over `vectors` (rows × dim, row by row, unit norm), which it keeps and does not change; rows that are
 * added later go into memory of its own.
 * @throws AfterimageError `dimension-mismatch` when the length is not a multiple of `dim`.
 */
export function createExactIndex(vectors: Float32Array, dim: number): ExactIndex {
  if (!Number.isInteger(vectors.length / dim)) throw mismatch(vectors.length, dim);
  const given = vectors.length / dim;
  let tail = new Float32Array(0);
  let count = given;
  let removed: Bitset = createBitset(count);
  let removedCount = 0;

  const similarity = (row: number, query: Float32Array): number =>
    row < given ? dotRow(vectors, row * dim, query) : dotRow(tail, (row - given) * dim, query);

  return {
    kind: 'exact',
    dim,
    get size() {
      return count - removedCount;
    },
    search(query, { k, filter }: SearchOptions) {
      if (query.length !== dim) throw mismatch(query.length, dim);
      const best = createTop(Math.min(k, count - removedCount));
      for (let row = 0; row < count; row++) {
        if (hasBit(removed, row) || (filter !== undefined && !hasBit(filter, row))) continue;
        best.offer(row, similarity(row, query));
      }
      return best.hits();
    },
    rankAll(query) {
      if (query.length !== dim) throw mismatch(query.length, dim);
      const rows = new Uint32Array(count - removedCount);
      const scores = new Float32Array(rows.length);
      for (let row = 0, i = 0; row < count; row++) {
        if (hasBit(removed, row)) continue;
        rows[i] = row;
        scores[i++] = similarity(row, query);
      }
      return sortRows(rows, scores);
    },
    add(vector) {
      if (vector.length !== dim) throw mismatch(vector.length, dim);
      const at = (count - given) * dim;
      if (at + dim > tail.length) tail = grown(tail, at + dim);
      tail.set(vector, at);
      if (count >= removed.length * 32) removed = withRoom(removed, count + 1);
      return count++;
    },
    remove(row) {
      if (!(Number.isInteger(row) && row >= 0 && row < count) || hasBit(removed, row)) return;
      setBit(removed, row);
      removedCount++;
    },
    dispose() {
      vectors = tail = new Float32Array(0);
      count = removedCount = 0;
    },
  };
}

function mismatch(actual: number, dim: number): AfterimageError {
  return new AfterimageError(
    'dimension-mismatch',
    `A vector of dimension ${actual} met an index of dimension ${dim}: they come from different models.`,
  );
}

/** Dot product of the query with the row that begins at `offset`, rounded to float32 as stored scores are. */
export function dotRow(rows: Float32Array, offset: number, query: Float32Array): number {
  return Math.fround(dotAt(rows, offset, query, 0, query.length));
}

/** Twice the length, or what is needed. */
function grown(values: Float32Array<ArrayBuffer>, needed: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(needed, values.length * 2));
  larger.set(values);
  return larger;
}

function withRoom(bits: Bitset, rows: number): Bitset {
  const larger = createBitset(rows * 2);
  larger.set(bits);
  return larger;
}
