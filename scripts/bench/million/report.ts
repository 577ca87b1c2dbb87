import { type Machine, sentence } from '../machine.ts';
import { MB, ms, table } from '../report.ts';
import { type Measured, PHASES, sum, type Tasks } from './measure.ts';
import { DIM, type Import } from './prepare.ts';

export interface MillionReport {
  readonly machine: Machine;
  readonly count: number;
  readonly imported: Import;
  readonly visit: Measured;
}

/** What a tab with a million pictures may take. */
const MEMORY_LIMIT = 900e6;

/** The Markdown summary that docs/measurements.md quotes. */
export function toMarkdown({ machine, count, imported, visit }: MillionReport): string {
  const pictures = `${count.toLocaleString('en')} × ${DIM}`;
  const { first, wire, memory, tasks } = visit;
  const all = sum(memory);
  const rows = [
    ['import of the vectors (`build-index --from-npy`)', `${Math.round(imported.seconds)} s`, ''],
    ['most memory that it had', MB(imported.peakBytes), ''],
    ['a first visit loads', MB(sum(wire)), ''],
    ['the first answer is there after', `${seconds(first.ms)}, with ${MB(first.bytes)} loaded`, ''],
    ['and says', `“${first.said}”`, 'while parts are arriving'],
    ['all vectors are there after', seconds(visit.arrivedMs), ''],
    ['search, vector part, p50 and p95', `${ms(visit.search.p50)} and ${ms(visit.search.p95)} ms`, '15 and 25 ms'],
    ['search, to the document, p50 and p95', `${ms(visit.total.p50)} and ${ms(visit.total.p95)} ms`, ''],
    ['memory of page and workers', MB(all), MB(MEMORY_LIMIT)],
    ['before it was scrolled', MB(visit.memoryBeforeScrolling), MB(MEMORY_LIMIT)],
    ...(visit.resident ? [['resident memory of the tab’s process', MB(visit.resident), '']] : []),
    ...PHASES.map((phase) => [`tasks of the main thread over 50 ms, ${phase}`, longTasks(tasks[phase]), 'none']),
  ];
  const kinds = (sizes: Readonly<Record<string, number>>) =>
    Object.entries(sizes)
      .sort(([, a], [, b]) => b - a)
      .map(([kind, bytes]) => `${kind}: ${MB(bytes)}`)
      .join('; ');
  return [
    `${sentence(machine)} ${pictures} made-up vectors with a name each, production build on localhost.`,
    table(['', 'measured', 'limit'], rows),
    `Loaded: ${kinds(wire)}.`,
    `Memory: ${kinds(memory)}.`,
  ].join('\n\n');
}

const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;

function longTasks({ longest, over50, processor }: Tasks): string {
  const clock = longest === null ? 'none' : `${over50}, the longest of ${Math.round(longest)} ms`;
  return processor === null ? clock : `${clock} (at most ${Math.round(processor)} ms of the processor)`;
}
