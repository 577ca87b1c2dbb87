import type { Latency } from './latency.ts';
import type { Loading } from './loading.ts';
import { type Machine, sentence } from './machine.ts';
import type { Growth } from './memory.ts';

export interface BenchReport {
  readonly machine: Machine;
  readonly pictures: number;
  readonly queries: number;
  /** By configuration: `wasm, 1 thread` … */
  readonly latency: Readonly<Record<string, Latency>>;
  readonly loading: Loading;
  readonly growth: Growth;
  /** Page JavaScript before the workers, gzip, bytes. */
  readonly pageScript: number;
  readonly indexing: { readonly pictures: number; readonly seconds: number };
  /** What was not measured, and why. */
  readonly skipped: readonly string[];
}

export const ms = (value: number) => value.toFixed(1);
const kB = (bytes: number) => `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
export const MB = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** The Markdown summary that docs/measurements.md quotes. */
export function toMarkdown(report: BenchReport): string {
  const { machine, loading, growth } = report;
  const latency = Object.entries(report.latency).flatMap(([name, { encode, search, total, frame }]) =>
    Object.entries({ encode, search, 'total to DOM': total, 'to the next frame': frame }).map(([part, spread]) => [
      name,
      part,
      ms(spread.p50),
      ms(spread.p95),
      ms(spread.max),
    ]),
  );
  const share = ((growth.after1000 / growth.after100 - 1) * 100).toFixed(1);
  const bytes = Object.entries(loading.bytes).map(([kind, count]) => `${kind} ${MB(count)}`);
  const single = [
    ['first result, cold', `${Math.round(loading.cold)} ms`],
    ['first result, warm', `${Math.round(loading.warm)} ms`],
    ['first result, third visit', `${Math.round(loading.later)} ms`],
    ['page JavaScript before the workers, gzip', kB(report.pageScript)],
    ['a first visit loads, uncompressed', bytes.join(', ')],
    ['memory after 100 → 1,000 queries', `${MB(growth.after100)} → ${MB(growth.after1000)} (${share} %)`],
    [
      'build-index, demo pictures',
      `${(report.indexing.pictures / report.indexing.seconds).toFixed(0)} pictures/s (${report.indexing.seconds.toFixed(1)} s)`,
    ],
  ];
  return [
    `${sentence(machine)} ${report.queries} distinct queries over ${report.pictures} pictures, production build on localhost.`,
    table(['milliseconds', 'part', 'p50', 'p95', 'max'], latency),
    table(['measure', 'value'], single),
    ...report.skipped.map((line) => `Not measured: ${line}`),
  ].join('\n\n');
}
