import { AfterimageError } from '../../errors.ts';
import { decodeBfloat16 } from '../../numeric/bfloat16.ts';
import { type Balance, createBalance } from './balance.ts';
import { chooseScale, findScale, leastScale, MAX_CODE } from './scales.ts';

export { MAX_CODE };

/**
 * Vectors at a byte a dimension: x ≈ centre + scale · c with c in −127 … 127, one centre (float32 × dim) for all rows, and
 * for each row eight scales (bfloat16), one for each group of dimensions. Centring first pays, because embeddings of
 * pictures share a large common part; groups do, because the largest of 64 numbers is less than that of 512, and with it
 * the step.
 *
 * A scale is the one by which its group loses least (`scales.ts`). Codes are then rounded up or down so that a row loses next
 * to nothing along itself, where the queries that find it see it most (`balance.ts`; scripts/bench/synthetic/choices/ROUNDING.md has
 * the figures of both).
 *
 * What was dequantised gives the same bytes again when it is quantised with the same centre, so a collection that is
 * built anew from its own vectors does not drift:
 *
 * - Of what lies on the lattice of some scale in every group, up to what float32 rounds off, the least such scale is taken,
 *   and its codes are, with nothing balanced. So a row keeps its bytes if these are the scales it has.
 * - That is looked at as soon as it is rounded. Where few numbers of a group are not zero, they may lie on the lattice of a
 *   lesser scale too: a 126 may be a 127 by another scale. Such a row takes the least scales throughout.
 * - Those are always found again: the largest number of a group has code 127 then, which `balance` leaves alone, and by the
 *   scale below it would come to 127.49 or more, which no code stands for; or there is no scale below.
 */
export interface Quantised {
  /** Rows × dim. */
  readonly codes: Int8Array<ArrayBuffer>;
  /** Rows × `GROUPS`, bfloat16: the first half of a float32's bits. */
  readonly scales: Uint16Array<ArrayBuffer>;
}

/** How many scales a row has. At fewer than 16 dimensions some of them scale nothing. */
export const GROUPS = 8;
/** The group of dimension `i`: what one lane of a SIMD register adds up. */
export const groupOf = (i: number): number => (i & 15) >> 1;

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
  const encode = createEncoder(centre);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * dim, (row + 1) * dim];
    encode(vectors.subarray(from, to), {
      codes: codes.subarray(from, to),
      scales: scales.subarray(row * GROUPS, (row + 1) * GROUPS),
    });
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
    decode(codes.subarray(from, from + dim), widened, centre, vectors.subarray(from, from + dim));
  }
  return vectors;
}

function decode(codes: Int8Array, scales: Float32Array, centre: Float32Array, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) {
    into[i] = (centre[i] as number) + (scales[groupOf(i)] as number) * (codes[i] as number);
  }
}

/** Of one row. */
type Encode = (vector: Float32Array, into: { readonly codes: Int8Array; readonly scales: Uint16Array }) => void;

function createEncoder(centre: Float32Array): Encode {
  const dim = centre.length;
  const groups = createGroups(dim);
  const balance = createBalance(dim);
  const widened = new Float32Array(GROUPS);
  const decoded = new Float32Array(dim);
  return (vector, { codes, scales }) => {
    const round = (balanced: boolean) => {
      decodeBfloat16(scales, widened);
      roundToNearest(vector, centre, widened, codes, balance);
      if (!balanced) return;
      // The scale is found again by the largest code.
      for (const peak of groups.peaks) if (peak >= 0) balance.others[peak] = balance.errors[peak] as number;
      balance.run(vector, 0);
      for (let i = 0; i < dim; i++) {
        if (balance.turned[i]) codes[i] = (codes[i] as number) + ((balance.errors[i] as number) < 0 ? 1 : -1);
      }
    };
    groups.read(vector, centre);
    round(!groups.chooseScales(scales));
    decode(codes, widened, centre, decoded);
    groups.read(decoded, centre);
    if (groups.haveScales(scales)) return;
    groups.read(vector, centre);
    scales.set(groups.leastScales);
    round(true);
  };
}

/** The groups of the row that was read last. */
interface Groups {
  /** The dimension of the largest deviation of each; −1 where there are no dimensions. */
  readonly peaks: Int32Array;
  /** bfloat16 */
  readonly leastScales: Uint16Array;
  /** @throws AfterimageError `embedding-invalid` */
  read(vector: Float32Array, centre: Float32Array): void;
  /** @returns whether all of them had been the row's before */
  chooseScales(into: Uint16Array): boolean;
  /** Whether these would be found in all groups. */
  haveScales(scales: Uint16Array): boolean;
}

function createGroups(dim: number): Groups {
  const sizes = new Int32Array(GROUPS);
  for (let i = 0; i < dim; i++) sizes[groupOf(i)] = (sizes[groupOf(i)] as number) + 1;
  const width = Math.max(...sizes);
  const deviations = new Float64Array(GROUPS * width);
  const groups = Array.from(sizes, (size, group) => deviations.subarray(group * width, group * width + size));
  const largest = new Float64Array(GROUPS);
  const [peaks, leastScales] = [new Int32Array(GROUPS), new Uint16Array(GROUPS)];
  return {
    peaks,
    leastScales,
    read(vector, centre) {
      largest.fill(-1);
      peaks.fill(-1);
      for (let i = 0; i < dim; i++) {
        const deviation = (vector[i] as number) - (centre[i] as number);
        const group = groupOf(i);
        deviations[group * width + (i >> 4) * 2 + (i & 1)] = deviation;
        // Also where it is NaN, which stays then.
        if (Math.abs(deviation) <= (largest[group] as number)) continue;
        largest[group] = Math.abs(deviation);
        peaks[group] = i;
        if (!(Math.abs(deviation) < Number.POSITIVE_INFINITY)) {
          throw new AfterimageError('embedding-invalid', 'A vector holds a value that is not a finite number.');
        }
      }
      for (let group = 0; group < GROUPS; group++) leastScales[group] = leastScale(largest[group] as number);
    },
    chooseScales(into) {
      let had = true;
      for (const [group, own] of groups.entries()) {
        const first = leastScales[group] as number;
        const found = findScale(own, first);
        had &&= found !== undefined;
        into[group] = found ?? chooseScale(own, first);
      }
      return had;
    },
    haveScales: (scales) =>
      groups.every((own, group) => findScale(own, leastScales[group] as number) === scales[group]),
  };
}

/** `balance` then knows what it loses. */
function roundToNearest(
  vector: Float32Array,
  centre: Float32Array,
  scales: Float32Array,
  codes: Int8Array,
  { errors, others }: Balance,
): void {
  for (let i = 0; i < vector.length; i++) {
    const scale = scales[groupOf(i)] as number;
    const steps = ((vector[i] as number) - (centre[i] as number)) / scale;
    // By the least scale the largest deviation may come to 127.5.
    const code = Math.max(-MAX_CODE, Math.min(MAX_CODE, Math.round(steps)));
    const error = steps - code;
    const other = error > 0 ? 1 : -1;
    codes[i] = code;
    errors[i] = error * scale;
    others[i] = (Math.abs(code + other) > MAX_CODE ? error : error - other) * scale;
  }
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
