import { AfterimageError } from '../errors.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { createKernels } from '../kernels/load.ts';

export interface CodeRowsOptions {
  /** Bits of a code, a multiple of 8. */
  readonly bits: number;
  /** Rows of the collection; room is made for all of them at once. */
  readonly count: number;
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: (bytes: number) => Kernels;
}

/** Rows in ascending order, and in how many bits the code of each differs from the query's. */
export interface NearCodes {
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly distances: Uint16Array<ArrayBuffer>;
}

/** Binary codes in one linear memory, which arrive part by part and are scanned for the nearest by Hamming distance. */
export interface CodeRows {
  readonly bits: number;
  /** Rows that have a number: those of the collection, arrived or not, and those appended. */
  readonly count: number;
  /** All rows below this one have arrived; these are searched. */
  readonly end: number;
  /** Take the codes of rows `first`, `first` + 1 …, `bits` / 8 bytes each. @throws AfterimageError `dimension-mismatch`. */
  put(first: number, codes: Uint8Array): void;
  /** Give a code the next number. @throws AfterimageError `dimension-mismatch`, `index-too-large`. */
  append(code: Uint8Array): number;
  /**
   * The `n` nearest rows below `end`; of rows equally far the first ones. With a filter only rows whose bit is set.
   * @throws AfterimageError `dimension-mismatch`.
   */
  nearest(code: Uint8Array, n: number, filter?: Uint32Array): NearCodes;
  /**
   * How each of the given rows (all below `count`) lies along a query of `bits` values: the sum of the values, each with
   * the sign of the row's bit (bit i & 7 of byte i >> 3: set is plus). Tells more than a distance, which knows only the
   * query's signs. The query is rounded to 8 bits. @throws AfterimageError `dimension-mismatch`.
   */
  project(query: Float32Array, rows: Uint32Array): Float32Array<ArrayBuffer>;
  /** Give the memory back. Nothing is there afterwards. */
  dispose(): void;
}

/** Distances have 16 bits; one value is left for rows that do not pass. */
const MAX_BITS = 65_000;

/**
 * Rows of one call. An engine replaces its first, slow translation of a loop between two calls only: in one go the first
 * search of a million rows takes 120 ms, later ones 4.
 */
const SLICE = 2 ** 14;

/** Codes come first, because they never move when there are more; the rest is scratch. */
interface Layout {
  readonly capacity: number;
  readonly distances: number;
  readonly filter: number;
  readonly list: number;
  readonly sums: number;
  readonly bytes: number;
}

/** @throws AfterimageError `index-too-large`, `dimension-mismatch` where `bits` is no multiple of 8. */
export function createCodeRows({ bits, count: given, kernels: create = createKernels }: CodeRowsOptions): CodeRows {
  const width = bits / 8;
  if (!(Number.isInteger(width) && width > 0 && bits <= MAX_BITS)) throw mismatch(`A code of ${bits} bits`, bits);
  const stride = align(width, 16);
  const queryAt = 64;
  const countsAt = align(queryAt + stride, 64);
  /** One for each distance, and one for what does not pass. */
  const countsLength = bits + 2;
  const planesAt = align(countsAt + 4 * countsLength, 64);
  const codesAt = align(planesAt + 8 * stride, 64);
  let layout = layOut(given);
  let kernels: Kernels | undefined = create(layout.bytes);
  let count = given;
  let end = 0;
  /** What arrived beyond a gap: [first, end). */
  let beyond: (readonly [first: number, end: number])[] = [];

  function layOut(capacity: number): Layout {
    const distances = align(codesAt + capacity * stride, 64);
    const filter = align(distances + 2 * capacity, 64);
    const list = align(filter + Math.ceil(capacity / 8), 64);
    const sums = align(list + 4 * capacity, 64);
    return { capacity, distances, filter, list, sums, bytes: sums + 4 * capacity };
  }

  function held(): Kernels {
    if (kernels === undefined) throw new AfterimageError('internal', 'The index was disposed of.');
    return kernels;
  }

  function take(first: number, codes: Uint8Array): void {
    const bytes = new Uint8Array(held().memory.buffer);
    const rows = codes.length / width;
    if (stride === width) bytes.set(codes, codesAt + first * stride);
    else {
      for (let i = 0; i < rows; i++) {
        const at = codesAt + (first + i) * stride;
        bytes.fill(0, at + width, at + stride).set(codes.subarray(i * width, (i + 1) * width), at);
      }
    }
    arrived(first, first + rows);
  }

  function arrived(first: number, last: number): void {
    beyond = [...beyond, [first, last] as const].sort((a, b) => a[0] - b[0]);
    for (const [from, to] of beyond) if (from <= end) end = Math.max(end, to);
    beyond = beyond.filter(([from]) => from > end);
  }

  /** Distances of all rows below `end`. */
  function measure(code: Uint8Array): void {
    const { memory, hamming } = held();
    new Uint8Array(memory.buffer, queryAt, stride).fill(0).set(code);
    for (let row = 0; row < end; row += SLICE) {
      const rows = Math.min(SLICE, end - row);
      hamming(codesAt + row * stride, stride, rows, queryAt, layout.distances + 2 * row);
    }
  }

  function placeFilter(filter: Uint32Array): void {
    const words = Math.ceil(end / 32);
    const place = new Uint32Array(held().memory.buffer, layout.filter, words);
    place.fill(0).set(filter.subarray(0, words));
  }

  /** The distance within which `n` rows lie, how many of them just there, and how many rows that makes. */
  function limitOf(n: number): { limit: number; equal: number; found: number } {
    const { memory, countDistances } = held();
    const counts = new Uint32Array(memory.buffer, countsAt, countsLength).fill(0);
    countDistances(layout.distances, end, countsAt);
    let below = 0;
    let limit = 0;
    while (limit < bits && below + (counts[limit] as number) < n) below += counts[limit++] as number;
    const equal = Math.min(n - below, counts[limit] as number);
    return { limit, equal, found: below + equal };
  }

  return {
    bits,
    get count() {
      return count;
    },
    get end() {
      return end;
    },
    put(first, codes) {
      const rows = codes.length / width;
      if (!(Number.isInteger(rows) && Number.isInteger(first) && first >= 0 && first + rows <= given)) {
        throw mismatch(`${codes.length} bytes for rows ${first} … of ${given}`, bits);
      }
      take(first, codes);
    },
    append(code) {
      if (code.length !== width) throw mismatch(`A code of ${8 * code.length} bits`, bits);
      if (count === layout.capacity) {
        const larger = layOut(Math.max(256, Math.ceil(count * 1.25)));
        held().memory.reserve(larger.bytes);
        layout = larger;
      }
      take(count, code);
      return count++;
    },
    nearest(code, n, filter) {
      if (code.length !== width) throw mismatch(`A code of ${8 * code.length} bits`, bits);
      if (end === 0 || n <= 0) return { rows: new Uint32Array(0), distances: new Uint16Array(0) };
      const { memory, maskDistances, collectNearest } = held();
      measure(code);
      if (filter !== undefined) {
        placeFilter(filter);
        maskDistances(layout.distances, end, layout.filter, bits + 1);
      }
      const { limit, equal, found } = limitOf(n);
      collectNearest(layout.distances, end, limit, equal, layout.list);
      const rows = new Uint32Array(memory.buffer, layout.list, found).slice();
      const all = new Uint16Array(memory.buffer, layout.distances, end);
      return { rows, distances: Uint16Array.from(rows, (row) => all[row] as number) };
    },
    project(query, rows) {
      if (query.length !== bits) throw mismatch(`A query of ${query.length} values`, bits);
      if (rows.some((row) => row >= count)) throw mismatch(`A row beyond ${count}`, bits);
      const { memory, sumPlanes } = held();
      const { step, total } = placePlanes(query, new Uint8Array(memory.buffer, planesAt, 8 * stride));
      const sums = new Float32Array(rows.length);
      // As many at a time as the list has room for: rows may be named twice.
      for (let at = 0; at < rows.length; at += layout.capacity) {
        const some = rows.subarray(at, at + layout.capacity);
        new Uint32Array(memory.buffer, layout.list, some.length).set(some);
        sumPlanes(codesAt, stride, layout.list, some.length, planesAt, layout.sums);
        // Plus where the bit is set and minus where not: twice what is set less all.
        sums.set(
          new Int32Array(memory.buffer, layout.sums, some.length).map((sum) => 2 * sum - total),
          at,
        );
      }
      return sums.map((sum) => sum * step);
    },
    dispose() {
      kernels = undefined;
      end = 0;
    },
  };
}

/** The binary digits of the query's values, rounded to `step`; `total` is the sum of the rounded ones in steps. */
function placePlanes(query: Float32Array, planes: Uint8Array): { step: number; total: number } {
  const peak = query.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const step = peak / 127 || 1;
  const stride = planes.length / 8;
  planes.fill(0);
  let total = 0;
  for (let i = 0; i < query.length; i++) {
    const value = Math.round((query[i] as number) / step);
    total += value;
    for (let digit = 0; digit < 8; digit++) {
      const at = digit * stride + (i >> 3);
      planes[at] = (planes[at] as number) | (((value >> digit) & 1) << (i & 7));
    }
  }
  return { step, total };
}

function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function mismatch(what: string, bits: number): AfterimageError {
  return new AfterimageError('dimension-mismatch', `${what} met an index of codes of ${bits} bits.`);
}
