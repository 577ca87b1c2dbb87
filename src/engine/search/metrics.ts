/** Figures of retrieval. A ranking lists rows, best first; `right` are the rows that a query asks for (binary relevance). */

/** 1 when one of the first `k` is right, else 0. */
export function hitAtK(ranking: ArrayLike<number>, right: ReadonlySet<number>, k: number): number {
  for (let rank = 0; rank < Math.min(k, ranking.length); rank++) if (right.has(ranking[rank] as number)) return 1;
  return 0;
}

/**
 * Normalised discounted cumulative gain of the first `k` in [0, 1]: gain 1 for a right row, discounted by
 * log₂(rank + 1), over the best that any ranking could reach (Järvelin & Kekäläinen 2002). 0 when nothing is right.
 */
export function ndcgAtK(ranking: ArrayLike<number>, right: ReadonlySet<number>, k: number): number {
  let gain = 0;
  let ideal = 0;
  for (let rank = 0; rank < k; rank++) {
    const discounted = 1 / Math.log2(rank + 2);
    if (rank < right.size) ideal += discounted;
    if (rank < ranking.length && right.has(ranking[rank] as number)) gain += discounted;
  }
  return ideal === 0 ? 0 : gain / ideal;
}

/** Share of the exact first `k` that is among the first `k` found: how good an index is. 1 when there is nothing. */
export function recallAtK(found: ArrayLike<number>, exact: ArrayLike<number>, k: number): number {
  const wanted = new Set(Array.from(exact).slice(0, k));
  if (wanted.size === 0) return 1;
  return (
    Array.from(found)
      .slice(0, k)
      .filter((row) => wanted.has(row)).length / wanted.size
  );
}

/**
 * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half; by the rank
 * sum of Mann & Whitney (1947). NaN when either side is empty.
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  const scores = [...positives, ...negatives].sort((a, b) => a - b);
  /** Mean rank (from 1) of each distinct score. */
  const ranks = new Map<number, number>();
  for (let start = 0; start < scores.length; ) {
    const score = scores[start] as number;
    let end = start;
    while (end < scores.length && scores[end] === score) end++;
    ranks.set(score, (start + 1 + end) / 2);
    start = end;
  }
  let sum = 0;
  for (const score of positives) sum += ranks.get(score) as number;
  const { length: n } = positives;
  return (sum - (n * (n + 1)) / 2) / (n * negatives.length);
}

/** Rows shown, rows shown and right, and rows right, summed over queries. */
export interface Counts {
  readonly shown: number;
  readonly hits: number;
  readonly right: number;
}

/** Precision (hits ÷ shown) and recall (hits ÷ right), pooled over all queries; 1 and 1 when there is nothing to err on. */
export function precisionRecall(counts: readonly Counts[]): { precision: number; recall: number } {
  let [shown, hits, right] = [0, 0, 0];
  for (const count of counts) {
    shown += count.shown;
    hits += count.hits;
    right += count.right;
  }
  return { precision: shown === 0 ? 1 : hits / shown, recall: right === 0 ? 1 : hits / right };
}
