import { AfterimageError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { createRowStore, HEAD_AT, type RowStore } from '../quantised/row-store.ts';
import { codeBytes, GROUP, MAX_WIDTH } from './code.ts';

export interface NibbleRowsOptions {
  /** Components of a code, a multiple of 32. */
  readonly width: number;
  /** Rows of the collection; room is made for all of them at once. */
  readonly count: number;
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: (bytes: number) => Kernels;
}

/** Rows in ascending order, and an estimate of Σ weight × component for each. */
export interface Nearest {
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly sums: Float32Array<ArrayBuffer>;
}

/** Codes of 4-bit components in one linear memory, which arrive part by part and are scanned for the best rows. */
export interface NibbleRows {
  readonly width: number;
  /** Rows that have a number: those of the collection, arrived or not, and those appended. */
  readonly count: number;
  /** All rows below this one have arrived; these are searched. */
  readonly end: number;
  /** Take the codes of rows `first`, `first` + 1 …. @throws AfterimageError `dimension-mismatch`. */
  put(first: number, codes: Uint8Array): void;
  /** Give a code the next number. @throws AfterimageError `dimension-mismatch`, `index-too-large`. */
  append(code: Uint8Array): number;
  /**
   * The `n` rows below `end` whose components have the largest products with `weights`, one a component; of equal rows
   * the first. With a filter only rows whose bit is set. @throws AfterimageError `dimension-mismatch`.
   */
  nearest(weights: Float32Array, n: number, filter?: Uint32Array): Nearest;
  /** Give the memory back. Nothing is there afterwards. */
  dispose(): void;
}

/** Distances are told apart to 1/8192 of what is possible: some eighty steps a standard deviation. */
const DISTANCE_BITS = 13;
/** One value is left for rows that do not pass. */
const NOT_PASSING = 2 ** DISTANCE_BITS;
/** Rows of one call: an engine replaces its first, slow translation of a loop between two calls only. */
const SLICE = 2 ** 14;
const MAX_FACTOR = 32767;
const COUNTS_LENGTH = NOT_PASSING + 1;
type Beside = 'distances' | 'filter' | 'list';

/** @throws AfterimageError `index-too-large`, `dimension-mismatch` where `width` is no multiple of 32. */
export function createNibbleRows({ width, count: given, kernels }: NibbleRowsOptions): NibbleRows {
  if (!(width > 0 && width % GROUP === 0 && width <= MAX_WIDTH)) throw mismatch(`A code of ${width} components`, width);
  const queryAt = HEAD_AT;
  const countsAt = HEAD_AT + 2 * width;
  const store = createRowStore<Beside>({
    head: 2 * width + 4 * COUNTS_LENGTH,
    rowBytes: codeBytes(width),
    count: given,
    beside: {
      distances: { bytes: (rows) => 2 * rows },
      filter: { bytes: (rows) => Math.ceil(rows / 8) },
      list: { bytes: (rows) => 4 * rows },
    },
    kernels,
  });
  const front = createFront();
  return {
    width,
    get count() {
      return store.count;
    },
    get end() {
      return store.disposed ? 0 : front.end;
    },
    put(first, codes) {
      front.add(first, first + store.put(first, codes));
    },
    append(code) {
      const row = store.append(code);
      front.add(row, row + 1);
      return row;
    },
    nearest(weights, n, filter) {
      if (weights.length !== width) throw mismatch(`A query of ${weights.length} components`, width);
      if (store.disposed || front.end === 0 || n <= 0) return { rows: new Uint32Array(0), sums: new Float32Array(0) };
      const sumOf = measure(store, queryAt, front.end, weights);
      if (filter !== undefined) mask(store, front.end, filter);
      return collect(store, countsAt, front.end, n, sumOf);
    },
    dispose: () => store.dispose(),
  };
}

/** How far rows, which arrive in any order, have arrived without a gap. */
function createFront() {
  let end = 0;
  /** What arrived beyond a gap: [first, end). */
  let beyond: (readonly [first: number, end: number])[] = [];
  return {
    get end() {
      return end;
    },
    add(first: number, last: number): void {
      beyond = [...beyond, [first, last] as const].sort((a, b) => a[0] - b[0]);
      for (const [from, to] of beyond) if (from <= end) end = Math.max(end, to);
      beyond = beyond.filter(([from]) => from > end);
    },
  };
}

/** Distances of all rows below `end`. @returns what turns a distance back into a sum. */
function measure(
  { kernels, buffer, rowsAt, stride, at }: RowStore<Beside>,
  queryAt: number,
  end: number,
  weights: Float32Array,
): (distance: number) => number {
  const { factors, step } = toFactors(weights);
  new Int16Array(buffer, queryAt, factors.length).set(factors);
  const bias = 15 * factors.reduce((sum, factor) => sum + Math.max(0, factor), 0);
  const range = 15 * factors.reduce((sum, factor) => sum + Math.abs(factor), 0);
  const shift = Math.max(0, 32 - Math.clz32(range) - DISTANCE_BITS);
  const distances = at('distances');
  for (let row = 0; row < end; row += SLICE) {
    const rows = Math.min(SLICE, end - row);
    kernels.nibbles(rowsAt + row * stride, stride, rows, queryAt, bias, shift, distances + 2 * row);
  }
  const half = (2 ** shift - 1) / 2;
  return (distance) => (bias - (distance * 2 ** shift + half)) * step;
}

/** Rows whose bit is not set are further than any other. */
function mask({ kernels, buffer, at }: RowStore<Beside>, end: number, filter: Uint32Array): void {
  const words = Math.ceil(end / 32);
  new Uint32Array(buffer, at('filter'), words).fill(0).set(filter.subarray(0, words));
  kernels.maskDistances(at('distances'), end, at('filter'), NOT_PASSING);
}

/** The `n` rows of least distance. */
function collect(
  { kernels, buffer, at }: RowStore<Beside>,
  countsAt: number,
  end: number,
  n: number,
  sumOf: (distance: number) => number,
): Nearest {
  const counts = new Uint32Array(buffer, countsAt, COUNTS_LENGTH).fill(0);
  kernels.countDistances(at('distances'), end, countsAt);
  const { limit, equal, found } = limitOf(counts, n);
  kernels.collectNearest(at('distances'), end, limit, equal, at('list'));
  const rows = new Uint32Array(buffer, at('list'), found).slice();
  const distances = new Uint16Array(buffer, at('distances'), end);
  return { rows, sums: Float32Array.from(rows, (row) => sumOf(distances[row] as number)) };
}

/** The distance within which `n` rows lie, how many of them just there, and how many rows that makes. */
function limitOf(counts: Uint32Array, n: number): { limit: number; equal: number; found: number } {
  let below = 0;
  let limit = 0;
  while (limit < NOT_PASSING - 1 && below + (counts[limit] as number) < n) below += counts[limit++] as number;
  const equal = Math.min(n - below, counts[limit] as number);
  return { limit, equal, found: below + equal };
}

/** At 16 bits, and what one unit stands for. Sums of products with components up to 15 stay below 2³¹. */
function toFactors(weights: Float32Array): { factors: Int16Array; step: number } {
  const peak = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) || 1;
  const limit = Math.min(MAX_FACTOR, Math.floor((2 ** 31 - 1) / (15 * weights.length)));
  return {
    factors: Int16Array.from(weights, (weight) => Math.round((weight / peak) * limit)),
    step: peak / limit,
  };
}

function mismatch(what: string, width: number): AfterimageError {
  return new AfterimageError('dimension-mismatch', `${what} met codes of ${width} components: they do not fit.`);
}
