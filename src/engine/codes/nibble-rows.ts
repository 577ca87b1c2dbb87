import { type Bitset, listBits } from '../bitset.ts';
import { AfterimageError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { align, createRowStore, HEAD_AT, type RowStore } from '../quantised/row-store.ts';
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
const DISTANCES = 2 ** DISTANCE_BITS;
/**
 * Rows of one call: an engine replaces its first, slow translation of a loop between two calls only; and what is gathered
 * of listed rows stays in the processor's cache.
 */
const SLICE = 2 ** 10;
/** Where at most one of so many rows passes a filter, only those are read. */
const GATHERED = 4;
const MAX_FACTOR = 32767;
type Beside = 'distances' | 'list';

/** @throws AfterimageError `index-too-large`, `dimension-mismatch` where `width` is no multiple of 32. */
export function createNibbleRows({ width, count: given, kernels }: NibbleRowsOptions): NibbleRows {
  if (!(width > 0 && width % GROUP === 0 && width <= MAX_WIDTH)) throw mismatch(`A code of ${width} components`, width);
  const queryAt = HEAD_AT;
  const countsAt = queryAt + 2 * width;
  const gatheredAt = align(countsAt + 4 * DISTANCES, 16);
  const store = createRowStore<Beside>({
    head: gatheredAt + SLICE * codeBytes(width) - HEAD_AT,
    rowBytes: codeBytes(width),
    count: given,
    beside: {
      distances: { bytes: (rows) => 2 * rows },
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
      const listed = filter && listPassing(store, filter, front.end);
      const query = writeQuery(store, queryAt, weights);
      const count = listed?.length ?? front.end;
      if (GATHERED * count < front.end) measure(store, query, count, gatheredAt);
      else {
        measure(store, query, front.end);
        if (listed) keepListed(store, listed, front.end);
      }
      const { rows: positions, sums } = collect(store, countsAt, count, n, query.sumOf);
      return { rows: listed ? positions.map((position) => listed[position] as number) : positions, sums };
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

/** Rows that pass, ascending: in their place for the kernels, and as a copy. */
function listPassing({ buffer, at }: RowStore<Beside>, filter: Bitset, end: number): Uint32Array {
  const list = new Uint32Array(buffer, at('list'), end);
  return list.slice(0, listBits(filter, list, end));
}

interface Query {
  readonly at: number;
  readonly bias: number;
  readonly shift: number;
  /** What a distance stands for. */
  sumOf(distance: number): number;
}

function writeQuery({ buffer }: RowStore<Beside>, at: number, weights: Float32Array): Query {
  const { factors, step } = toFactors(weights);
  new Int16Array(buffer, at, factors.length).set(factors);
  const bias = 15 * factors.reduce((sum, factor) => sum + Math.max(0, factor), 0);
  const range = 15 * factors.reduce((sum, factor) => sum + Math.abs(factor), 0);
  const shift = Math.max(0, 32 - Math.clz32(range) - DISTANCE_BITS);
  const half = (2 ** shift - 1) / 2;
  return { at, bias, shift, sumOf: (distance) => (bias - (distance * 2 ** shift + half)) * step };
}

/** Distances of the first `count` rows, or of so many listed ones, which are gathered first. */
function measure(
  { kernels, rowsAt, stride, at }: RowStore<Beside>,
  { at: queryAt, bias, shift }: Query,
  count: number,
  gatheredAt?: number,
): void {
  const [distances, list] = [at('distances'), at('list')];
  for (let from = 0; from < count; from += SLICE) {
    const rows = Math.min(SLICE, count - from);
    if (gatheredAt !== undefined) kernels.gatherRows(rowsAt, stride, list + 4 * from, rows, gatheredAt);
    kernels.nibbles(gatheredAt ?? rowsAt + from * stride, stride, rows, queryAt, bias, shift, distances + 2 * from);
  }
}

/** Of the distances of all rows those of listed ones, one after the other. */
function keepListed({ buffer, at }: RowStore<Beside>, listed: Uint32Array, end: number): void {
  const distances = new Uint16Array(buffer, at('distances'), end);
  for (let i = 0; i < listed.length; i++) distances[i] = distances[listed[i] as number] as number;
}

/** The `n` rows of least distance. */
function collect(
  { kernels, buffer, at }: RowStore<Beside>,
  countsAt: number,
  end: number,
  n: number,
  sumOf: (distance: number) => number,
): Nearest {
  const counts = new Uint32Array(buffer, countsAt, DISTANCES).fill(0);
  kernels.countDistances(at('distances'), end, countsAt);
  const { limit, equal, found } = limitOf(counts, n);
  kernels.collectNearest(at('distances'), end, limit, equal, at('list'));
  const rows = new Uint32Array(buffer, at('list'), found).slice();
  const distances = new Uint16Array(buffer, at('distances'), end);
  const sums = new Float32Array(found);
  for (let i = 0; i < found; i++) sums[i] = sumOf(distances[rows[i] as number] as number);
  return { rows, sums };
}

/** The distance within which `n` rows lie, how many of them just there, and how many rows that makes. */
function limitOf(counts: Uint32Array, n: number): { limit: number; equal: number; found: number } {
  let below = 0;
  let limit = 0;
  while (limit < DISTANCES - 1 && below + (counts[limit] as number) < n) below += counts[limit++] as number;
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
