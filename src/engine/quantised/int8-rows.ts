import { type Bitset, createBitset, hasBit, setBit } from '../bitset.ts';
import { AfterimageError } from '../errors.ts';
import { BLOCK_ROWS, type Kernels } from '../kernels/kernels.ts';
import { createKernels } from '../kernels/load.ts';
import { quantise } from './quantise.ts';

export interface Int8RowsOptions {
  readonly dim: number;
  /** What the rows were quantised around: `dim` values. */
  readonly centre: Float32Array;
  /** Rows of the collection, which may arrive in any order; room is made for all of them at once. */
  readonly count: number;
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: (bytes: number) => Kernels;
}

/** Scores of one scan by position. Views of the memory: they hold until the next call. */
export interface Scanned {
  /** How many positions there are. */
  readonly count: number;
  /** Row at each position; absent where position p is row p. Ascending if what was chosen was. */
  readonly rows: Uint32Array | undefined;
  /** Similarity at each position, NaN for a row that has not arrived or was removed. */
  readonly scores: Float32Array;
  /** The largest score of each `BLOCK_ROWS` positions; −∞ where all are NaN. */
  readonly maxima: Float32Array;
}

/** Int8 rows in one linear memory, which arrive part by part and are scanned by the kernels. */
export interface Int8Rows {
  readonly dim: number;
  /** Rows that have a number: those of the collection, arrived or not, and those appended. */
  readonly count: number;
  /** Rows that are there: arrived and not removed. */
  readonly size: number;
  has(row: number): boolean;
  /**
   * Take rows `first`, `first` + 1 … of the collection. @throws AfterimageError `dimension-mismatch` where there are not
   * as many codes as scales ask for or not so many rows, `index-corrupt` where a scale is not a number ≥ 0.
   */
  put(first: number, rows: { readonly codes: Int8Array; readonly scales: Float32Array }): void;
  /** Quantise a vector and give it the next number. @throws `dimension-mismatch`, `index-too-large`. */
  append(vector: Float32Array): number;
  /** Forget a row for good, also one that has not arrived. Unknown and removed rows are ignored. */
  remove(row: number): void;
  /**
   * Score all rows up to the last that is there or, where `choose` is given, those that it writes to `list` (room for
   * `end` rows, all below `end`); it returns how many. @throws `dimension-mismatch`.
   */
  scan(query: Float32Array, choose?: (list: Uint32Array, end: number) => number): Scanned;
  /** Give the memory back. Nothing is there afterwards. */
  dispose(): void;
}

/** Not at address 0, which stands for "no list". */
const QUERY = 64;

/** Where things lie. Rows come first, because they are much the largest and so never move when there are more. */
interface Layout {
  readonly capacity: number;
  readonly scales: number;
  readonly list: number;
  readonly scores: number;
  readonly maxima: number;
  readonly bytes: number;
}

/** @throws AfterimageError `index-too-large`, `dimension-mismatch`. */
export function createInt8Rows({
  dim,
  centre,
  count: given,
  kernels: create = createKernels,
}: Int8RowsOptions): Int8Rows {
  if (centre.length !== dim) throw mismatch(centre.length, dim);
  const stride = align(dim, 16);
  const rowsAt = align(QUERY + 2 * stride, 64);
  let layout = layOut(given);
  let kernels: Kernels | undefined = create(layout.bytes);
  let count = given;
  /** Rows from here on are not there. */
  let end = 0;
  let size = 0;
  let removed: Bitset = createBitset(0);
  floats(layout.scales, given).fill(Number.NaN);

  function layOut(capacity: number): Layout {
    const scales = align(rowsAt + capacity * stride, 64);
    const list = align(scales + 4 * capacity, 64);
    const scores = align(list + 4 * capacity, 64);
    const maxima = align(scores + 4 * capacity, 64);
    return { capacity, scales, list, scores, maxima, bytes: maxima + 4 * Math.ceil(capacity / BLOCK_ROWS) };
  }

  function buffer(): ArrayBuffer {
    if (kernels === undefined) throw new AfterimageError('internal', 'The index was disposed of.');
    return kernels.memory.buffer;
  }

  function floats(at: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(buffer(), at, length);
  }

  function grow(rows: number): void {
    const larger = layOut(Math.max(rows, Math.ceil(layout.capacity * 1.25), 256));
    kernels?.memory.reserve(larger.bytes);
    const scales = floats(layout.scales, count).slice();
    layout = larger;
    floats(layout.scales, layout.capacity).fill(Number.NaN).set(scales);
  }

  function take(first: number, codes: Int8Array, scales: Float32Array): void {
    const bytes = new Int8Array(buffer());
    const held = floats(layout.scales, layout.capacity);
    if (stride === dim) bytes.set(codes, rowsAt + first * stride);
    for (let i = 0; i < scales.length; i++) {
      const row = first + i;
      if (stride !== dim) bytes.set(codes.subarray(i * dim, (i + 1) * dim), rowsAt + row * stride);
      if (hasBit(removed, row)) continue;
      if (Number.isNaN(held[row])) size++;
      held[row] = scales[i] as number;
    }
    end = Math.max(end, first + scales.length);
  }

  /** The query at 16 bits, and what turns its sums into similarities. */
  function prepare(query: Float32Array): { step: number; base: number } {
    // The sums of the products with codes of at most 128 must stay below 2³¹.
    const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (128 * dim)));
    let peak = 0;
    let base = 0;
    for (let i = 0; i < dim; i++) {
      peak = Math.max(peak, Math.abs(query[i] as number));
      base += (query[i] as number) * (centre[i] as number);
    }
    const factors = new Int16Array(buffer(), QUERY, stride);
    for (let i = 0; i < dim; i++) factors[i] = Math.round(((query[i] as number) / (peak || 1)) * limit);
    return { step: peak / limit, base };
  }

  return {
    dim,
    get count() {
      return count;
    },
    get size() {
      return size;
    },
    has(row) {
      return row >= 0 && row < end && !Number.isNaN(floats(layout.scales, end)[row] ?? Number.NaN);
    },
    put(first, { codes, scales }) {
      if (codes.length !== scales.length * dim) throw mismatch(codes.length, dim);
      if (!(Number.isInteger(first) && first >= 0 && first + scales.length <= given)) {
        throw new AfterimageError('dimension-mismatch', `Rows ${first} … do not lie in a collection of ${given} rows.`);
      }
      if (!scales.every((scale) => scale >= 0 && scale < Number.POSITIVE_INFINITY)) {
        throw new AfterimageError(
          'index-corrupt',
          'The scale of a vector is not a number. Build the collection again.',
        );
      }
      take(first, codes, scales);
    },
    append(vector) {
      if (vector.length !== dim) throw mismatch(vector.length, dim);
      const { codes, scales } = quantise(vector, dim, centre);
      if (count === layout.capacity) grow(count + 1);
      take(count, codes, scales);
      return count++;
    },
    remove(row) {
      if (!(Number.isInteger(row) && row >= 0 && row < count)) return;
      if (row >= removed.length * 32) removed = extended(removed, Math.max(count, 2 * row));
      if (hasBit(removed, row)) return;
      setBit(removed, row);
      const scales = floats(layout.scales, count);
      if (!Number.isNaN(scales[row])) size--;
      scales[row] = Number.NaN;
    },
    scan(query, choose) {
      if (query.length !== dim) throw mismatch(query.length, dim);
      if (kernels === undefined)
        return { count: 0, rows: undefined, scores: new Float32Array(0), maxima: new Float32Array(0) };
      const { step, base } = prepare(query);
      const { scales, list, scores, maxima } = layout;
      const rows = choose && new Uint32Array(buffer(), list, end);
      const positions = choose && rows ? choose(rows, end) : end;
      kernels.scan(rowsAt, scales, stride, rows ? list : 0, positions, QUERY, step, base, scores, maxima);
      return {
        count: positions,
        rows: rows?.subarray(0, positions),
        scores: floats(scores, positions),
        maxima: floats(maxima, Math.ceil(positions / BLOCK_ROWS)),
      };
    },
    dispose() {
      kernels = undefined;
      end = size = 0;
    },
  };
}

function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function extended(bits: Bitset, rows: number): Bitset {
  const larger = createBitset(rows + 1);
  larger.set(bits);
  return larger;
}

function mismatch(actual: number, dim: number): AfterimageError {
  return new AfterimageError(
    'dimension-mismatch',
    `${actual} values met an index of dimension ${dim}: they come from different models.`,
  );
}
