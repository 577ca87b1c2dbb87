import type { Adapter } from './adapter.ts';
import { adapterOf, learnAdapter, momentsOf, type Pair, pulled, type Strength } from './learn-adapter.ts';
import { measurePairs, type PairFigures } from './measure-pairs.ts';
import { splitFold } from './split-pairs.ts';

/** What cross-validation says of an adapter. */
export interface ChosenAdapter {
  /** Undefined: none, because it does not find more than the model does by itself. */
  readonly adapter: Adapter | undefined;
  readonly strength: Strength;
  /** Of pictures that were held out, mean over folds: without and with an adapter of this strength. */
  readonly before: PairFigures;
  readonly after: PairFigures;
  /** How much better it finds, the mean of both figures, and the standard error of that over folds. */
  readonly gain: number;
  readonly error: number;
}

const FOLDS = 5;
/** Of a fold: each is compared with each. */
const MOST_MEASURED = 1000;
/** From the least to the most that is changed. */
const PULLS = [1, 2];
const RIDGES = [30, 10, 3, 1];
const STRENGTHS: readonly Strength[] = PULLS.flatMap((pull) => RIDGES.map((ridge) => ({ pull, ridge })));
/** A gain below so many standard errors may be chance. */
const LEAST_ERRORS = 2;

/** Fewer pictures cannot be divided into those that are learned from and those that are held out. */
export const LEAST_PICTURES = 20;
export const LEAST_TEXTS = 2;

/**
 * Learn an adapter of the strength that finds most among pictures that were held out, or of a lesser one that finds as much
 * to within its standard error (Breiman et al., "Classification and Regression Trees", 1984, 3.4.3): it changes other queries less.
 * @param pairs of at least `LEAST_PICTURES` and `LEAST_TEXTS`
 */
export function chooseAdapter(pairs: readonly Pair[]): ChosenAdapter {
  const folds = Array.from({ length: FOLDS }, (_, fold) => splitFold(pairs, fold, FOLDS)).filter(
    ({ learn, heldOut }) => learn.length > 0 && heldOut.length > 0,
  );
  const measured = folds.map(({ heldOut }) => heldOut.slice(0, MOST_MEASURED));
  const learned = folds.map(({ learn }) => {
    const moments = momentsOf(learn);
    return new Map(RIDGES.map((ridge) => [ridge, adapterOf(moments, ridge)]));
  });
  const before = measured.map((some) => measurePairs(some));
  const tried = STRENGTHS.map((strength) => {
    const after = measured.map(
      (some, i) => measurePairs(some, pulled(learned[i]?.get(strength.ridge) as Adapter, strength.pull)), // one a fold and ridge
    );
    const gains = after.map((figures, i) => score(figures) - score(before[i] as PairFigures)); // one a fold
    const gain = mean(gains);
    const deviation = Math.sqrt(gains.reduce((sum, one) => sum + (one - gain) ** 2, 0) / Math.max(1, gains.length - 1));
    return { strength, after: meanFigures(after), gain, error: deviation / Math.sqrt(gains.length) };
  });
  const best = tried.reduce((most, one) => (one.gain > most.gain ? one : most));
  const chosen = tried.find(({ gain }) => gain >= best.gain - best.error) ?? best;
  const isBetter = folds.length > 1 && chosen.gain > 0 && chosen.gain > LEAST_ERRORS * chosen.error;
  return {
    ...chosen,
    before: meanFigures(before),
    adapter: isBetter ? learnAdapter(pairs, chosen.strength) : undefined,
  };
}

function score({ top1, ndcg10 }: PairFigures): number {
  return (top1 + ndcg10) / 2;
}

function meanFigures(all: readonly PairFigures[]): PairFigures {
  const over = (value: (figures: PairFigures) => number) => mean(all.map(value));
  return {
    pictures: all.reduce((sum, { pictures }) => sum + pictures, 0),
    texts: Math.max(...all.map(({ texts }) => texts)),
    top1: over(({ top1 }) => top1),
    ndcg10: over(({ ndcg10 }) => ndcg10),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
