/** The figures by which clouds of embeddings are compared. */

import { finish } from '../../../src/engine/async/steps.ts';
import { eigen } from '../../../src/engine/numeric/eigen.ts';
import type { Cloud } from './embed.ts';
import { type Measures, NEIGHBOUR_QUANTILES, SCORE_QUANTILES } from './structure.ts';

export type Spectra = Pick<
  Measures,
  | 'pictureEigenvalues'
  | 'textEigenvalues'
  | 'textAlongPictures'
  | 'gapAlongPictures'
  | 'pictureVariance'
  | 'textVariance'
  | 'gap'
>;
export type Neighbours = Pick<Measures, 'nearest' | 'tenthNearest'>;
export type Scores = Pick<Measures, 'similarityDeviation' | 'best' | 'tenthBest'>;

export function measure(pictures: Cloud, texts: Cloud): Measures {
  return {
    pictures: pictures.count,
    texts: texts.count,
    dim: pictures.dim,
    ...measureSpectra(pictures, texts),
    ...measureNeighbours(pictures),
    ...measureScores(pictures, texts),
  };
}

export function measureSpectra(pictures: Cloud, texts: Cloud): Spectra {
  const { dim } = pictures;
  const pictureMean = meanOf(pictures);
  const textMean = meanOf(texts);
  const textCovariance = covariance(texts, textMean);
  const { values, vectors } = finish(eigen(covariance(pictures, pictureMean), dim));
  const gap = textMean.map((value, i) => value - (pictureMean[i] as number));
  const along = Float64Array.from({ length: dim }, (_, i) =>
    quadraticForm(textCovariance, vectors.subarray(i * dim, (i + 1) * dim)),
  );
  const gapAlong = Float64Array.from(
    { length: dim },
    (_, i) => dotProduct(gap, vectors.subarray(i * dim, (i + 1) * dim)) ** 2,
  );
  const textValues = finish(eigen(textCovariance, dim)).values;
  return {
    pictureEigenvalues: shares(values),
    textEigenvalues: shares(textValues),
    textAlongPictures: shares(along),
    gapAlongPictures: shares(gapAlong),
    pictureVariance: total(values),
    textVariance: total(textValues),
    gap: Math.sqrt(dotProduct(gap, gap)),
  };
}

/** @param probes how many of the pictures, evenly chosen, have their neighbours looked up; all where absent. */
export function measureNeighbours(pictures: Cloud, probes = pictures.count): Neighbours {
  const { dim, count, rows } = pictures;
  const unit = Math.sqrt(2 * variance(pictures));
  const nearest: number[] = [];
  const tenthNearest: number[] = [];
  for (let probe = 0; probe < probes; probe++) {
    const row = Math.floor((probe * count) / probes);
    const scores = similarities(pictures, rows.subarray(row * dim, (row + 1) * dim));
    scores[row] = -1;
    scores.sort();
    const distance = (rank: number) => Math.sqrt(Math.max(0, 2 - 2 * (scores[count - rank] as number))) / unit;
    nearest.push(distance(1));
    tenthNearest.push(distance(10));
  }
  return {
    nearest: quantiles(nearest, NEIGHBOUR_QUANTILES),
    tenthNearest: quantiles(tenthNearest, NEIGHBOUR_QUANTILES),
  };
}

export function measureScores(pictures: Cloud, texts: Cloud): Scores {
  const { dim, count } = pictures;
  const best: number[] = [];
  const tenthBest: number[] = [];
  let deviations = 0;
  for (let text = 0; text < texts.count; text++) {
    const scores = similarities(pictures, texts.rows.subarray(text * dim, (text + 1) * dim)).sort();
    const mean = total(scores) / count;
    const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / count);
    deviations += deviation / texts.count;
    best.push(((scores[count - 1] as number) - mean) / deviation);
    tenthBest.push(((scores[count - 10] as number) - mean) / deviation);
  }
  return {
    similarityDeviation: deviations,
    best: quantiles(best, SCORE_QUANTILES),
    tenthBest: quantiles(tenthBest, SCORE_QUANTILES),
  };
}

/** Cosines of `vector` with every row. */
function similarities({ dim, count, rows }: Cloud, vector: Float32Array): Float32Array {
  const scores = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    const at = row * dim;
    let a = 0;
    let b = 0;
    for (let i = 0; i < dim; i += 2) {
      a += (rows[at + i] as number) * (vector[i] as number);
      b += (rows[at + i + 1] as number) * (vector[i + 1] as number);
    }
    scores[row] = a + b;
  }
  return scores;
}

function meanOf({ dim, count, rows }: Cloud): Float64Array {
  const mean = new Float64Array(dim);
  for (let at = 0; at < count * dim; at++) mean[at % dim] = (mean[at % dim] as number) + (rows[at] as number) / count;
  return mean;
}

/** Sum of the variances of all coordinates of unit vectors: 1 − |mean|². */
function variance(cloud: Cloud): number {
  const mean = meanOf(cloud);
  return 1 - dotProduct(mean, mean);
}

function covariance({ dim, count, rows }: Cloud, mean: Float64Array): Float64Array {
  const matrix = new Float64Array(dim * dim);
  const centred = new Float64Array(dim);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < dim; i++) centred[i] = (rows[row * dim + i] as number) - (mean[i] as number);
    for (let i = 0; i < dim; i++) {
      const value = (centred[i] as number) / count;
      for (let j = i; j < dim; j++)
        matrix[i * dim + j] = (matrix[i * dim + j] as number) + value * (centred[j] as number);
    }
  }
  for (let i = 0; i < dim; i++) for (let j = 0; j < i; j++) matrix[i * dim + j] = matrix[j * dim + i] as number;
  return matrix;
}

function quadraticForm(matrix: Float64Array, vector: Float64Array): number {
  const dim = vector.length;
  let sum = 0;
  for (let i = 0; i < dim; i++)
    sum += (vector[i] as number) * dotProduct(matrix.subarray(i * dim, (i + 1) * dim), vector);
  return sum;
}

function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function total(values: Float64Array | Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** As shares of their sum; what rounding made negative is nothing. */
function shares(values: Float64Array): number[] {
  const sum = total(values);
  return Array.from(values, (value) => Math.max(0, value / sum));
}

/** Values at the given places of the sorted list. */
function quantiles(values: number[], places: readonly number[]): number[] {
  values.sort((a, b) => a - b);
  return places.map((place) => values[Math.round(place * (values.length - 1))] as number);
}
