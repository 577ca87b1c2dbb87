import { type Machine, sentence } from '../machine.ts';
import type { DataSet } from '../vectors/protocol.ts';
import type { Measured } from './measure.ts';
import type { Kind } from './sets.ts';

export interface Row extends DataSet {
  readonly index: Kind;
  /** Over the slow line. */
  readonly slow: Measured;
  readonly none: Measured;
}

export interface StaticReport {
  readonly machine: Machine;
  readonly queries: number;
  readonly rows: readonly Row[];
}

const COLUMNS = [
  ...['vectors', 'index', 'before the first answer', 'a first query', 'a later one', 'requests', 'rounds', 'recall@10'],
  ...[
    'opened, slow line',
    'cold, slow line p50',
    'p95',
    'cold, no line p50',
    'p95',
    'again p50',
    'p95',
    'its processor time p50',
    'p95',
  ],
  ...['memory', 'build', 'processor time of the build', 'its memory'],
];

/** A table, a row for each index of each set. */
export function toMarkdown({ machine, queries, rows }: StaticReport): string {
  return [
    `${queries} text queries in a row; slow line: 40 ms, 1.25 MB/s, six requests at a time. ${sentence(machine)}`,
    '',
    `| ${COLUMNS.join(' | ')} |`,
    `|${' --- |'.repeat(COLUMNS.length)}`,
    ...rows.map((row) => `| ${cellsOf(row).join(' | ')} |`),
  ].join('\n');
}

function cellsOf({ kind, count, index, slow, none }: Row): string[] {
  const ms = (value: number) => `${value.toFixed(value < 20 ? 1 : 0)} ms`;
  const mega = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  return [
    ...[`${count.toLocaleString('en')} ${kind}`, index, mega(slow.startBytes), mega(slow.bytes), mega(slow.laterBytes)],
    ...[slow.requests.toFixed(0), slow.rounds.toFixed(1), slow.recall.toFixed(3), ms(slow.startMs)],
    ...[ms(slow.coldMs.p50), ms(slow.coldMs.p95), ms(none.coldMs.p50), ms(none.coldMs.p95)],
    ...[ms(none.warmMs.p50), ms(none.warmMs.p95), ms(none.warmCpuMs.p50), ms(none.warmCpuMs.p95)],
    ...[mega(none.memoryBytes), `${none.buildSeconds.toFixed(0)} s`],
    `${none.buildCpuSeconds.toFixed(0)} s`,
    mega(none.buildBytes),
  ];
}
