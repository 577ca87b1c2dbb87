/** Set a model's calibration: logistic regression on results of which it is known whether they are right. */
import { type Calibration, countProducts, type Feature } from '../../../src/engine/model/calibration.ts';
import { products, standardise } from '../../../src/engine/search/certainty/certainty.ts';
import { half } from '../fit.ts';
import { type Group, type JudgedResult, judgedResults } from './pool.ts';

/** More likely right than not. */
const SURE = 0.5;
/** One in seven is right: worth a look, and nothing to rely on. */
const FAIR = 0.15;
const STEPS = 12;
/** Holds weights that little speaks for near 0. */
const RIDGE = 1e-5;

/** The calibration of the half of each list that constants are set on. */
export function fitCalibration(groups: readonly Group[], features: readonly Feature[]): Calibration {
  const results = judgedResults(groups, (answers) => half(answers, 'set'));
  const { mean, deviation } = moments(results, features);
  const rows = results.map(({ features: values }) =>
    products(
      standardise(
        features.map((feature) => values[feature]),
        { mean, deviation },
      ),
    ),
  );
  const weights = fitLogistic(rows, results);
  return { features, mean, deviation, weights: weights.map(short), sure: SURE, fair: FAIR };
}

function moments(results: readonly JudgedResult[], features: readonly Feature[]) {
  const of = (feature: Feature) => results.map((result) => result.features[feature]);
  const mean = features.map((feature) => short(average(of(feature))));
  const deviation = features.map((feature, i) => {
    const center = mean[i] as number;
    return short(Math.sqrt(average(of(feature).map((value) => (value - center) ** 2))));
  });
  return { mean, deviation };
}

/** Newton's method (iteratively reweighted least squares) with a ridge. */
function fitLogistic(rows: readonly (readonly number[])[], results: readonly JudgedResult[]): number[] {
  const n = rows[0]?.length ?? countProducts(0);
  const weights = new Array<number>(n).fill(0);
  const ridge = RIDGE * results.length;
  for (let step = 0; step < STEPS; step++) {
    const hessian = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? ridge : 0)));
    const gradient = weights.map((weight) => ridge * weight);
    rows.forEach((row, r) => {
      const { right, weight } = results[r] as JudgedResult; // parallel
      const sum = row.reduce((total, value, i) => total + value * (weights[i] as number), 0);
      const probability = 1 / (1 + Math.exp(-sum));
      const error = weight * (probability - Number(right));
      const curve = weight * probability * (1 - probability);
      for (let i = 0; i < n; i++) {
        gradient[i] = (gradient[i] as number) + error * (row[i] as number);
        const line = hessian[i] as number[];
        const scaled = curve * (row[i] as number);
        for (let j = 0; j <= i; j++) line[j] = (line[j] as number) + scaled * (row[j] as number);
      }
    });
    const whole = hessian.map((line, i) => line.map((value, j) => (j <= i ? value : (hessian[j]?.[i] ?? 0))));
    solve(whole, gradient).forEach((change, i) => {
      weights[i] = (weights[i] as number) - change;
    });
  }
  return weights;
}

/** Of a symmetric, positive definite system, by Gauss' elimination. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  for (let i = 0; i < n; i++) {
    const pivot = rows[i] as number[];
    for (let k = i + 1; k < n; k++) {
      const row = rows[k] as number[];
      const factor = (row[i] as number) / (pivot[i] as number);
      for (let j = i; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  const result = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const row = rows[i] as number[];
    let value = row[n] as number;
    for (let j = i + 1; j < n; j++) value -= (row[j] as number) * (result[j] as number);
    result[i] = value / (row[i] as number);
  }
  return result;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** More digits say nothing, and make `model.json` longer. */
function short(value: number): number {
  return Number(value.toPrecision(5));
}
