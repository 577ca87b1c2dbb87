/** How well the certainty of results holds, beside the line by height alone (decision 11). */
import type { Calibration } from '../../../src/engine/model/calibration.ts';
import { certaintyCutoff, probabilities } from '../../../src/engine/search/certainty/certainty.ts';
import { type Cutoff, cutoffOver } from '../../../src/engine/search/cutoff.ts';
import { auroc } from '../../../src/engine/search/metrics.ts';
import type { Answer } from '../evaluate.ts';
import { half } from '../fit.ts';
import type { Group } from './pool.ts';

/** Of one way to judge results. */
export interface CertaintyFigures {
  readonly group: string;
  readonly rule: 'certainty' | 'line';
  readonly results: number;
  /** The chance that a right result is judged better than a wrong one. */
  readonly auroc: number;
  /** Expected calibration error (Naeini, Cooper & Hauskrecht 2015), ten bins. The line says 1 above it and 0 below. */
  readonly ece: number;
  /** Of things that are not there, the share with a result that is called sure. */
  readonly absentSure: number;
  /** The same with one that is called sure or less sure. */
  readonly absentGood: number;
  /** Share of the other queries with a right picture among the first five and none that is called sure; mean over kinds. */
  readonly noneSure: number;
  /** The same with none that is called sure or less sure. */
  readonly hidden: number;
  /** Of the results called sure, the share that is right. */
  readonly precision: number | null;
  /** Of the results called less sure, the share that is right; null where none is. */
  readonly fairPrecision: number | null;
}

/** The first screen. */
const RESULTS = 10;
const FIRST = 5;
const BINS = 10;

interface Rule {
  readonly name: CertaintyFigures['rule'];
  cut(answer: Answer): { readonly sure: number; readonly good: number };
  /** Of the first results: what they are ordered by, and the probability that is claimed. */
  scores(answer: Answer): { readonly score: number; readonly claimed: number }[];
}

/** Over the half of each list that no constant was set on. */
export function measureCertainty(groups: readonly Group[], calibration: Calibration): CertaintyFigures[] {
  return groups.flatMap((group) => [byCertainty(calibration), BY_LINE].map((rule) => figuresOf(group, rule)));
}

function byCertainty(calibration: Calibration): Rule {
  return {
    name: 'certainty',
    cut: ({ baseline, similarities, pieces }) => counted(certaintyCutoff(baseline, similarities, pieces, calibration)),
    scores: ({ baseline, similarities, pieces }) =>
      Array.from(probabilities(baseline, similarities, pieces, calibration).subarray(0, RESULTS), (claimed) => {
        return { score: claimed, claimed };
      }),
  };
}

const BY_LINE: Rule = {
  name: 'line',
  cut: ({ baseline, similarities }) => counted(cutoffOver(baseline, similarities)),
  scores({ baseline, similarities }) {
    const { good, confidence } = cutoffOver(baseline, similarities);
    const top = similarities[0] ?? 0;
    const { ordinary } = baseline;
    return similarities.slice(0, RESULTS).map((similarity, rank) => ({
      score: (confidence * (similarity - ordinary.mean)) / (top - ordinary.mean),
      claimed: rank < (good ?? 0) ? 1 : 0,
    }));
  },
};

/** The line calls all good matches good alike. */
function counted({ sure, good }: Cutoff): ReturnType<Rule['cut']> {
  return { sure: sure ?? good ?? 0, good: good ?? 0 };
}

function figuresOf({ title, present, absent }: Group, rule: Rule): CertaintyFigures {
  const held = present.map((answers) => half(answers, 'held-out'));
  const gone = half(absent, 'held-out');
  const results = [...held.flat(), ...gone].flatMap((answer) =>
    rule
      .scores(answer)
      .map((scored, rank) => ({ ...scored, right: answer.query.right.has(answer.rows[rank] as number) })),
  );
  const scoresOf = (right: boolean) => results.filter((one) => one.right === right).map(({ score }) => score);
  const share = (answers: readonly Answer[], is: (answer: Answer) => boolean) =>
    answers.filter(is).length / answers.length;
  const isFound = ({ rows, query }: Answer) => rows.slice(0, FIRST).some((row) => query.right.has(row));
  const cuts = new Map([...held.flat(), ...gone].map((answer) => [answer, rule.cut(answer)]));
  const cut = (answer: Answer) => cuts.get(answer) ?? { sure: 0, good: 0 };
  const lost = (of: (cut: ReturnType<Rule['cut']>) => number) =>
    mean(held.map((answers) => share(answers, (answer) => isFound(answer) && !of(cut(answer)))));
  return {
    group: title,
    rule: rule.name,
    results: results.length,
    auroc: auroc(scoresOf(true), scoresOf(false)),
    ece: calibrationError(results),
    absentSure: share(gone, (answer) => cut(answer).sure > 0),
    absentGood: share(gone, (answer) => cut(answer).good > 0),
    noneSure: lost(({ sure }) => sure),
    hidden: lost(({ good }) => good),
    precision: shareRight(held.flat(), (answer) => [0, cut(answer).sure]),
    fairPrecision: shareRight(held.flat(), (answer) => [cut(answer).sure, cut(answer).good]),
  };
}

/** Of the results in a part of each answer, from a rank to before another, the share that is right; null where there are none. */
function shareRight(answers: readonly Answer[], part: (answer: Answer) => [number, number]): number | null {
  const results = answers.flatMap((answer) =>
    answer.rows.slice(...part(answer)).map((row) => answer.query.right.has(row)),
  );
  return results.length === 0 ? null : mean(results.map(Number));
}

/** How far what is claimed is from what is so, by bins of what is claimed. */
export function calibrationError(results: readonly { readonly claimed: number; readonly right: boolean }[]): number {
  const bins = Array.from({ length: BINS }, () => ({ claimed: 0, right: 0 }));
  for (const { claimed, right } of results) {
    const bin = bins[Math.min(BINS - 1, Math.floor(claimed * BINS))] as { claimed: number; right: number };
    bin.claimed += claimed;
    bin.right += Number(right);
  }
  return bins.reduce((sum, { claimed, right }) => sum + Math.abs(claimed - right), 0) / results.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
