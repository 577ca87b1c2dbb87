/** Puts results in the order that a person's thumbs on some of them make. */
import type { Ranking } from '../ranking.ts';

/** Results of a query with what is said of them: of how many, from the top, one can be sure, and how many may be right. */
export interface Found {
  readonly ranking: Ranking;
  readonly good: number | null;
  readonly sure?: number;
}

/** A row that is judged. */
export interface Judged {
  readonly row: number;
  readonly isLiked: boolean;
  /** To the query, of a row that is not among the results; of these it stays what it is. */
  readonly similarity?: number | undefined;
}

/** As in names/fuse.ts: scores only have to descend. */
const K = 60;

/**
 * Liked results first, then all that is not judged, in its order, and last those that were not liked. What was liked is sure,
 * what was not is not. There are as many rows as there were: a liked one from further down takes the place of the last that is
 * not judged.
 */
export function orderByThumbs({ ranking, good, sure }: Found, judged: readonly Judged[]): Found {
  const rankOf = new Map(Array.from(ranking.rows, (row, rank) => [row, rank]));
  const known = new Set(judged.map(({ row }) => row));
  const liked = judged.filter(({ isLiked }) => isLiked);
  const disliked = judged.filter(({ row, isLiked }) => !isLiked && rankOf.has(row));
  const others = [...ranking.rows]
    .filter((row) => !known.has(row))
    .slice(0, Math.max(0, ranking.rows.length - liked.length - disliked.length));
  const results: readonly Omit<Judged, 'isLiked'>[] = [...liked, ...others.map((row) => ({ row })), ...disliked];
  const above = (bound: number) => liked.length + others.filter((row) => (rankOf.get(row) ?? bound) < bound).length;
  return {
    ranking: {
      rows: Uint32Array.from(results, ({ row }) => row),
      similarities: Float32Array.from(results, ({ row, similarity = 0 }) => {
        const rank = rankOf.get(row);
        return rank === undefined ? similarity : (ranking.similarities[rank] ?? 0);
      }),
      scores: Float32Array.from(results, (_, rank) => (K + 1) / (K + 1 + rank)),
    },
    good: good === null ? null : above(good),
    ...(sure !== undefined && { sure: above(sure) }),
  };
}
