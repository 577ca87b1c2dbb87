import { type Machine, sentence } from '../machine.ts';
import { MB, table } from '../report.ts';
import { median } from '../stats.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { Visit } from './visit.ts';

export interface Measured {
  /** `this` or `other`. */
  readonly site: string;
  readonly line: string;
  readonly view: string;
  readonly visit: Visit;
}

const TIMES = {
  'first picture': 'firstPicture',
  'first screen of pictures': 'pictures',
  'first answer': 'answer',
} as const;

/** Medians, as docs/measurements.md quotes them. */
export function toMarkdown(machine: Machine, measured: readonly Measured[]): string {
  const places = [...new Set(measured.map(({ line, view }) => `${line}, ${view}`))];
  const times = places.flatMap((place) =>
    Object.entries(TIMES).map(([title, key]) => [
      place,
      title,
      ...pair(measured, place, ({ visit }) => visit[key], seconds),
    ]),
  );
  const kinds = [...KINDS, 'in all'] as const;
  const bytes = places.flatMap((place) =>
    kinds.map((kind) => [place, kind, ...pair(measured, place, ({ visit }) => bytesOf(visit, kind), MB)]),
  );
  return [
    `${sentence(machine)} Medians of ${rounds(measured)} visits each.`,
    table(['line, screen', 'seconds to the', 'this', 'other', 'ratio'], times),
    table(['line, screen', 'bytes until the first answer', 'this', 'other', 'ratio'], bytes),
  ].join('\n\n');
}

/** Of this build and the other one, and the ratio; of what was not measured nothing. */
function pair(
  measured: readonly Measured[],
  place: string,
  value: (one: Measured) => number,
  text: (value: number) => string,
): readonly string[] {
  const of = (site: string) =>
    median(measured.filter((one) => one.site === site && `${one.line}, ${one.view}` === place).map(value));
  const [own, other] = [of('this'), of('other')];
  return Number.isNaN(other) ? [text(own), '', ''] : [text(own), text(other), (own / other).toFixed(2)];
}

function bytesOf({ bytes }: Visit, kind: Kind | 'in all'): number {
  return kind === 'in all' ? KINDS.reduce((sum, one) => sum + bytes[one], 0) : bytes[kind];
}

function rounds(measured: readonly Measured[]): number {
  const [first] = measured;
  return measured.filter((one) => one.site === first?.site && one.line === first.line && one.view === first.view)
    .length;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
