import type { Feature } from '../../model/calibration.ts';
import { expectedMaximum, type QueryBaseline } from '../cutoff.ts';

/** What is known of a query's words beside their embedding: into how many pieces the model's tokenizer takes each. */
export type Pieces = readonly number[];

/** Of so many pictures the calibrations were set; of more, chance brings some as much nearer. */
const SET_ON = 1594;
/** Words in more pieces are all unknown to the model alike. */
const MOST_PIECES = 5;

/**
 * What one result is judged by. Nothing depends on the range of a model's cosines, which differs from model to model: heights
 * are in deviations of similarities that mean nothing.
 *
 * - `height`: the similarity over the mean of those to this query, in their deviations; of more pictures than it was set on,
 *   by as much less as chance gives more.
 * - `gap`: how far below the best result, in deviations of similarities to ordinary texts.
 * - `spread`, `level`: how the similarities to this query differ from those to ordinary texts: logarithm of the ratio of the
 *   deviations, and distance of the means. A peaked query has a large spread; one that is near to everything a high level.
 * - `mostPieces`, `pieces`, `words`: how well the tokenizer knows the words. What a model has often read is one piece, what it
 *   has never read is many (Sennrich, Haddow & Birch 2016): "gargoyle" falls into pieces that mean garlic and bells.
 *
 * @param best similarities, descending
 * @param pieces none: features of words are 0
 */
export function featuresAt(
  { own, ordinary, count }: QueryBaseline,
  best: ArrayLike<number>,
  rank: number,
  pieces: Pieces | undefined,
): Readonly<Record<Feature, number>> {
  const similarity = best[rank] as number; // the caller's rank
  const known = pieces?.map((one) => Math.min(one, MOST_PIECES)) ?? [];
  const chance = expectedMaximum(SET_ON) / expectedMaximum(Math.max(count, SET_ON));
  return {
    height: ((similarity - own.mean) / own.deviation) * chance,
    gap: ((best[0] as number) - similarity) / ordinary.deviation,
    spread: Math.log(own.deviation / ordinary.deviation),
    level: (own.mean - ordinary.mean) / ordinary.deviation,
    mostPieces: Math.max(0, ...known),
    pieces: known.reduce((sum, one) => sum + one / known.length, 0),
    words: Math.log(Math.max(1, known.length)),
  };
}
