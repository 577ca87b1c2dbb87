import type { Machine } from '../machine.ts';
import { ENGINES } from './engines.ts';
import { type DataKind, DIM, type EngineId, K } from './protocol.ts';

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

export interface VectorsReport {
  readonly machine: Machine;
  readonly rows: readonly VectorsRow[];
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
export function toMarkdown({ machine, rows }: VectorsReport): string {
  const sets = new Map<string, VectorsRow[]>();
  for (const row of rows) {
    const title = `${row.count.toLocaleString('en')} × ${DIM}, ${row.kind}`;
    sets.set(title, [...(sets.get(title) ?? []), row]);
  }
  return [
    `${machine.date}, ${machine.browser}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    ...[...sets].map(([title, of]) => `#### ${title}\n\n${tableOf(of)}`),
  ].join('\n\n');
}

function tableOf(rows: readonly VectorsRow[]): string {
  const header = ['', ...COLUMNS.map(({ title }) => title), 'p50 ÷ our best'];
  const ours = Math.min(...rows.filter(({ engine }) => ENGINES[engine].own).map(({ p50 }) => p50 ?? Infinity));
  const shown = rows
    .filter(({ p50 }) => p50 !== undefined)
    .map((row) => [ENGINES[row.engine].title, ...COLUMNS.map((column) => cell(column, row, rows)), ratio(row, ours)]);
  const lines = [header, header.map((_, i) => (i === 0 ? '---' : '---:')), ...shown];
  const failed = rows.flatMap(({ engine, failure }) => (failure ? [`- ${ENGINES[engine].title}: ${failure}.`] : []));
  return [lines.map((line) => `| ${line.join(' | ')} |`).join('\n'), failed.join('\n')].filter(Boolean).join('\n\n');
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
