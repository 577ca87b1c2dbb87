import type { Ranking } from '../ranking.ts';

/** How much the first ranks count for more than later ones; 60 in the paper, which finds that little depends on it. */
const K = 60;

export interface Fused {
  readonly ranking: Ranking;
  /** How many of it, from the top, are good matches; null where nobody can tell by similarity. */
  readonly good: number | null;
}

/**
 * The pictures found by similarity and those found by name in one ranking, by reciprocal rank fusion: the score of a picture
 * is Σ 1 / (60 + its rank) over the rankings that it is in (Cormack, Clarke & Büttcher, "Reciprocal rank fusion outperforms
 * Condorcet and individual rank learning methods", 2009), scaled so that the first of both has 1.
 *
 * Only good matches are fused: those above the line, and all that have the name. What lies below the line stays below all
 * of them, in its order, so that `good` still counts from the top. Where no line can be drawn, all are fused. A similarity
 * stays what it is. Where nothing is found by name, the ranking is the one by similarity as it was.
 * @param similar by descending similarity, of which `good` are good matches
 * @param named rows that were found by name, best first; some may be in `similar` too
 */
export function fuseNames(similar: Ranking, good: number | null, named: Ranking): Fused {
  if (named.rows.length === 0) return { ranking: similar, good };
  const judged = good ?? similar.rows.length;
  const found = new Map<number, Candidate>();
  addRanks(found, similar, judged);
  addRanks(found, named, named.rows.length);
  // Ties, which are of pictures with ranks the other way round, by similarity and then by row.
  const top = [...found.values()].sort((a, b) => b.score - a.score || b.similarity - a.similarity || a.row - b.row);
  const below: Candidate[] = [];
  for (let rank = judged; rank < similar.rows.length; rank++) {
    const row = similar.rows[rank] as number; // parallel, as below
    // Behind all ranks above: no score reaches theirs.
    const score = found.has(row) ? 0 : scoreOf(judged + named.rows.length + below.length);
    if (score > 0) below.push({ row, similarity: similar.similarities[rank] as number, score });
  }
  return { ranking: toRanking([...top, ...below]), good: good === null ? null : top.length };
}

/** How many of a ranking, from the top, may be right, and of how many of those one can be sure, where that is known. */
interface Judged {
  readonly sure?: number;
  readonly good: number | null;
}

/**
 * The same where some are less sure than others: a picture with the name is as sure as the surest, so that it is fused with
 * these, and comes before those that only may be right.
 */
export function fuseJudged(similar: Ranking, { sure, good }: Judged, named: Ranking): Judged & { ranking: Ranking } {
  if (good === null || sure === undefined) return fuseNames(similar, good, named);
  const names = new Set(named.rows);
  const fair = similar.rows.subarray(sure, good).filter((row) => !names.has(row)).length;
  const { ranking, good: top } = fuseNames(similar, sure, named);
  return { ranking, sure: top ?? 0, good: (top ?? 0) + fair };
}

interface Candidate {
  readonly row: number;
  readonly similarity: number;
  score: number;
}

function addRanks(found: Map<number, Candidate>, { rows, similarities }: Ranking, count: number): void {
  for (let rank = 0; rank < count; rank++) {
    const row = rows[rank] as number;
    const known = found.get(row);
    if (known) known.score += scoreOf(rank);
    else found.set(row, { row, similarity: similarities[rank] as number, score: scoreOf(rank) });
  }
}

/** Of a rank in one ranking, from 0. */
function scoreOf(rank: number): number {
  return (K + 1) / (2 * (K + 1 + rank));
}

function toRanking(candidates: readonly Candidate[]): Ranking {
  return {
    rows: Uint32Array.from(candidates, ({ row }) => row),
    similarities: Float32Array.from(candidates, ({ similarity }) => similarity),
    scores: Float32Array.from(candidates, ({ score }) => score),
  };
}
