import type { Ranking } from './ranking.ts';

/** So many ranks are scored again where nothing else is said. */
export const RERANKED = 20;

/** What either score counts. */
export interface RerankWeights {
  /** Of the probability that text and picture match (image–text matching, ITM), in [0, 1]. */
  readonly match: number;
  /** Of the cosine, in [−1, 1]. */
  readonly similarity: number;
}

export const RERANK_WEIGHTS: RerankWeights = { match: 0.7, similarity: 0.3 };

/** Which of the first ranks are scored again, and where they may go. */
export interface RerankPlan {
  /** Ranks, ascending. */
  readonly ranks: readonly number[];
  /** The ranks among them below which results are less sure, ascending; no row crosses one. */
  readonly lines: readonly number[];
}

/** Where the rows of the first ranks were, and what the second look at them gave. */
export interface Reranked {
  /** The model that looked. */
  readonly modelId: string;
  /** By rank as it is now: the rank before. */
  readonly from: readonly number[];
  /** By rank as it is now: the probability that text and picture match; null where it was not looked at. */
  readonly matches: readonly (number | null)[];
}

/** What of an answer says which rows may change places. */
export interface RerankCandidates {
  readonly good: number | null;
  readonly sure?: number | undefined;
  readonly named?: Uint32Array | undefined;
}

/**
 * The ranks to score again: the first `k`, less those that were found by name, which may be right for what no picture
 * shows. They stay where they are.
 */
export function planRerank({ rows }: Ranking, { good, sure, named }: RerankCandidates, k = RERANKED): RerankPlan {
  const byName = new Set(named);
  const ranks = Array.from(rows.subarray(0, k), (row, rank) => (byName.has(row) ? -1 : rank)).filter((at) => at >= 0);
  const lines = [sure, good].filter((at): at is number => typeof at === 'number' && at > 0 && at < k);
  return { ranks, lines: [...new Set(lines)] };
}

/**
 * Put the planned ranks in the order of
 *
 *     score = weights.match × P(match) + weights.similarity × cosine
 *
 * which is 0.7 × ITM + 0.3 × cosine where nothing else is said. That a matching head scores the candidates of a dual
 * encoder again, and that its score is added to the cosine, is the evaluation of ALBEF (Li et al. 2021, arXiv:2107.07651,
 * §3.4 and its `Retrieval.py`) and of BLIP (Li et al. 2022, arXiv:2201.12086, §5.1 and its `train_retrieval.py`), which
 * add the matching logit, a number without bounds. Here it is the probability, so that the weights say what each counts;
 * they are this project's choice, and not from a paper.
 *
 * No row crosses a line between sure and less sure results: they say something of the cosine. Similarities stay those of their rows; the
 * scores, by which pages of a ranking descend, stay with the ranks. Ties keep their order.
 * @param matches P(match) of each of the planned ranks
 */
export function rerank(
  ranking: Ranking,
  { ranks, lines }: RerankPlan,
  matches: ArrayLike<number>,
  weights: RerankWeights = RERANK_WEIGHTS,
): Ranking & Pick<Reranked, 'from' | 'matches'> {
  const scored = ranks.map((rank, i) => {
    const match = matches[i] as number; // parallel
    const similarity = ranking.similarities[rank] as number;
    return { rank, match, score: weights.match * match + weights.similarity * similarity };
  });
  const best = (part: typeof scored) => part.toSorted((a, b) => b.score - a.score || a.rank - b.rank);
  const ends = [...lines, Number.POSITIVE_INFINITY];
  const ordered = ends.flatMap((end, i) => best(scored.filter(({ rank }) => rank < end && rank >= (ends[i - 1] ?? 0))));

  const last = ranks.at(-1) ?? -1;
  const from = Array.from({ length: last + 1 }, (_, rank) => rank);
  const found: (number | null)[] = from.map(() => null);
  const rows = ranking.rows.slice();
  const similarities = ranking.similarities.slice();
  for (const [i, to] of ranks.entries()) {
    const { rank, match } = ordered[i] as (typeof ordered)[number]; // as many
    from[to] = rank;
    found[to] = match;
    rows[to] = ranking.rows[rank] as number;
    similarities[to] = ranking.similarities[rank] as number;
  }
  return { rows, similarities, scores: ranking.scores.slice(), from, matches: found };
}
