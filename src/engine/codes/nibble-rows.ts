import { AfterimageError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { createKernels } from '../kernels/load.ts';
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
const QUERY_AT = 64;
const MAX_FACTOR = 32767;

/** Codes come first, because they never move when there are more; the rest is scratch. */
interface Layout {
  readonly capacity: number;
  readonly distances: number;
  readonly filter: number;
  readonly list: number;
  readonly bytes: number;
}

/** @throws AfterimageError `index-too-large`, `dimension-mismatch` where `width` is no multiple of 32. */
export function createNibbleRows({
  width,
  count: given,
  kernels: create = createKernels,
}: NibbleRowsOptions): NibbleRows {
  if (!(width > 0 && width % GROUP === 0 && width <= MAX_WIDTH)) throw mismatch(`A code of ${width} components`, width);
  const stride = codeBytes(width);
  const countsAt = align(QUERY_AT + 2 * width);
  const countsLength = NOT_PASSING + 1;
  const codesAt = align(countsAt + 4 * countsLength);
  let layout = layOut(given);
  let kernels: Kernels | undefined = create(layout.bytes);
  let count = given;
  let end = 0;
  /** What arrived beyond a gap: [first, end). */
  let beyond: (readonly [first: number, end: number])[] = [];

  function layOut(capacity: number): Layout {
    const distances = align(codesAt + capacity * stride);
    const filter = align(distances + 2 * capacity);
    const list = align(filter + Math.ceil(capacity / 8));
    return { capacity, distances, filter, list, bytes: list + 4 * capacity + 64 };
  }

  function held(): Kernels {
    if (kernels === undefined) throw new AfterimageError('internal', 'The index was disposed of.');
    return kernels;
  }

  function take(first: number, codes: Uint8Array): void {
    new Uint8Array(held().memory.buffer).set(codes, codesAt + first * stride);
    beyond = [...beyond, [first, first + codes.length / stride] as const].sort((a, b) => a[0] - b[0]);
    for (const [from, to] of beyond) if (from <= end) end = Math.max(end, to);
    beyond = beyond.filter(([from]) => from > end);
  }

  /** Distances of all rows below `end`. @returns what turns a distance back into a sum. */
  function measure(weights: Float32Array): (distance: number) => number {
    const { memory, nibbles } = held();
    const { factors, step } = toFactors(weights);
    new Int16Array(memory.buffer, QUERY_AT, width).set(factors);
    const bias = 15 * factors.reduce((sum, factor) => sum + Math.max(0, factor), 0);
    const range = 15 * factors.reduce((sum, factor) => sum + Math.abs(factor), 0);
    const shift = Math.max(0, 32 - Math.clz32(range) - DISTANCE_BITS);
    for (let row = 0; row < end; row += SLICE) {
      const rows = Math.min(SLICE, end - row);
      nibbles(codesAt + row * stride, stride, rows, QUERY_AT, bias, shift, layout.distances + 2 * row);
    }
    const half = (2 ** shift - 1) / 2;
    return (distance) => (bias - (distance * 2 ** shift + half)) * step;
  }

  function mask(filter: Uint32Array): void {
    const { memory, maskDistances } = held();
    const words = Math.ceil(end / 32);
    new Uint32Array(memory.buffer, layout.filter, words).fill(0).set(filter.subarray(0, words));
    maskDistances(layout.distances, end, layout.filter, NOT_PASSING);
  }

  /** The distance within which `n` rows lie, how many of them just there, and how many rows that makes. */
  function limitOf(n: number): { limit: number; equal: number; found: number } {
    const { memory, countDistances } = held();
    const counts = new Uint32Array(memory.buffer, countsAt, countsLength).fill(0);
    countDistances(layout.distances, end, countsAt);
    let below = 0;
    let limit = 0;
    while (limit < NOT_PASSING - 1 && below + (counts[limit] as number) < n) below += counts[limit++] as number;
    const equal = Math.min(n - below, counts[limit] as number);
    return { limit, equal, found: below + equal };
  }

  return {
    width,
    get count() {
      return count;
    },
    get end() {
      return end;
    },
    put(first, codes) {
      const rows = codes.length / stride;
      if (!(Number.isInteger(rows) && Number.isInteger(first) && first >= 0 && first + rows <= given)) {
        throw mismatch(`${codes.length} bytes for rows ${first} … of ${given}`, width);
      }
      take(first, codes);
    },
    append(code) {
      if (code.length !== stride) throw mismatch(`A code of ${code.length} bytes`, width);
      if (count === layout.capacity) {
        const larger = layOut(Math.max(256, Math.ceil(count * 1.25)));
        held().memory.reserve(larger.bytes);
        layout = larger;
      }
      take(count, code);
      return count++;
    },
    nearest(weights, n, filter) {
      if (weights.length !== width) throw mismatch(`A query of ${weights.length} components`, width);
      if (end === 0 || n <= 0) return { rows: new Uint32Array(0), sums: new Float32Array(0) };
      const sumOf = measure(weights);
      if (filter !== undefined) mask(filter);
      const { limit, equal, found } = limitOf(n);
      const { memory, collectNearest } = held();
      collectNearest(layout.distances, end, limit, equal, layout.list);
      const rows = new Uint32Array(memory.buffer, layout.list, found).slice();
      const distances = new Uint16Array(memory.buffer, layout.distances, end);
      return { rows, sums: Float32Array.from(rows, (row) => sumOf(distances[row] as number)) };
    },
    dispose() {
      kernels = undefined;
      end = 0;
    },
  };
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

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

function mismatch(what: string, width: number): AfterimageError {
  return new AfterimageError('dimension-mismatch', `${what} met codes of ${width} components: they do not fit.`);
}
