import type { Steps } from '../async/steps.ts';
import { createInt8Rows } from '../index/quantised/int8-rows.ts';
import { chooseCentre, quantise } from '../index/quantised/quantise.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { BLOCK_ROWS } from '../kernels/kernels.ts';
import { countRows } from '../numeric/dimension.ts';
import { dotAt } from '../numeric/dot-at.ts';

/** Vectors among which those similar to one are looked for. */
export interface NearVectors {
  /** Take out all whose cosine to vector `index` is at least the least one, that one too, and list them, ascending. */
  take(index: number): number[];
  dispose(): void;
}

export interface NearVectorsOptions {
  readonly dim: number;
  /** Cosine. */
  readonly least: number;
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: ((bytes: number) => Kernels) | undefined;
}

/** Vectors that are rounded in one step. */
const CHUNK = 100;
/** More than what is lost of a similarity because the query is rounded to 16 bits, and sums to float32. */
const QUERY_ERROR = 0.002;

/**
 * Exact: vectors are compared as bytes first, and those that pass by more than rounding can explain as they are.
 * @param vectors rows × dim, of unit norm; kept, and not changed
 * @throws AfterimageError `index-too-large`, `dimension-mismatch`
 */
export function* openNearVectors(
  vectors: Float32Array,
  { dim, least, kernels }: NearVectorsOptions,
): Steps<NearVectors> {
  const count = countRows(vectors.length, dim);
  const centre = chooseCentre(vectors, dim);
  const rows = createInt8Rows({ dim, count, centre, ...(kernels && { kernels }) });
  let error = 0;
  for (let from = 0; from < count; from += CHUNK) {
    rows.put(from, quantise(vectors.subarray(from * dim, (from + CHUNK) * dim), dim, centre));
    for (let row = from; row < Math.min(count, from + CHUNK); row++) {
      error = Math.max(error, errorOf(vectors, row, rows.vectorOf(row) ?? new Float32Array(dim)));
    }
    yield from / count;
  }
  // Cauchy–Schwarz: no similarity to a vector of unit norm is rounded by more than its row is.
  const bar = least - error - QUERY_ERROR;
  let left = Uint32Array.from({ length: count }, (_, row) => row);
  const isSimilar = (a: number, b: number) => a === b || dotAt(vectors, a * dim, vectors, b * dim, dim) >= least;

  return {
    take(index) {
      const query = vectors.subarray(index * dim, (index + 1) * dim);
      const { scores, maxima } = rows.scan(query, (list) => {
        list.set(left);
        return left.length;
      });
      const taken: number[] = [];
      for (let block = 0; block < maxima.length; block++) {
        if (!((maxima[block] as number) >= bar)) continue;
        for (let i = block * BLOCK_ROWS; i < Math.min(left.length, (block + 1) * BLOCK_ROWS); i++) {
          const row = left[i] as number;
          if ((scores[i] as number) >= bar && isSimilar(index, row)) taken.push(row);
        }
      }
      left = without(left, taken);
      return taken;
    },
    dispose: () => rows.dispose(),
  };
}

/** How far a row lies from what it was rounded to. */
function errorOf(vectors: Float32Array, row: number, rounded: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < rounded.length; i++) {
    sum += ((vectors[row * rounded.length + i] as number) - (rounded[i] as number)) ** 2;
  }
  return Math.sqrt(sum);
}

/** @param gone ascending, all of them in `rows`, which ascends too */
function without(rows: Uint32Array<ArrayBuffer>, gone: readonly number[]): Uint32Array<ArrayBuffer> {
  let [kept, next] = [0, 0];
  for (const row of rows) {
    if (row === gone[next]) next++;
    else rows[kept++] = row;
  }
  return rows.subarray(0, kept);
}
