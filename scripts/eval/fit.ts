/** Set the constants of the cut-off on one half of the queries. */
import { type CutoffConstants, cutoffOver } from '../../src/engine/search/cutoff.ts';
import type { Answer } from './evaluate.ts';

/** Of things that are not there, at most this share may have a good match. */
const ABSENT_MATCHED = 0.2;
/** How many of the first pictures a person sees at once. */
const FIRST = 5;
const OWN = [0, 0.125, 0.25, 0.375, 0.5];
const MATCHES = Array.from({ length: 60 }, (_, i) => Number((1 + i / 100).toFixed(2)));

/** A choice of constants, and what it does to the half that it was set on. */
export interface Fit {
  readonly constants: CutoffConstants;
  /** Of things that are not there, the share with a good match. */
  readonly absentMatched: number;
  /** Of all other queries, the share with a right picture among the first five and no good match; mean over their kinds. */
  readonly hidden: number;
}

/**
 * For each `own` the lowest `match` with which few enough things that are not there have a good match.
 * @param answers by kind of query, of one half; `absent` are those to things that are not there
 */
export function fitConstants(
  answers: readonly (readonly Answer[])[],
  absent: readonly Answer[],
  share: number,
): readonly Fit[] {
  return OWN.map((own) => {
    const fits = MATCHES.map((match): Fit => {
      const constants = { own, match, share };
      const hidden = answers.map((list) => mean(list.map((answer) => isHidden(answer, constants))));
      return {
        constants,
        absentMatched: mean(absent.map((answer) => hasMatch(answer, constants))),
        hidden: mean(hidden),
      };
    });
    return fits.find(({ absentMatched }) => absentMatched <= ABSENT_MATCHED) ?? (fits.at(-1) as Fit);
  });
}

/** A right picture is among the first, and no picture is called a good match. */
export function isHidden(answer: Answer, constants?: CutoffConstants): boolean {
  return answer.rows.slice(0, FIRST).some((row) => answer.query.right.has(row)) && !hasMatch(answer, constants);
}

export function hasMatch({ baseline, similarities }: Answer, constants?: CutoffConstants): boolean {
  return (cutoffOver(baseline, similarities, constants).good ?? 0) > 0;
}

/** Every second of `list`: `set` those that constants are set on, `held-out` those that they are judged by. */
export function half<T>(list: readonly T[], which: 'set' | 'held-out'): T[] {
  return list.filter((_, i) => i % 2 === (which === 'set' ? 0 : 1));
}

function mean(values: readonly (number | boolean)[]): number {
  return values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length;
}
