import { also, type Check, finite, list, number01, object, oneOf } from '../formats/check.ts';

/** What a result is judged by, beside its rank: src/engine/search/certainty/features.ts says how each is measured. */
export const FEATURES = ['height', 'gap', 'spread', 'level', 'mostPieces', 'pieces', 'words'] as const;
export type Feature = (typeof FEATURES)[number];

/**
 * How sure it is that a result is right, as measured for a model: logistic regression on features and their products
 * (src/engine/search/certainty/certainty.ts). Kept in `model.json`.
 */
export interface Calibration {
  /** Those used, in the order of the three lists below. */
  readonly features: readonly Feature[];
  /** Of the results that it was set on: features are counted in deviations from their mean. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Of the products of 1 and the features, every two of them once: 1·1, 1·a, 1·b, …, a·a, a·b, …. */
  readonly weights: readonly number[];
  /** A result with this probability or more is one to be sure of. */
  readonly sure: number;
  /** One with this or more may be right; with less it is among the nearest there are. */
  readonly fair: number;
}

/** How many products there are of 1 and `features`. */
export function countProducts(features: number): number {
  return ((features + 1) * (features + 2)) / 2;
}

export const calibration: Check<Calibration> = also(
  object<Calibration>({
    features: list(oneOf(...FEATURES), FEATURES.length),
    mean: list(finite, FEATURES.length),
    deviation: list(finite, FEATURES.length),
    weights: list(finite, countProducts(FEATURES.length)),
    sure: number01,
    fair: number01,
  }),
  ({ features, mean, deviation, weights, sure, fair }) => {
    const n = features.length;
    if (n === 0 || new Set(features).size < n) return 'has no features, or one twice';
    if (mean.length !== n || deviation.length !== n) return 'has not one mean and one deviation for each feature';
    if (deviation.some((value) => value <= 0)) return 'has a deviation that is not above 0';
    if (weights.length !== countProducts(n)) return `has ${weights.length} weights, not ${countProducts(n)}`;
    return fair > sure ? 'has a “fair” above its “sure”' : undefined;
  },
);
