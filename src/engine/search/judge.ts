import type { Embedding } from '../numeric/embedding.ts';
import type { QueryEncoder } from '../ports.ts';
import { plainText, type Query } from '../query/query.ts';
import { certaintyCutoff } from './certainty/certainty.ts';
import { type Baseline, baselineOfQuery, type Cutoff, cutoff } from './cutoff.ts';
import type { Ranking } from './ranking.ts';

/**
 * Where the results of a query end that one can be sure of, and those that may be right. A query that is more than a text, and
 * a model that is not calibrated, have one line (cutoff.ts).
 * @param passing how many pictures pass the query's filters; undefined where it has none
 */
export function judge(
  query: Query,
  embedding: Embedding,
  passing: number | undefined,
  { similarities }: Pick<Ranking, 'similarities'>,
  { baseline, encoder }: { readonly baseline: Baseline; readonly encoder: QueryEncoder },
): Cutoff {
  const own = baselineOf(query, baseline, passing);
  const text = plainText({ terms: query.terms, filters: [] });
  const { calibration } = baseline;
  if (!calibration || text === undefined || similarities.length === 0) return cutoff(embedding, own, similarities);
  return certaintyCutoff(baselineOfQuery(embedding, own), similarities, encoder.pieces?.(text), calibration);
}

/**
 * What similarities mean nothing to this query. Ordinary texts say nothing of queries that are more than a text: pictures are
 * nearer to each other than to texts, and what is pushed away takes all similarities along. Of the fewer pictures that pass
 * a filter, chance brings none as near.
 * @param passing how many pictures pass the query's filters; undefined where it has none
 */
function baselineOf({ terms }: Query, baseline: Baseline, passing: number | undefined): Baseline {
  const isText = plainText({ terms, filters: [] }) !== undefined;
  return { ...baseline, count: passing ?? baseline.count, ordinary: isText ? baseline.ordinary : null };
}
