import { finish, type Steps } from '../../async/steps.ts';
import { AfterimageError } from '../../errors.ts';
import { toHalves } from '../../index/quantised/halves.ts';
import {
  createMean,
  dequantise,
  GROUPS,
  MAX_CODE,
  type Mean,
  type Quantised,
  quantise,
} from '../../index/quantised/quantise.ts';
import { decodeBfloat16, toBfloat16 } from '../../numeric/bfloat16.ts';
import { decodeFloat16 } from '../../numeric/float16.ts';
import type { Encoding } from '../types.ts';
import { findBadRow, NORM_TOLERANCE } from './vectors.ts';

interface Shape {
  readonly count: number;
  readonly dim: number;
}
export interface Int8Vectors extends Shape, Quantised {
  readonly encoding: 'int8';
  readonly centre: Float32Array;
}
export interface HalfVectors extends Shape {
  readonly encoding: 'f16';
  /** Rows × dim, IEEE 754 half precision. */
  readonly halves: Uint16Array;
}

/** Nothing lost: for collections that others are made of. */
export interface FloatVectors extends Shape {
  readonly encoding: 'f32';
  /** Rows × dim. */
  readonly floats: Float32Array;
}

/** The vectors of a collection as it stores them. */
export type StoredVectors = Int8Vectors | HalfVectors | FloatVectors;

/**
 * How far a centre may lie from the mean of the rows: the square of that, as a share of the rows' variance. Errors become
 * larger by 15 %, which recall does not show. To choose another centre makes those of
 * the rows that are there half as large again, because they are rounded a second time, and changes all bytes. The mean of
 * five or more of the rows is near enough as a rule; that of another model is not (scripts/bench/synthetic/choices/ROUNDING.md).
 */
const FAR = 1 / 4;
/** Rows of a step, some milliseconds. */
const CHUNK = 256;

/**
 * Vectors in the encoding of a collection.
 * @param vectors count × dim, row by row, unit norm.
 * @param before what the collection held until now, of the same model: its centre is kept, so that the bytes of unchanged
 *   rows are too, unless it lies too far from the rows that there are now.
 * @throws AfterimageError `dimension-mismatch`, `embedding-invalid` when a row is not of unit norm.
 */
export function storeVectors(
  vectors: Float32Array,
  dim: number,
  encoding: Encoding,
  before?: StoredVectors,
): StoredVectors {
  return finish(storingVectors(vectors, dim, encoding, before));
}

/** `storeVectors` in steps: a million vectors take some ten seconds. */
export function* storingVectors(
  vectors: Float32Array,
  dim: number,
  encoding: Encoding,
  before?: StoredVectors,
): Steps<StoredVectors> {
  const count = vectors.length / dim;
  if (!Number.isInteger(count)) {
    throw new AfterimageError('dimension-mismatch', `${vectors.length} numbers are no vectors of dimension ${dim}.`);
  }
  const chunk = (from: number) => vectors.subarray(from * dim, (from + CHUNK) * dim);
  // Vectors that were stored before are of unit norm as far as their encoding goes.
  const tolerance = before ? STORED_TOLERANCE : NORM_TOLERANCE;
  const mean = createMean(dim);
  for (let from = 0; from < count; from += CHUNK) {
    const bad = findBadRow(chunk(from), dim, { tolerance });
    if (bad >= 0)
      throw new AfterimageError('embedding-invalid', `The vector of row ${from + bad} is not of unit norm.`);
    mean.add(chunk(from));
    yield from / count / 2;
  }
  if (encoding === 'f32') return { encoding, count, dim, floats: vectors };
  const store = createVectorStore(encoding, count, dim, keptCentre(before, mean) ?? mean.mean());
  for (let from = 0; from < count; from += CHUNK) {
    store.put(from, chunk(from));
    yield (1 + from / count) / 2;
  }
  return store.stored;
}

/** The centre of `before`, where it suits the rows whose mean this is. */
export function keptCentre(before: StoredVectors | undefined, rows: Mean): Float32Array | undefined {
  const mean = rows.mean();
  if (before?.encoding !== 'int8' || before.dim !== mean.length) return undefined;
  const { centre } = before;
  const distance = mean.reduce((total, value, i) => total + (value - (centre[i] as number)) ** 2, 0);
  return distance <= FAR * rows.variance() ? centre : undefined;
}

/**
 * Vectors stored while they come, without all of them in memory as float32. What comes out is what `storeVectors` makes.
 * @param centre of int8; the mean of all rows that are to come, unless another one is kept.
 * @throws RangeError where the memory does not suffice.
 */
export function createVectorStore(encoding: Encoding, count: number, dim: number, centre: Float32Array) {
  const length = count * dim;
  const stored: StoredVectors =
    encoding === 'int8'
      ? { encoding, count, dim, centre, codes: new Int8Array(length), scales: new Uint16Array(count * GROUPS) }
      : encoding === 'f16'
        ? { encoding, count, dim, halves: new Uint16Array(length) }
        : { encoding, count, dim, floats: new Float32Array(length) };
  return {
    stored,
    /** @param vectors rows × dim, unit norm, from row `first` on. */
    put(first: number, vectors: Float32Array): void {
      if (stored.encoding === 'f16') stored.halves.set(toHalves(vectors, dim), first * dim);
      else if (stored.encoding === 'f32') stored.floats.set(vectors, first * dim);
      else {
        const { codes, scales } = quantise(vectors, dim, stored.centre);
        stored.codes.set(codes, first * dim);
        stored.scales.set(scales, first * GROUPS);
      }
    },
  };
}

/** Of norms: float32 sums of int8 steps. At few dimensions a step is a large part of the norm. */
const STORED_TOLERANCE = 0.05;

/** The vectors that stored ones stand for, count × dim, row by row. */
export function toFloat32(stored: StoredVectors): Float32Array {
  if (stored.encoding === 'int8') return dequantise(stored, stored.dim, stored.centre);
  return stored.encoding === 'f16' ? decodeFloat16(stored.halves) : stored.floats;
}

/** One of them. */
export function vectorOf(stored: StoredVectors, row: number): Float32Array {
  const { dim } = stored;
  const [from, to] = [row * dim, (row + 1) * dim];
  if (stored.encoding === 'f16') return decodeFloat16(stored.halves.subarray(from, to));
  if (stored.encoding === 'f32') return stored.floats.subarray(from, to);
  const scales = stored.scales.subarray(row * GROUPS, (row + 1) * GROUPS);
  return dequantise({ codes: stored.codes.subarray(from, to), scales }, dim, stored.centre);
}

function scalesOf({ scales }: Int8Vectors, row: number): Float32Array {
  return decodeBfloat16(scales.subarray(row * GROUPS, (row + 1) * GROUPS));
}

/**
 * Bring the rows into another order: `order[i]`, a permutation, comes to place `i`. In place: a second million of vectors
 * would be half a gigabyte. @returns the same vectors, which are in no order before the last step
 */
export function* reorderVectors(stored: StoredVectors, order: Uint32Array): Steps<StoredVectors> {
  const { dim } = stored;
  if (stored.encoding === 'f16') yield* permute(stored.halves, dim, order);
  else if (stored.encoding === 'f32') yield* permute(stored.floats, dim, order);
  else {
    yield* permute(stored.codes, dim, order);
    finish(permute(stored.scales, GROUPS, order));
  }
  return stored;
}

/** Along the cycles of the permutation, of each of which one row waits outside. */
function* permute<T extends Float32Array | Int8Array | Uint16Array>(
  rows: T,
  width: number,
  order: Uint32Array,
): Steps<void> {
  const moved = new Uint8Array(order.length);
  let done = 0;
  for (let first = 0; first < order.length; first++) {
    if (moved[first] === 1) continue;
    const waiting = rows.slice(first * width, (first + 1) * width);
    let place = first;
    for (let from = order[place] as number; from !== first; from = order[place] as number) {
      rows.copyWithin(place * width, from * width, (from + 1) * width);
      moved[place] = 1;
      place = from;
      if (++done % CHUNK === 0) yield done / order.length;
    }
    rows.set(waiting, place * width);
    moved[place] = 1;
    if (++done % CHUNK === 0) yield done / order.length;
  }
}

/** Whether both would be written as the same bytes. */
export function isSameVectors(a: StoredVectors, b: StoredVectors): boolean {
  if (a.count !== b.count || a.dim !== b.dim) return false;
  if (a.encoding === 'f16') return b.encoding === 'f16' && isEqual(a.halves, b.halves);
  if (a.encoding === 'f32') return b.encoding === 'f32' && isEqual(a.floats, b.floats);
  return (
    b.encoding === 'int8' && isEqual(a.centre, b.centre) && isEqual(a.scales, b.scales) && isEqual(a.codes, b.codes)
  );
}

function isEqual<T extends Float32Array | Int8Array | Uint16Array>(a: T, b: T): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Rows whose norm is looked at after reading; the hashes vouch for the rest. */
const NORM_SAMPLE = 4096;
/** Rows of unit norm are at most 2 from their centre. NaN and negative numbers are larger as bits. */
const MAX_SCALE = toBfloat16(2.01 / MAX_CODE);

/** What is wrong with vectors that were read, as the end of a sentence. */
export function problemOf(stored: StoredVectors): string | undefined {
  const { count, dim } = stored;
  if (stored.encoding === 'int8') {
    if (!stored.centre.every((value) => Math.abs(value) <= 1.01)) return 'their centre is none.';
    const place = stored.scales.findIndex((scale) => scale > MAX_SCALE);
    if (place >= 0) return `a scale of row ${Math.floor(place / GROUPS)} is none.`;
    if (stored.codes.includes(-128)) return 'they hold a code that stands for nothing.';
  }
  const step = Math.max(1, (count - 1) / (NORM_SAMPLE - 1));
  for (let at = 0; Math.floor(at) < count; at += step) {
    const row = Math.floor(at);
    const scale = stored.encoding === 'int8' ? Math.max(...scalesOf(stored, row)) : 0;
    const tolerance = NORM_TOLERANCE + 1.05 * scale * Math.sqrt(dim);
    if (findBadRow(vectorOf(stored, row), dim, { tolerance }) >= 0)
      return `the vector of row ${row} is not of unit norm.`;
  }
  return undefined;
}
