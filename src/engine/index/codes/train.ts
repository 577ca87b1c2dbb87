import { type Steps, share } from '../../async/steps.ts';
import { AfterimageError } from '../../errors.ts';
import { eigen } from '../../numeric/eigen.ts';
import { gaussians } from '../../numeric/gaussians.ts';
import { type Bits, type Code, GROUP, MAX_WIDTH, type Shape } from './code.ts';

export interface TrainOptions {
  readonly dim: number;
  /** What the code is to be like. @param explained share of the variance that so many components see */
  readonly shape: (explained: (width: number) => number) => Shape;
  /** Rows × dim, some of the collection evenly chosen; more than 20,000 teach nothing more. */
  readonly sample: Float32Array;
  readonly seed?: number;
}

export interface Trained extends Code {
  /** Share of the variance of the vectors that the components see, 1 where there is none. */
  readonly explained: number;
}

/** Width of the steps of 2 and of 16 levels that lose least of a normal variable, in standard deviations (Max 1960). */
const STEP: Readonly<Record<Bits, number>> = { 1: 1.5958, 4: 0.3352 };
/** Directions of less than this share of the largest variance are taken as if they had so much. */
const LEAST_VARIANCE = 1e-6;
/** Of vectors of unit norm, in all directions together. Less is rounding: all of them are the same. */
const NO_VARIANCE = 1e-12;
/** When they are done, of the time, about, for 20,000 × 512. */
const [COVARIANCE_SHARE, EIGEN_SHARE, ROTATION_SHARE] = [0.5, 0.94, 0.98];
/** Rows of a step. */
const CHUNK = 64;

/**
 * Learn a code from a sample. Takes time of the order of rows × dim² + dim³: ten seconds for 20,000 × 512.
 * @throws AfterimageError `dimension-mismatch` where sizes do not fit.
 */
export function* trainCode({ dim, shape, sample, seed = 1 }: TrainOptions): Steps<Trained> {
  const rows = sample.length / dim;
  if (!(Number.isInteger(rows) && rows > 0)) throw mismatch(`A sample of ${sample.length} numbers`, dim);
  const centre = meanOf(sample, dim);
  const matrix = yield* share(covariance(sample, dim, centre), 0, COVARIANCE_SHARE);
  const { values, vectors } = yield* share(eigen(matrix, dim), COVARIANCE_SHARE, EIGEN_SHARE);
  const total = sum(values);
  const explained = (of: number) => (total > NO_VARIANCE ? sum(values.subarray(0, of)) / total : 1);
  const { width, bits } = shape(explained);
  if (!(width > 0 && width % GROUP === 0 && width <= Math.min(dim, MAX_WIDTH))) {
    throw mismatch(
      `A code of ${width} components (a multiple of ${GROUP}, at most the dimension and ${MAX_WIDTH})`,
      dim,
    );
  }
  const least = Math.max((values[0] as number) * LEAST_VARIANCE, NO_VARIANCE);
  const variances = values.map((value) => Math.max(value, least));
  const rotation = yield* share(randomRotation(width, seed), EIGEN_SHARE, ROTATION_SHARE);
  const balanced = balancedWeights(variances, vectors, rotation, dim, STEP[bits]);
  const weights = yield* share(balanced, ROTATION_SHARE, 1);
  return { dim, width, bits, centre: Float32Array.from(centre), weights, explained: explained(width) };
}

/** B: what each component adds to a dot product, a step of its quantiser at a time. */
function* balancedWeights(
  variances: Float64Array,
  vectors: Float64Array,
  rotation: Float64Array,
  dim: number,
  stepWidth: number,
): Steps<Float32Array<ArrayBuffer>> {
  const width = Math.sqrt(rotation.length);
  const weights = new Float32Array(width * dim);
  const row = new Float64Array(dim);
  for (let j = 0; j < width; j++) {
    row.fill(0);
    let variance = 0;
    for (let i = 0; i < width; i++) {
      const share = rotation[j * width + i] as number;
      const root = Math.sqrt(variances[i] as number);
      variance += share * share * root;
      addScaled(row, share * Math.sqrt(root), vectors.subarray(i * dim, (i + 1) * dim));
    }
    const step = stepWidth * Math.sqrt(variance);
    weights.set(
      row.map((value) => value * step),
      j * dim,
    );
    yield (j + 1) / width;
  }
  return weights;
}

/** A random orthonormal matrix, row by row: normal numbers, orthogonalised (twice, against rounding). */
function* randomRotation(size: number, seed: number): Steps<Float64Array> {
  const matrix = gaussians(size * size, seed);
  for (let j = 0; j < size; j++) {
    const row = matrix.subarray(j * size, (j + 1) * size);
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < j; i++) {
        const other = matrix.subarray(i * size, (i + 1) * size);
        addScaled(row, -dot(row, other), other);
      }
    }
    const norm = Math.sqrt(dot(row, row));
    for (let i = 0; i < size; i++) row[i] = (row[i] as number) / norm;
    yield (j + 1) / size;
  }
  return matrix;
}

function meanOf(sample: Float32Array, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (let at = 0; at < sample.length; at += dim) {
    for (let i = 0; i < dim; i++) mean[i] = (mean[i] as number) + (sample[at + i] as number);
  }
  return mean.map((value) => (value * dim) / sample.length);
}

function* covariance(sample: Float32Array, dim: number, mean: Float64Array): Steps<Float64Array> {
  const matrix = new Float64Array(dim * dim);
  for (let from = 0; from < sample.length; from += CHUNK * dim) {
    addProducts(matrix, sample.subarray(from, from + CHUNK * dim), dim, mean);
    yield Math.min(1, (from + CHUNK * dim) / sample.length);
  }
  const scale = dim / sample.length;
  for (let i = 0; i < dim; i++) {
    for (let j = i; j < dim; j++) {
      const value = (matrix[i * dim + j] as number) * scale;
      matrix[i * dim + j] = matrix[j * dim + i] = value;
    }
  }
  return matrix;
}

/** Add the products of all pairs of numbers of each row, less the mean, to the upper triangle. */
function addProducts(matrix: Float64Array, rows: Float32Array, dim: number, mean: Float64Array): void {
  const centred = new Float64Array(dim);
  for (let at = 0; at < rows.length; at += dim) {
    for (let i = 0; i < dim; i++) centred[i] = (rows[at + i] as number) - (mean[i] as number);
    for (let i = 0; i < dim; i++) {
      const value = centred[i] as number;
      const row = i * dim;
      for (let j = i; j < dim; j++) matrix[row + j] = (matrix[row + j] as number) + value * (centred[j] as number);
    }
  }
}

function addScaled(to: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (values[i] as number);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function mismatch(what: string, dim: number): AfterimageError {
  return new AfterimageError('dimension-mismatch', `${what} does not fit vectors of dimension ${dim}.`);
}
