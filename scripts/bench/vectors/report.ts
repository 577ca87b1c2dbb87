import { type Machine, sentence } from '../machine.ts';
import { ENGINES } from './engines.ts';
import type { BeamRow } from './measure/beams.ts';
import type { FilterRow } from './measure/filters.ts';
import type { LiveRow } from './measure/live.ts';
import type { OnDemandRow } from './measure/on-demand.ts';
import { type DataKind, type DataSet, DIM, type EngineId, K } from './protocol.ts';

/** One engine on one set. What is absent was not reached, and `failure` says why. */
export interface VectorsRow {
  readonly kind: DataKind;
  readonly count: number;
  readonly engine: EngineId;
  readonly failure?: string;
  readonly buildMs?: number;
  readonly wireBytes?: number;
  readonly loadMs?: number;
  readonly memoryBytes?: number;
  readonly queries?: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly strict?: number;
  readonly tolerant?: number;
}

export interface Measured {
  readonly rows: VectorsRow[];
  readonly beams: BeamRow[];
  readonly filters: FilterRow[];
  readonly live: LiveRow[];
  readonly onDemand: OnDemandRow[];
  /** What could not be measured beside the rows, in words. */
  readonly failures: string[];
}

export interface VectorsReport extends Measured {
  readonly machine: Machine;
}

interface Column {
  readonly title: string;
  value(row: VectorsRow): number | undefined;
  show(value: number): string;
  /** Whether more is better. */
  readonly more?: boolean;
}

const digits = (value: number, significant: number) =>
  value >= 10 ** (significant - 1) ? Math.round(value).toLocaleString('en') : value.toPrecision(significant);

const COLUMNS: readonly Column[] = [
  {
    title: 'wire, bytes a vector',
    value: ({ wireBytes, count }) => (wireBytes === undefined ? undefined : wireBytes / count),
    show: (value) => Math.round(value).toLocaleString('en'),
  },
  { title: 'load, ms', value: (row) => row.loadMs, show: (value) => digits(value, 2) },
  { title: 'memory, MB', value: (row) => row.memoryBytes, show: (value) => digits(value / 1e6, 2) },
  { title: 'build, s', value: (row) => row.buildMs, show: (value) => digits(value / 1000, 2) },
  { title: 'p50, ms', value: (row) => row.p50, show: (value) => digits(value, 3) },
  { title: 'p95, ms', value: (row) => row.p95, show: (value) => digits(value, 3) },
  { title: `recall@${K}`, value: (row) => row.strict, show: (value) => value.toFixed(3), more: true },
  { title: 'tolerant', value: (row) => row.tolerant, show: (value) => value.toFixed(4), more: true },
];

/** A table for each set; the best of each column is bold, whoever it is. */
export function toMarkdown({ machine, rows, beams, filters, live, onDemand, failures }: VectorsReport): string {
  const sets = new Map<string, VectorsRow[]>();
  for (const row of rows) sets.set(titleOf(row), [...(sets.get(titleOf(row)) ?? []), row]);
  return [
    sentence(machine),
    ...[...sets].map(([title, of]) => `#### ${title}\n\n${tableOf(of)}`),
    ...(beams.length > 0 ? [`#### Width of the beam\n\n${beamTable(beams)}`] : []),
    ...(filters.length > 0 ? [`#### Filters\n\n${filterTable(filters)}`] : []),
    ...(onDemand.length > 0 ? [`#### Vectors fetched as they are needed\n\n${onDemandTable(onDemand)}`] : []),
    ...(live.length > 0 ? [`#### Additions to a live index\n\n${liveTable(live)}`] : []),
    ...(failures.length > 0 ? [`#### Not measured\n\n${failures.map((line) => `- ${line}`).join('\n')}`] : []),
  ].join('\n\n');
}

const titleOf = ({ count, kind }: DataSet) => `${count.toLocaleString('en')} × ${DIM}, ${kind}`;

function tableOf(rows: readonly VectorsRow[]): string {
  const header = ['', ...COLUMNS.map(({ title }) => title), 'p50 ÷ our best'];
  const ours = Math.min(...rows.filter(({ engine }) => ENGINES[engine].own).map(({ p50 }) => p50 ?? Infinity));
  const shown = rows
    .filter(({ p50 }) => p50 !== undefined)
    .map((row) => [ENGINES[row.engine].title, ...COLUMNS.map((column) => cell(column, row, rows)), ratio(row, ours)]);
  const failed = rows.flatMap(({ engine, failure }) => (failure ? [`- ${ENGINES[engine].title}: ${failure}.`] : []));
  return [table(header, shown), failed.join('\n')].filter(Boolean).join('\n\n');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function beamTable(rows: readonly BeamRow[]): string {
  const header = ['', 'efSearch', 'p50, ms', 'p95, ms', `recall@${K}`, 'tolerant'];
  const shown = rows.map((row) => [
    `${ENGINES[row.engine].title}, ${titleOf(row)}`,
    String(row.efSearch),
    digits(row.p50, 3),
    digits(row.p95, 3),
    row.strict.toFixed(3),
    row.tolerant.toFixed(4),
  ]);
  return table(header, shown);
}

/** A scan's time with a filter is set against that of as many rows without one. */
function filterTable(rows: readonly FilterRow[]): string {
  const header = ['', 'rows that pass', 'p50, ms', 'p95, ms', `recall@${K}`, 'tolerant', 'p50 ÷ scan of as many rows'];
  const shown = rows.map((row) => {
    const isWhole = (other: FilterRow) => other.kind === row.kind && other.permille === 1000;
    const whole = rows.find((other) => isWhole(other) && other.engine === 'exact');
    const fair = ((whole?.p50 ?? Number.NaN) * row.passing) / row.count;
    return [
      `${ENGINES[row.engine].title}, ${titleOf(row)}`,
      row.passing.toLocaleString('en'),
      digits(row.p50, 3),
      digits(row.p95, 3),
      row.strict.toFixed(3),
      row.tolerant.toFixed(4),
      `${digits(row.p50 / fair, 2)} ×`,
    ];
  });
  return table(header, shown);
}

function onDemandTable(rows: readonly OnDemandRow[]): string {
  const header = [
    '',
    'bytes a vector at first',
    'after all queries',
    'requests a query',
    'p50, ms',
    'p95, ms',
    `recall@${K}`,
    'tolerant',
  ];
  const shown = rows.map((row) => [
    `${ENGINES.codes.title}, ${row.queries} queries, ${titleOf(row)}`,
    digits(row.startBytes / row.count, 3),
    digits((row.startBytes + row.queryBytes) / row.count, 3),
    digits(row.requests / row.queries, 3),
    digits(row.p50, 3),
    digits(row.p95, 3),
    row.strict.toFixed(3),
    row.tolerant.toFixed(4),
  ]);
  return table(header, shown);
}

function liveTable(rows: readonly LiveRow[]): string {
  const header = [
    '',
    'added in, ms',
    'p50 while they wait, ms',
    `recall@${K}`,
    'taken in, ms',
    'longest step, ms',
    'p50 after, ms',
    `recall@${K} after`,
  ];
  const shown = rows.map((row) => [
    `${ENGINES[row.engine].title}, ${row.additions.toLocaleString('en')} added to ${titleOf(row)}`,
    digits(row.addMs, 2),
    digits(row.waiting.p50, 3),
    row.waiting.strict.toFixed(3),
    digits(row.absorbMs, 3),
    digits(row.longestStepMs, 2),
    digits(row.absorbed.p50, 3),
    row.absorbed.strict.toFixed(3),
  ]);
  return table(header, shown);
}

function cell(column: Column, row: VectorsRow, rows: readonly VectorsRow[]): string {
  const value = column.value(row);
  if (value === undefined) return '–';
  const values = rows.flatMap((other) => column.value(other) ?? []);
  const best = column.more ? Math.max(...values) : Math.min(...values);
  const text = column.show(value);
  return text === column.show(best) ? `**${text}**` : text;
}

function ratio({ p50 }: VectorsRow, ours: number): string {
  return p50 === undefined || !Number.isFinite(ours) ? '–' : `${digits(p50 / ours, 2)} ×`;
}
