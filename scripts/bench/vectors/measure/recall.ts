import type { Truth } from '../data/truth.ts';

export interface Recall {
  /** Share of the exact nearest that were found. */
  readonly strict: number;
  /** Share of hits whose exact similarity is within the tolerance of that of the last of the exact nearest. */
  readonly tolerant: number;
}

/**
 * Means over the queries 0 … answers.length − 1. A row that is returned twice counts once, what is missing counts as
 * wrong. `similarity` gives the exact cosine of a query and a row that are not in `truth`.
 */
export function recallOf(
  answers: readonly (readonly number[])[],
  truth: Truth,
  tolerance: number,
  similarity: (query: number, row: number) => number,
): Recall {
  let strict = 0;
  let tolerant = 0;
  answers.forEach((rows, query) => {
    const exact = truth.rows[query] ?? [];
    const last = truth.similarities[query]?.at(-1) ?? Number.NaN;
    const found = new Set(rows.slice(0, exact.length));
    const right = [...found].filter((row) => exact.includes(row));
    const near = [...found].filter((row) => !exact.includes(row) && similarity(query, row) >= last - tolerance);
    strict += right.length / exact.length;
    tolerant += (right.length + near.length) / exact.length;
  });
  return { strict: strict / answers.length, tolerant: tolerant / answers.length };
}
