import { spread } from '../../stats.ts';
import { openSimilarities, readTruth } from '../data/data.ts';
import { type Answer, type DataSet, type Live, TOLERANCE } from '../protocol.ts';
import { type Recall, recallOf } from './recall.ts';

/** How an index of ours took additions; times in milliseconds. */
export interface LiveRow extends DataSet {
  readonly engine: 'hnsw' | 'exact';
  readonly additions: number;
  readonly addMs: number;
  readonly absorbMs: number;
  readonly longestStepMs: number;
  readonly waiting: Recall & { readonly p50: number };
  readonly absorbed: Recall & { readonly p50: number };
}

/** Rows that an index had, and rows that were added to it. */
export const LIVE = { count: 20_000, additions: 1000 } as const;

export function summariseLive(set: DataSet, engine: LiveRow['engine'], live: Live): LiveRow {
  const truth = readTruth({ kind: set.kind, count: set.count + LIVE.additions });
  const similarities = openSimilarities(set.kind);
  const summarise = (answers: readonly Answer[]) => ({
    p50: spread(answers.map(({ ms }) => ms)).p50,
    ...recallOf(
      answers.map(({ rows }) => rows),
      truth,
      TOLERANCE,
      similarities.of,
    ),
  });
  const { addMs, absorbMs, longestStepMs } = live;
  const row = { ...set, engine, additions: LIVE.additions, addMs, absorbMs, longestStepMs };
  const summary = { ...row, waiting: summarise(live.waiting), absorbed: summarise(live.absorbed) };
  similarities.close();
  return summary;
}
