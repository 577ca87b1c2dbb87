import { decodeBfloat16, toBfloat16 } from '../bfloat16.ts';
import { AfterimageError } from '../errors.ts';
import { type Balance, createBalance } from './balance.ts';

/**
 * Vectors at a byte a dimension: x ≈ centre + scale · c with c in −127 … 127, one centre (float32 × dim) for all rows, and
 * for each row eight scales (bfloat16), one for each group of dimensions. Centring first pays, because embeddings of
 * pictures share a large common part; groups do, because the largest of 64 numbers is less than that of 512, and with it
 * the step.
 *
 * Codes are rounded up or down so that a row loses next to nothing along the centre, where queries see it most
 * (`balance.ts`; scripts/bench/synthetic/ROUNDING.md has the figures).
 *
 * What was dequantised gives the same bytes again when it is quantised with the same centre, so a collection that is
 * built anew from its own vectors does not drift. Two things make that so, whatever the float32 arithmetic rounds off: scales
 * have 7 bits after the point only, and none is so small that float32 could not tell codes apart.
 */
export interface Quantised {
  /** Rows × dim. */
  readonly codes: Int8Array<ArrayBuffer>;
  /** Rows × `GROUPS`, bfloat16: the first half of a float32's bits. */
  readonly scales: Uint16Array<ArrayBuffer>;
}

export const MAX_CODE = 127;
/** How many scales a row has. At fewer than 16 dimensions some of them scale nothing. */
export const GROUPS = 8;
/** The group of dimension `i`: what one lane of a SIMD register adds up. */
export const groupOf = (i: number): number => (i & 15) >> 1;

/** What float32 rounds off of values up to 4 is at most a 32nd of such a step. */
const LEAST_SCALE = 2 ** -18;
/** In steps: rows no further from what codes stand for were dequantised. They keep their codes, and nothing is balanced. */
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
  const scales = new Uint16Array(rows * GROUPS);
  const groups = createGroups();
  const balance = createBalance(dim);
  for (let row = 0; row < rows; row++) {
    const from = row * dim;
    groups.measure(vectors, from, centre);
    scales.set(groups.bits, row * GROUPS);
    if (encode(vectors, from, centre, groups, codes, balance)) continue;
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
  { codes, scales }: { readonly codes: Int8Array; readonly scales: Uint16Array },
  dim: number,
  centre: Float32Array,
): Float32Array<ArrayBuffer> {
  if (centre.length !== dim) throw mismatch(centre.length, dim);
  if (countRows(codes.length, dim) * GROUPS !== scales.length) throw mismatch(codes.length, dim);
  const vectors = new Float32Array(codes.length);
  const widened = new Float32Array(GROUPS);
  for (let from = 0, row = 0; from < codes.length; from += dim, row++) {
    decodeBfloat16(scales.subarray(row * GROUPS, (row + 1) * GROUPS), widened);
    for (let i = 0; i < dim; i++) {
      vectors[from + i] = (centre[i] as number) + (widened[groupOf(i)] as number) * (codes[from + i] as number);
    }
  }
  return vectors;
}

/** The groups of one row after the other. */
interface Groups {
  /** Their scales: what is stored, and the numbers that it stands for. */
  readonly bits: Uint16Array;
  readonly scales: Float32Array;
  /** The dimension from which a group's scale follows; −1 where it is the least. */
  readonly peaks: Int32Array;
  /** @throws AfterimageError `embedding-invalid` */
  measure(vectors: Float32Array, from: number, centre: Float32Array): void;
}

function createGroups(): Groups {
  const largest = new Float64Array(GROUPS);
  const [bits, scales, peaks] = [new Uint16Array(GROUPS), new Float32Array(GROUPS), new Int32Array(GROUPS)];
  return {
    bits,
    scales,
    peaks,
    measure(vectors, from, centre) {
      largest.fill(LEAST_SCALE * MAX_CODE);
      peaks.fill(-1);
      for (let i = 0; i < centre.length; i++) {
        const deviation = Math.abs((vectors[from + i] as number) - (centre[i] as number));
        const group = groupOf(i);
        // Also where it is NaN, which stays then.
        if (deviation <= (largest[group] as number)) continue;
        largest[group] = deviation;
        peaks[group] = i;
        if (!(deviation < Number.POSITIVE_INFINITY)) {
          throw new AfterimageError('embedding-invalid', 'A vector holds a value that is not a finite number.');
        }
      }
      for (let group = 0; group < GROUPS; group++) {
        bits[group] = toBfloat16((largest[group] as number) / MAX_CODE);
      }
      decodeBfloat16(bits, scales);
    },
  };
}

/** Round to the nearest; `balance` then knows what it loses. @returns whether the row had been dequantised */
function encode(
  vectors: Float32Array,
  at: number,
  centre: Float32Array,
  { scales, peaks }: Groups,
  codes: Int8Array,
  { errors, others }: Balance,
): boolean {
  let worst = 0;
  for (let i = 0; i < centre.length; i++) {
    const scale = scales[groupOf(i)] as number;
    const steps = ((vectors[at + i] as number) - (centre[i] as number)) / scale;
    // The scale was rounded, perhaps down: the largest deviation may come to 127.5.
    const code = Math.max(-MAX_CODE, Math.min(MAX_CODE, Math.round(steps)));
    const error = steps - code;
    const other = error > 0 ? 1 : -1;
    codes[at + i] = code;
    errors[i] = error * scale;
    others[i] = (Math.abs(code + other) > MAX_CODE ? error : error - other) * scale;
    worst = Math.max(worst, Math.abs(error));
  }
  // The scale follows from the largest code.
  for (const peak of peaks) if (peak >= 0) others[peak] = errors[peak] as number;
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
