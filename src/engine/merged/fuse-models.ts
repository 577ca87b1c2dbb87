import type { Ranking } from '../search/ranking.ts';
import type { SearchAnswer } from '../search/search-engine.ts';

/** How much the first ranks count for more than later ones: as where names are fused (../search/names/fuse.ts). */
const K = 60;

/** What one model found among the pictures whose vectors it made. */
export type ModelAnswer = Pick<SearchAnswer, 'rows' | 'similarities' | 'good' | 'sure' | 'unjudged'>;

/** What several models found, in one ranking. */
export interface FusedModels extends Pick<SearchAnswer, 'good' | 'sure' | 'unjudged'> {
  readonly ranking: Ranking;
}

/**
 * What several models found, each among pictures of its own, in one ranking, by reciprocal rank fusion: the order goes by
 * Σ 1 / (60 + rank) over the rankings that a picture is in (Cormack, Clarke & Büttcher, "Reciprocal rank fusion outperforms
 * Condorcet and individual rank learning methods", 2009). Cosines of two models are never compared: one model's best may lie
 * at 0.3, where the other's worst does. No picture is in two of the rankings, so that the ranks of all are taken in turn,
 * which is how disjoint collections are merged where scores mean different things (Voorhees, Gupta & Johnson-Laird, "The
 * collection fusion problem", 1995). The score of a picture is 61 / (60 + its rank among all), so that the first has 1.
 *
 * Each model draws its own lines. What each is sure of is fused and comes first, where it is known, then other good matches,
 * then the rest, all in the same way, so that `sure` and `good` count from the top. What one model cannot judge counts as the
 * rest; where no model can, or where the others find nothing good, nobody can tell for all. A similarity stays what it is.
 * @param answers in descending score each; of equal ranks the first answer's comes first. Rows are those of all
 */
export function fuseModels(answers: readonly ModelAnswer[]): FusedModels {
  const good = answers.reduce((sum, one) => sum + (one.good ?? 0), 0);
  const open = answers.find((one) => one.good === null);
  const surest = (one: ModelAnswer) => one.sure ?? one.good ?? 0;
  const isKnown = answers.every((one) => one.sure !== undefined || !one.good);
  const sure = isKnown ? { sure: answers.reduce((sum, one) => sum + surest(one), 0) } : {};
  const top = inTurn(answers.map((one) => ({ answer: one, from: 0, to: surest(one) })));
  const fair = inTurn(answers.map((one) => ({ answer: one, from: surest(one), to: one.good ?? 0 })));
  const rest = inTurn(answers.map((one) => ({ answer: one, from: one.good ?? 0, to: one.rows.length })));
  const ranking = toRanking([...top, ...fair, ...rest], 0);
  if (open?.unjudged && good === 0) return { ranking, good: null, unjudged: open.unjudged };
  return { ranking, good: open && good === 0 ? null : good, ...(good > 0 && sure) };
}

/**
 * Further ranks of several models in one ranking, which begins at `rank` of the whole.
 * @param pages from the same rank on in each
 */
export function fuseFurther(pages: readonly Pick<Ranking, 'rows' | 'similarities'>[], rank: number): Ranking {
  return toRanking(inTurn(pages.map((answer) => ({ answer, from: 0, to: answer.rows.length }))), rank);
}

interface Candidate {
  readonly row: number;
  readonly similarity: number;
}

/** The first of each, then the second of each, and so on. */
function inTurn(
  parts: readonly {
    readonly answer: Pick<Ranking, 'rows' | 'similarities'>;
    readonly from: number;
    readonly to: number;
  }[],
): Candidate[] {
  const longest = parts.reduce((most, { from, to }) => Math.max(most, to - from), 0);
  const taken: Candidate[] = [];
  for (let at = 0; at < longest; at++) {
    for (const { answer, from, to } of parts) {
      if (from + at >= to) continue;
      const [row, similarity] = [answer.rows[from + at], answer.similarities[from + at]];
      taken.push({ row: row as number, similarity: similarity as number }); // before `to`
    }
  }
  return taken;
}

/** Scores by the place in the whole, so that they descend over good matches and the rest. */
function toRanking(candidates: readonly Candidate[], rank: number): Ranking {
  return {
    rows: Uint32Array.from(candidates, ({ row }) => row),
    similarities: Float32Array.from(candidates, ({ similarity }) => similarity),
    scores: Float32Array.from(candidates, (_, i) => (K + 1) / (K + 1 + rank + i)),
  };
}
