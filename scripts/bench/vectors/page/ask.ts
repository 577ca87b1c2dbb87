import type { Filter } from '../data/filter.ts';
import { type Answer, DIM, K } from '../protocol.ts';
import type { Searcher } from './engine.ts';

/** Queries `from` … `from + count − 1`, one after the other; `filter` as the searcher has its rows. */
export function ask(searcher: Searcher, queries: Float32Array, from: number, count: number, filter?: Filter): Answer[] {
  const answers: Answer[] = [];
  for (let i = from; i < from + count; i++) {
    const query = queries.slice(i * DIM, (i + 1) * DIM);
    const started = performance.now();
    const found = searcher.search(query, K, filter);
    const ms = performance.now() - started;
    answers.push({ rows: rowsOf(searcher, found), ms });
  }
  return answers;
}

/** Found places as rows. */
export function rowsOf({ order }: Searcher, found: readonly number[]): number[] {
  return Array.from(found, (place) => order?.[place] ?? place);
}
