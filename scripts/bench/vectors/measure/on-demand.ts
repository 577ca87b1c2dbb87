import { spread } from '../../stats.ts';
import { openSimilarities, readTruth } from '../data/data.ts';
import { type DataSet, type OnDemand, TOLERANCE } from '../protocol.ts';
import { type Recall, recallOf } from './recall.ts';

/** What was fetched for a set where vectors are read as they are needed, and what was found. */
export interface OnDemandRow extends DataSet, Recall {
  readonly queries: number;
  readonly startBytes: number;
  readonly queryBytes: number;
  readonly requests: number;
  /** Milliseconds of a query, with the fetching. */
  readonly p50: number;
  readonly p95: number;
}

/** Queries of a visit. */
export const VISIT = 100;

export function summariseOnDemand(set: DataSet, { answers, ...fetched }: OnDemand): OnDemandRow {
  const similarities = openSimilarities(set.kind);
  const rows = answers.map((answer) => answer.rows);
  const recall = recallOf(rows, readTruth(set), TOLERANCE, similarities.of);
  similarities.close();
  const { p50, p95 } = spread(answers.map(({ ms }) => ms));
  return { ...set, queries: answers.length, ...fetched, p50, p95, ...recall };
}
