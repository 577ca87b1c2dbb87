/** What certainty is set on and judged by: results of queries whose right answers are known. */
import type { Feature } from '../../../src/engine/model/calibration.ts';
import { featuresAt } from '../../../src/engine/search/certainty/features.ts';
import type { Answer } from '../evaluate.ts';

/** Queries of one language or of one kind of picture. */
export interface Group {
  readonly title: string;
  /** By kind of query, those to which there is something. */
  readonly present: readonly (readonly Answer[])[];
  /** Those to things that are not there. */
  readonly absent: readonly Answer[];
}

/** One result: what it is judged by, whether it is right, and how much it counts. */
export interface JudgedResult {
  readonly features: Readonly<Record<Feature, number>>;
  readonly right: boolean;
  readonly weight: number;
}

/** The first screen, and some of what lies below it. */
const RANKS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 24, 40, 80, 160];
/** There are few lists of things that are not there, and people ask for them as often. */
const ABSENT_WEIGHT = 6;

/** Results of the answers of `groups`, each list as `which` leaves it. */
export function judgedResults(
  groups: readonly Group[],
  which: (answers: readonly Answer[]) => readonly Answer[],
): JudgedResult[] {
  return groups.flatMap(({ present, absent }) => [
    ...present.flatMap((answers) => which(answers).flatMap((answer) => resultsOf(answer, 1))),
    ...which(absent).flatMap((answer) => resultsOf(answer, ABSENT_WEIGHT)),
  ]);
}

function resultsOf({ query, rows, similarities, baseline, pieces }: Answer, weight: number): JudgedResult[] {
  return RANKS.filter((rank) => rank < rows.length).map((rank) => ({
    features: featuresAt(baseline, similarities, rank, pieces),
    right: query.right.has(rows[rank] as number),
    weight,
  }));
}
