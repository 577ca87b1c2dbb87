import { AfterimageError } from '../errors.ts';
import { type Balance, createBalance } from './balance.ts';

/**
 * Vectors at a byte a dimension: x ≈ centre + scale · c with c in −127 … 127, one centre (float32 × dim) for all rows and
 * one scale (float32) for each. Centring first pays, because embeddings of pictures share a large common part.
 *
 * Codes are rounded up or down so that a row loses next to nothing along the centre, where queries see it most
 * (`balance.ts`; scripts/bench/synthetic/ROUNDING.md has the figures).
 *
 * What was dequantised gives the same bytes again when it is quantised with the same centre, so a collection that is
 * built anew from its own vectors does not drift. Three things make that so, whatever the float32 arithmetic rounds off:
 * scales have 10 bits after the point only, a row that lies within 1/4096 of the centre's largest value has scale 0, and
 * a row whose values are all within 1/8 of a step of their codes keeps these.
 */
export interface Quantised {
  /** Rows × dim. */
  readonly codes: Int8Array<ArrayBuffer>;
  /** One a row, ≥ 0. */
  readonly scales: Float32Array<ArrayBuffer>;
}

export const MAX_CODE = 127;

/** Below this share of the centre's largest value, float32 has too few bits left to tell codes apart. */
const LEAST_DEVIATION = 2 ** -12;
const LEAST_SCALE = 2 ** -100;
/** In steps: rows no further from what codes stand for were dequantised. */
const ON_LATTICE = 1 / 8;

/** The mean of all `vectors` (rows × dim); zeros where there are none. @throws `dimension-mismatch`. */
export function chooseCentre(vectors: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  const mean = createMean(dim);
  mean.add(vectors);
  return mean.mean();
}

export interface Mean {
  /** @param vectors rows × dim. @throws `dimension-mismatch`. */
  add(vectors: Float32Array): void;
  /** Of all that were added; zeros where there are none. */
  mean(): Float32Array<ArrayBuffer>;
  /** The mean of their squared distances from it. */
  variance(): number;
}

/** The mean of vectors that come in parts. */
export function createMean(dim: number): Mean {
  const sums = new Float64Array(dim);
  let squares = 0;
  let rows = 0;
  return {
    add(vectors) {
      rows += countRows(vectors.length, dim);
      for (let at = 0; at < vectors.length; at += dim) {
        for (let i = 0; i < dim; i++) {
          const value = vectors[at + i] as number;
          sums[i] = (sums[i] as number) + value;
          squares += value * value;
        }
      }
    },
    mean: () => Float32Array.from(sums, (sum) => (rows === 0 ? 0 : sum / rows)),
    variance() {
      if (rows === 0) return 0;
      const common = sums.reduce((total, sum) => total + (sum / rows) ** 2, 0);
      return Math.max(0, squares / rows - common);
    },
  };
}

/**
 * The codes and scales of `vectors` (rows × dim) around `centre`. Large sets may be quantised in parts with one centre.
 * @throws AfterimageError `dimension-mismatch`, `embedding-invalid` where a value is not finite.
 */
export function quantise(vectors: Float32Array, dim: number, centre: Float32Array): Quantised {
  const rows = countRows(vectors.length, dim);
  if (centre.length !== dim) throw mismatch(centre.length, dim);
  const codes = new Int8Array(vectors.length);
  const scales = new Float32Array(rows);
  const least = leastScale(centre);
  const balance = createBalance(dim);
  for (let row = 0; row < rows; row++) {
    const from = row * dim;
    const scale = scaleOf(vectors, from, centre, least);
    scales[row] = scale;
    if (scale === 0 || encode(vectors, from, centre, scale, codes, balance)) continue;
    balance.run(centre, 0);
    for (let i = 0; i < dim; i++) {
      if (balance.turned[i])
        codes[from + i] = (codes[from + i] as number) + ((balance.errors[i] as number) < 0 ? 1 : -1);
    }
  }
  return { codes, scales };
}

/** The vectors (rows × dim) that quantised ones stand for; of unit norm up to about 1e-3. @throws `dimension-mismatch`. */
export function dequantise(
  { codes, scales }: { readonly codes: Int8Array; readonly scales: Float32Array },
  dim: number,
  centre: Float32Array,
): Float32Array<ArrayBuffer> {
  if (centre.length !== dim) throw mismatch(centre.length, dim);
  if (countRows(codes.length, dim) !== scales.length) throw mismatch(codes.length, dim);
  const vectors = new Float32Array(codes.length);
  for (let row = 0, at = 0; row < scales.length; row++) {
    const scale = scales[row] as number;
    for (let i = 0; i < dim; i++, at++) vectors[at] = (centre[i] as number) + scale * (codes[at] as number);
  }
  return vectors;
}

function leastScale(centre: Float32Array): number {
  const largest = centre.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return Math.max(LEAST_SCALE, (largest * LEAST_DEVIATION) / MAX_CODE);
}

function scaleOf(vectors: Float32Array, from: number, centre: Float32Array, least: number): number {
  let largest = 0;
  for (let i = 0; i < centre.length; i++) {
    // A NaN stays, so that it is seen below.
    largest = Math.max(largest, Math.abs((vectors[from + i] as number) - (centre[i] as number)));
  }
  if (!(largest < Number.POSITIVE_INFINITY)) {
    throw new AfterimageError('embedding-invalid', 'A vector holds a value that is not a finite number.');
  }
  const scale = roundScale(largest / MAX_CODE);
  return scale < least ? 0 : scale;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest float32 whose last 13 bits are zero. */
function roundScale(scale: number): number {
  float[0] = scale;
  bits[0] = ((bits[0] as number) + 0x1000) & 0xffffe000;
  return float[0] as number;
}

/** Round to the nearest; `balance` then knows what it loses, in steps. @returns whether the row had been dequantised */
function encode(
  vectors: Float32Array,
  at: number,
  centre: Float32Array,
  scale: number,
  codes: Int8Array,
  { errors, others }: Balance,
): boolean {
  const factor = 1 / scale;
  let peak = 0;
  let furthest = 0;
  let worst = 0;
  for (let i = 0; i < centre.length; i++) {
    const steps = ((vectors[at + i] as number) - (centre[i] as number)) * factor;
    // The scale was rounded, perhaps down: the largest deviation may come to 127.1.
    const code = Math.max(-MAX_CODE, Math.min(MAX_CODE, Math.round(steps)));
    const error = steps - code;
    const other = error > 0 ? 1 : -1;
    codes[at + i] = code;
    errors[i] = error;
    others[i] = Math.abs(code + other) > MAX_CODE ? error : error - other;
    worst = Math.max(worst, Math.abs(error));
    if (Math.abs(steps) > furthest) {
      furthest = Math.abs(steps);
      peak = i;
    }
  }
  // The scale follows from the largest code.
  others[peak] = errors[peak] as number;
  return worst <= ON_LATTICE;
}

function countRows(length: number, dim: number): number {
  if (!Number.isInteger(length / dim)) throw mismatch(length, dim);
  return length / dim;
}

function mismatch(actual: number, dim: number): AfterimageError {
  return new AfterimageError(
    'dimension-mismatch',
    `${actual} numbers are no whole number of rows of dimension ${dim}.`,
  );
}
