import { type Bitset, hasBit } from '../index/bitset.ts';
import type { Hit } from '../index/vector-index.ts';

/**
 * Rows best first, which is by descending score. The three arrays are parallel. A similarity is the cosine to the query, in
 * [−1, 1], and stays what it is; a score is what the order goes by after fusion and reranking. Where nothing fuses or
 * reranks, both are the same array, and stay so across a worker border.
 */
export interface Ranking {
  readonly rows: Uint32Array;
  readonly similarities: Float32Array;
  readonly scores: Float32Array;
}

/** A ranking by similarity alone, of rows that are in order. */
export function bySimilarity(rows: Uint32Array, similarities: Float32Array): Ranking {
  return { rows, similarities, scores: similarities };
}

/** The ranking of what an index found. */
export function toRanking(hits: readonly Hit[]): Ranking {
  return bySimilarity(
    Uint32Array.from(hits, ({ row }) => row),
    Float32Array.from(hits, ({ similarity }) => similarity),
  );
}

/** A copy of the ranks `from` … `to − 1`; short or empty at the end. */
export function sliceRanking(ranking: Ranking, from = 0, to = ranking.rows.length): Ranking {
  return eachArray(ranking, (values) => values.slice(from, to) as typeof values);
}

/** The ranking of the rows that pass. */
export function filterRanking(ranking: Ranking, filter: Bitset): Ranking {
  return pick(
    ranking,
    ranksWhere(ranking.rows, (row) => hasBit(filter, row)),
  );
}

/** The ranking without some of its rows. */
export function withoutRows(ranking: Ranking, rows: ReadonlySet<number>): Ranking {
  if (rows.size === 0) return ranking;
  return pick(
    ranking,
    ranksWhere(ranking.rows, (row) => !rows.has(row)),
  );
}

/** `first`, then what is in `further` and not in `first`. */
export function extendRanking(first: Ranking, further: Ranking): Ranking {
  const seen = new Set(first.rows);
  const rest = pick(
    further,
    ranksWhere(further.rows, (row) => !seen.has(row)),
  );
  const length = first.rows.length + rest.rows.length;
  const similarities = concat(new Float32Array(length), first.similarities, rest.similarities);
  const isByScore = !(isBySimilarity(first) && isBySimilarity(rest));
  return {
    rows: concat(new Uint32Array(length), first.rows, rest.rows),
    similarities,
    scores: isByScore ? concat(new Float32Array(length), first.scores, rest.scores) : similarities,
  };
}

function isBySimilarity({ similarities, scores }: Ranking): boolean {
  return similarities === scores;
}

/** The ranks whose rows pass, ascending. A loop, because there may be a million. */
function ranksWhere(rows: Uint32Array, passes: (row: number) => boolean): Uint32Array {
  const ranks = new Uint32Array(rows.length);
  let count = 0;
  for (let rank = 0; rank < rows.length; rank++) if (passes(rows[rank] as number)) ranks[count++] = rank;
  return ranks.subarray(0, count);
}

function pick(ranking: Ranking, ranks: Uint32Array): Ranking {
  return eachArray(ranking, (values) => {
    const picked = values.slice(0, ranks.length) as typeof values;
    for (let i = 0; i < ranks.length; i++) picked[i] = values[ranks[i] as number] as number;
    return picked;
  });
}

/** `change` for each array, once for those that are the same. */
function eachArray(ranking: Ranking, change: <T extends Uint32Array | Float32Array>(values: T) => T): Ranking {
  const similarities = change(ranking.similarities);
  return {
    rows: change(ranking.rows),
    similarities,
    scores: isBySimilarity(ranking) ? similarities : change(ranking.scores),
  };
}

function concat<T extends Uint32Array | Float32Array>(to: T, a: T, b: T): T {
  to.set(a);
  to.set(b, a.length);
  return to;
}
