import { AfterimageError } from '../../errors.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { type Bitset, listBits } from '../bitset.ts';
import { align, createRowStore, HEAD_AT, type RowStore } from '../quantised/row-store.ts';
import { codeBytes, GROUP, MAX_WIDTH, type Shape } from './code.ts';
import { DISTANCES, queryBytes, writeFactors, writeTables } from './code-query.ts';

export interface CodeRowsOptions extends Shape {
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

/** Codes in one linear memory, which arrive part by part and are scanned for the best rows. */
export interface CodeRows {
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

/**
 * Rows of one call: an engine replaces its first, slow translation of a loop between two calls only; and what is gathered
 * of listed rows stays in the processor's cache.
 */
const SLICE = 2 ** 10;
/** Where at most one of so many rows passes a filter, only those are read; but rows of single bits lie sixteen together. */
const GATHERED = 4;
type Beside = 'distances' | 'list';

/** @throws AfterimageError `index-too-large`, `dimension-mismatch` where `width` is no multiple of 32. */
export function createCodeRows({ width, bits, count: given, kernels }: CodeRowsOptions): CodeRows {
  if (!(width > 0 && width % GROUP === 0 && width <= MAX_WIDTH)) throw mismatch(`A code of ${width} components`, width);
  const rowBytes = codeBytes({ width, bits });
  const queryAt = HEAD_AT;
  const countsAt = queryAt + queryBytes({ width, bits });
  const gatheredAt = align(countsAt + 4 * DISTANCES, 16);
  const store = createRowStore<Beside>({
    head: gatheredAt + (bits === 1 ? 0 : SLICE * rowBytes) - HEAD_AT,
    rowBytes,
    count: given,
    interleaved: bits === 1,
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
      const count = listed?.length ?? front.end;
      const gather = bits !== 1 && GATHERED * count < front.end;
      const sumOf =
        bits === 1
          ? measureBits(store, queryAt, weights, front.end)
          : measureNibbles(store, queryAt, weights, gather ? count : front.end, gather ? gatheredAt : undefined);
      if (listed && !gather) keepListed(store, listed, front.end);
      const { rows: positions, sums } = collect(store, countsAt, count, n, sumOf);
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

/** What a distance stands for. */
type SumOf = (distance: number) => number;

/** Distances of the first `count` rows, or of so many listed ones, which are gathered first. */
function measureNibbles(
  { kernels, buffer, rowsAt, stride, at }: RowStore<Beside>,
  queryAt: number,
  weights: Float32Array,
  count: number,
  gatheredAt: number | undefined,
): SumOf {
  const { bias, shift, sumOf } = writeFactors(weights, new Int16Array(buffer, queryAt, weights.length));
  const [distances, list] = [at('distances'), at('list')];
  for (let from = 0; from < count; from += SLICE) {
    const rows = Math.min(SLICE, count - from);
    if (gatheredAt !== undefined) kernels.gatherRows(rowsAt, stride, list + 4 * from, rows, gatheredAt);
    kernels.nibbles(gatheredAt ?? rowsAt + from * stride, stride, rows, queryAt, bias, shift, distances + 2 * from);
  }
  return sumOf;
}

/** Distances of the first `count` rows. */
function measureBits(
  { kernels, buffer, rowsAt, stride, at }: RowStore<Beside>,
  queryAt: number,
  weights: Float32Array,
  count: number,
): SumOf {
  const sumOf = writeTables(weights, new Uint8Array(buffer, queryAt, 32 * stride));
  for (let from = 0; from < count; from += SLICE) {
    const rows = Math.min(SLICE, count - from);
    kernels.bits(rowsAt + from * stride, stride, rows, queryAt, at('distances') + 2 * from);
  }
  return sumOf;
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
  sumOf: SumOf,
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

function mismatch(what: string, width: number): AfterimageError {
  return new AfterimageError('dimension-mismatch', `${what} met codes of ${width} components: they do not fit.`);
}
