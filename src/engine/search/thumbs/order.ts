/** Puts results in the order that a person's thumbs on some of them make. */
import type { Ranking } from '../ranking.ts';

/** Results of a query with what is said of them: of how many, from the top, one can be sure, and how many may be right. */
export interface Found {
  readonly ranking: Ranking;
  readonly good: number | null;
  readonly sure?: number;
}

export interface Thumbed extends Found {
  /** Of rows that moved up because they are close to some that were liked: to how many. */
  readonly closer: ReadonlyMap<number, number>;
}

/** A row that is not judged. */
export interface Candidate {
  readonly row: number;
  /** Used where it is not among the results; of these it stays what it is. */
  readonly similarity: number;
  /** What the order goes by, within what is equally sure; of equal ones the order stays. */
  readonly score: number;
  /** To how many of those that were liked it is close. */
  readonly liked: number;
}

/** A row that is judged. */
export interface Pinned {
  readonly row: number;
  readonly similarity: number;
  readonly isLiked: boolean;
}

/** As in names/fuse.ts: scores only have to descend. */
const K = 60;

/**
 * Liked results first, then the others, those that were not liked last. What is sure stays before what is less sure, and that
 * before the rest; within each, by `score`. What was liked is sure, what was not is not. As many rows as there were.
 * @param candidates all rows of `found` that are not judged, and any others
 */
export function orderByThumbs(
  { ranking, good, sure }: Found,
  pinned: readonly Pinned[],
  candidates: readonly Candidate[],
): Thumbed {
  const rankOf = new Map(Array.from(ranking.rows, (row, rank) => [row, rank]));
  const rank = ({ row }: { readonly row: number }) => rankOf.get(row) ?? ranking.rows.length;
  const bounds = [sure ?? 0, good ?? 0];
  const bandOf = (one: Candidate) => bounds.filter((bound) => rank(one) >= bound).length;
  const liked = pinned.filter(({ isLiked }) => isLiked);
  const disliked = pinned.filter((one) => !one.isLiked && rankOf.has(one.row));
  const others = [...candidates]
    .sort((a, b) => bandOf(a) - bandOf(b) || b.score - a.score || rank(a) - rank(b))
    .slice(0, Math.max(0, ranking.rows.length - liked.length - disliked.length));
  const above = (bound: number) => liked.length + others.filter((one) => rank(one) < bound).length;
  return {
    ranking: toRanking([...liked, ...others, ...disliked], (one) => ranking.similarities[rank(one)] ?? one.similarity),
    good: good === null ? null : above(good),
    ...(sure !== undefined && { sure: above(sure) }),
    closer: whichMovedUp(candidates, others, rank),
  };
}

/** Those with fewer others before them than there were, and close to some that were liked. */
function whichMovedUp(
  candidates: readonly Candidate[],
  others: readonly Candidate[],
  rank: (one: Candidate) => number,
): Map<number, number> {
  const before = [...candidates].sort((a, b) => rank(a) - rank(b));
  const place = new Map(before.map(({ row }, i) => [row, i]));
  const moved = others.filter(({ row, liked }, i) => liked > 0 && i < (place.get(row) ?? 0));
  return new Map(moved.map(({ row, liked }) => [row, liked]));
}

function toRanking(results: readonly (Candidate | Pinned)[], similarity: (one: Candidate | Pinned) => number): Ranking {
  return {
    rows: Uint32Array.from(results, ({ row }) => row),
    similarities: Float32Array.from(results, similarity),
    scores: Float32Array.from(results, (_, rank) => (K + 1) / (K + 1 + rank)),
  };
}
