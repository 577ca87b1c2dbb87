import type { Machine } from '../machine.ts';
import type { Spread } from '../stats.ts';
import type { Device, Run } from './protocol.ts';

export interface LibraryReport {
  readonly machine: Machine;
  readonly device: Device;
  readonly threads: number;
  readonly megabytes: number;
  /** Indexed while nothing else runs. */
  readonly alone: Run;
  /** Pictures a second of the vision tower alone, in the same browser. */
  readonly bare: number;
  /** Pictures a second of build-index, on the same machine with the same model. */
  readonly node: number;
  readonly queries: { readonly idle: Spread; readonly busy: Spread };
  readonly growth: {
    readonly few: number;
    readonly most: number;
    /** Bytes after so many pictures. */
    readonly after: readonly [number, number];
    readonly failed: number;
  } | null;
}

export function toMarkdown(report: LibraryReport): string {
  const { machine, alone, bare, node, queries, growth, device, threads, megabytes } = report;
  const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rate = alone.pictures / alone.seconds;
  const perSecond = (value: number) => `${value.toFixed(1)} pictures/s`;
  const ms = ({ p50, p95 }: Spread) => `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return [
    `${machine.date}, ${machine.browser}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}. ` +
      `${device}, ${threads} threads; ${megabytes.toFixed(0)} MB of pictures.`,
    '',
    row('measure', 'value', 'aim'),
    row('---', '---', '---'),
    row('indexed in the tab', `${alone.pictures} pictures, ${alone.failed} failed, ${perSecond(rate)}`, ''),
    row('the vision tower alone, in the same browser', perSecond(bare), ''),
    row('tab ÷ tower alone', (rate / bare).toFixed(2), '≥ 0.7'),
    row('build-index in Node', perSecond(node), ''),
    row('tab ÷ build-index', (rate / node).toFixed(2), '≥ 0.5'),
    row('queries while nothing else runs', ms(queries.idle), ''),
    row('queries while pictures are indexed', ms(queries.busy), ''),
    row('p95 while indexing ÷ idle', (queries.busy.p95 / queries.idle.p95).toFixed(2), '≤ 3'),
    ...(growth
      ? [
          row(`memory after ${growth.few} pictures`, mib(growth.after[0]), ''),
          row(`memory after ${growth.most} pictures`, mib(growth.after[1]), ''),
          row('growth', (growth.after[1] / growth.after[0]).toFixed(2), '≤ 1.2'),
        ]
      : []),
    ...Object.entries(alone.steps).map(([step, milliseconds]) =>
      row(`step, of a picture: ${step}`, `${(milliseconds / alone.pictures).toFixed(1)} ms`, ''),
    ),
    '',
    'Steps of several pictures overlap: `prepare` is what `decode`, `pixels`, `thumbnail` and `preview` take together.',
  ].join('\n');
}
