import { checkDim, countRows } from '../../numeric/dimension.ts';
import { dotAt } from '../../numeric/dot-at.ts';
import type { Embedding } from '../../numeric/embedding.ts';
import type { Ranking } from '../../search/ranking.ts';
import { type Bitset, createBitset, hasBit, setBit } from '../bitset.ts';
import { sortRows } from '../sort-rows.ts';
import { createTop } from '../top.ts';
import type { SearchOptions, VectorIndex } from '../vector-index.ts';

/** Compares the query with every row: the ground truth, and the index for small or heavily filtered sets. */
export interface ExactIndex extends VectorIndex {
  readonly kind: 'exact';
  /** Every row that was not removed, in descending similarity, ties by ascending row. @throws `dimension-mismatch`. */
  rankAll(query: Embedding): Ranking;
  /** The vector of a row that can be found, as it is stored, which may be rounded; a view where it is not. */
  vectorOf(row: number): Float32Array | undefined;
}

/**
 * An exact index over `vectors` (rows × dim, row by row, unit norm), which it keeps and does not change; rows that are
 * added later go into memory of its own.
 * @throws AfterimageError `dimension-mismatch` when the length is not a multiple of `dim`.
 */
export function createExactIndex(vectors: Float32Array, dim: number): ExactIndex {
  const given = countRows(vectors.length, dim);
  let tail = new Float32Array(0);
  let count = given;
  let removed: Bitset = createBitset(count);
  let removedCount = 0;

  const has = (row: number) => Number.isInteger(row) && row >= 0 && row < count && !hasBit(removed, row);
  const similarity = (row: number, query: Float32Array): number =>
    row < given ? dotRow(vectors, row * dim, query) : dotRow(tail, (row - given) * dim, query);

  return {
    kind: 'exact',
    dim,
    get size() {
      return count - removedCount;
    },
    has,
    vectorOf(row) {
      if (!has(row)) return undefined;
      return row < given
        ? vectors.subarray(row * dim, (row + 1) * dim)
        : tail.subarray((row - given) * dim, (row - given + 1) * dim);
    },
    search(query, { k, filter }: SearchOptions) {
      checkDim(query.length, dim);
      const best = createTop(Math.min(k, count - removedCount));
      for (let row = 0; row < count; row++) {
        if (hasBit(removed, row) || (filter !== undefined && !hasBit(filter, row))) continue;
        best.offer(row, similarity(row, query));
      }
      return best.hits();
    },
    rankAll(query) {
      checkDim(query.length, dim);
      const rows = new Uint32Array(count - removedCount);
      const similarities = new Float32Array(rows.length);
      for (let row = 0, i = 0; row < count; row++) {
        if (hasBit(removed, row)) continue;
        rows[i] = row;
        similarities[i++] = similarity(row, query);
      }
      return sortRows(rows, similarities);
    },
    add(vector) {
      checkDim(vector.length, dim);
      const at = (count - given) * dim;
      if (at + dim > tail.length) tail = grown(tail, at + dim);
      tail.set(vector, at);
      if (count >= removed.length * 32) removed = withRoom(removed, count + 1);
      return count++;
    },
    remove(row) {
      if (!has(row)) return;
      setBit(removed, row);
      removedCount++;
    },
    dispose() {
      vectors = tail = new Float32Array(0);
      count = removedCount = 0;
    },
  };
}

/** Dot product of the query with the row that begins at `offset`, rounded to float32 as stored similarities are. */
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
