import type { Calibration } from '../../model/calibration.ts';
import { type Cutoff, noLine, type QueryBaseline } from '../cutoff.ts';
import { featuresAt, type Pieces } from './features.ts';
import { neverRising } from './isotonic.ts';

/** Of features beyond so many deviations nothing was measured. */
const FAR = 3;

/**
 * The probability that each of the best results is right, never rising: logistic regression (Platt 1999) on features of the
 * query and of the result, and on their products.
 * @param best similarities of the best hits, descending
 */
export function probabilities(
  baseline: QueryBaseline,
  best: ArrayLike<number>,
  pieces: Pieces | undefined,
  calibration: Calibration,
): Float32Array {
  return neverRising(
    Array.from({ length: best.length }, (_, rank) => {
      const features = featuresAt(baseline, best, rank, pieces);
      const values = standardise(
        calibration.features.map((feature) => features[feature]),
        calibration,
      );
      const sum = products(values).reduce(
        (total, product, i) => total + product * (calibration.weights[i] as number),
        0,
      );
      return 1 / (1 + Math.exp(-sum));
    }),
  );
}

/** In deviations from the mean of what the calibration was set on, and no further away than what was measured. */
export function standardise(
  values: readonly number[],
  { mean, deviation }: Pick<Calibration, 'mean' | 'deviation'>,
): number[] {
  return values.map((value, i) => {
    const distance = (value - (mean[i] as number)) / (deviation[i] as number); // checked to be as many
    return Math.max(-FAR, Math.min(FAR, distance));
  });
}

/** Of 1 and `values`, every two of them once. */
export function products(values: readonly number[]): number[] {
  const all = [1, ...values];
  return all.flatMap((one, i) => all.slice(i).map((other) => one * other));
}

/** Where the results end that one can be sure of, and those that may be right. */
export function certaintyCutoff(
  baseline: QueryBaseline,
  best: ArrayLike<number>,
  pieces: Pieces | undefined,
  calibration: Calibration,
): Cutoff {
  const without = noLine(baseline, best);
  if (without) return without;
  const judged = probabilities(baseline, best, pieces, calibration);
  const atLeast = (least: number) => judged.findLastIndex((probability) => probability >= least) + 1;
  const good = atLeast(calibration.fair);
  return {
    sure: atLeast(calibration.sure),
    good,
    line: good > 0 ? (best[good - 1] as number) : null,
    confidence: judged[0] as number, // there is one, or `noLine` had said so
  };
}
