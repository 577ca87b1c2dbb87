import { type Bitset, createBitset, hasBit, setBit } from '../bitset.ts';
import { AfterimageError } from '../errors.ts';
import { BLOCK_ROWS, type Kernels } from '../kernels/kernels.ts';
import { quantise } from './quantise.ts';
import { align, createRowStore, HEAD_AT, type RowStore } from './row-store.ts';

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

/** The query lies in the head. */
const QUERY = HEAD_AT;
type Beside = 'scales' | 'list' | 'scores' | 'maxima';
const words = (rows: number) => 4 * rows;

/** @throws AfterimageError `index-too-large`, `dimension-mismatch`. */
export function createInt8Rows({ dim, centre, count: given, kernels }: Int8RowsOptions): Int8Rows {
  if (centre.length !== dim) throw mismatch(centre.length, dim);
  const store = createRowStore<Beside>({
    head: 2 * align(dim, 16),
    rowBytes: dim,
    count: given,
    beside: {
      scales: { bytes: words, kept: true },
      list: { bytes: words },
      scores: { bytes: words },
      maxima: { bytes: (rows) => words(Math.ceil(rows / BLOCK_ROWS)) },
    },
    kernels,
  });
  const present = createPresence(store);
  return {
    dim,
    get count() {
      return store.count;
    },
    get size() {
      return present.size;
    },
    has: present.has,
    put(first, { codes, scales }) {
      if (codes.length !== scales.length * dim) throw mismatch(codes.length, dim);
      checkScales(scales);
      store.put(first, bytesOf(codes));
      present.add(first, scales);
    },
    append(vector) {
      if (vector.length !== dim) throw mismatch(vector.length, dim);
      const { codes, scales } = quantise(vector, dim, centre);
      const row = store.append(bytesOf(codes));
      present.add(row, scales);
      return row;
    },
    remove: present.remove,
    scan(query, choose) {
      if (query.length !== dim) throw mismatch(query.length, dim);
      return scan(store, present.end, writeQuery(store, query, centre), choose);
    },
    dispose() {
      store.dispose();
      present.clear();
    },
  };
}

/** Which rows are there, which is what their scales say: that of a row that is not there is NaN. */
function createPresence(store: RowStore<Beside>) {
  /** Rows from here on are not there. */
  let end = 0;
  let size = 0;
  let removed: Bitset = createBitset(0);
  const scalesOf = (rows: number) => floats(store, 'scales', rows);
  scalesOf(store.count).fill(Number.NaN);
  return {
    get end() {
      return end;
    },
    get size() {
      return size;
    },
    has(row: number): boolean {
      return row >= 0 && row < end && !Number.isNaN(scalesOf(end)[row] ?? Number.NaN);
    },
    /** Rows `first`, `first` + 1 … are there from now on, but for those that were removed before. */
    add(first: number, scales: Float32Array): void {
      const held = scalesOf(store.count);
      for (let i = 0; i < scales.length; i++) {
        const row = first + i;
        if (hasBit(removed, row)) continue;
        // Of an appended row anything may lie there.
        if (row >= end || Number.isNaN(held[row])) size++;
        held[row] = scales[i] as number;
      }
      end = Math.max(end, first + scales.length);
    },
    remove(row: number): void {
      if (!(Number.isInteger(row) && row >= 0 && row < store.count)) return;
      if (row >= removed.length * 32) removed = extended(removed, Math.max(store.count, 2 * row));
      if (hasBit(removed, row)) return;
      setBit(removed, row);
      const scales = scalesOf(store.count);
      if (!Number.isNaN(scales[row])) size--;
      scales[row] = Number.NaN;
    },
    clear(): void {
      end = size = 0;
    },
  };
}

/** A query's products as the kernels have them, times `step`, plus `base`, are similarities. */
interface Prepared {
  readonly step: number;
  readonly base: number;
}

/** Put the query into its place, at 16 bits. */
function writeQuery(store: RowStore<Beside>, query: Float32Array, centre: Float32Array): Prepared {
  const dim = query.length;
  // The sums of the products with codes of at most 128 must stay below 2³¹.
  const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (128 * dim)));
  let peak = 0;
  let base = 0;
  for (let i = 0; i < dim; i++) {
    peak = Math.max(peak, Math.abs(query[i] as number));
    base += (query[i] as number) * (centre[i] as number);
  }
  if (!store.disposed) {
    const factors = new Int16Array(store.buffer, QUERY, store.stride);
    for (let i = 0; i < dim; i++) factors[i] = Math.round(((query[i] as number) / (peak || 1)) * limit);
  }
  return { step: peak / limit, base };
}

function scan(
  store: RowStore<Beside>,
  end: number,
  { step, base }: Prepared,
  choose: Parameters<Int8Rows['scan']>[1],
): Scanned {
  if (store.disposed) {
    return { count: 0, rows: undefined, scores: new Float32Array(0), maxima: new Float32Array(0) };
  }
  const { kernels, rowsAt, stride, at } = store;
  const rows = choose && new Uint32Array(store.buffer, at('list'), end);
  const count = choose && rows ? choose(rows, end) : end;
  const list = rows ? at('list') : 0;
  kernels.scan(rowsAt, at('scales'), stride, list, count, QUERY, step, base, at('scores'), at('maxima'));
  return {
    count,
    rows: rows?.subarray(0, count),
    scores: floats(store, 'scores', count),
    maxima: floats(store, 'maxima', Math.ceil(count / BLOCK_ROWS)),
  };
}

function floats(store: RowStore<Beside>, name: Beside, length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(store.buffer, store.at(name), length);
}

function bytesOf({ buffer, byteOffset, length }: Int8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function checkScales(scales: Float32Array): void {
  if (scales.every((scale) => scale >= 0 && scale < Number.POSITIVE_INFINITY)) return;
  throw new AfterimageError('index-corrupt', 'The scale of a vector is not a number. Build the collection again.');
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
