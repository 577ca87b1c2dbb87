import type { Machine } from '../machine.ts';
import { median, type Spread } from '../stats.ts';
import type { StartReport } from './start.ts';
import type { DeviceReport, Round } from './tab.ts';

export interface LibraryReport {
  readonly machine: Machine;
  readonly devices: readonly DeviceReport[];
  readonly start: StartReport | null;
  /** What was not measured, and why. */
  readonly skipped: readonly string[];
}

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const perSecond = (value: number) => `${value.toFixed(1)} pictures/s`;

export function toMarkdown({ machine, devices, start, skipped }: LibraryReport): string {
  return [
    `${machine.date}, ${machine.browser}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    ...devices.flatMap((device) => ['', ...deviceLines(device)]),
    ...(start ? ['', ...startLines(start)] : []),
    '',
    'Rates and ratios are medians of rounds: the tower alone, the tab and build-index, one after the other. Steps are elapsed',
    'time, and those of several pictures overlap: `prepare` is what `decode`, `pixels`, `thumbnail` and `preview` take together.',
    ...skipped.map((what) => `Not measured: ${what}`),
  ].join('\n');
}

function deviceLines({ device, threads, rounds, alone, queries, searched, growth }: DeviceReport): string[] {
  const of = (what: (round: Round) => number) => median(rounds.map(what));
  const ms = ({ p50, p95 }: Spread) => `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const where = device === 'webgpu' ? 'WebGPU' : `WebAssembly, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return [
    row(where, 'value', 'aim'),
    row('---', '---', '---'),
    row(
      'indexed in the tab',
      `${perSecond(of(({ tab }) => tab))}; ${alone.pictures} pictures, ${alone.failed} failed`,
      '',
    ),
    row('the vision tower alone, in the same browser', perSecond(of(({ bare }) => bare)), ''),
    row('tab ÷ tower alone', of(({ tab, bare }) => tab / bare).toFixed(2), '≥ 0.7'),
    row('build-index in Node', perSecond(of(({ node }) => node)), ''),
    row('tab ÷ build-index', of(({ tab, node }) => tab / node).toFixed(2), '≥ 0.5'),
    row('queries while nothing else runs', ms(queries.idle), ''),
    row('queries while pictures are indexed', ms(queries.busy), ''),
    row('p95 while indexing ÷ idle', (queries.busy.p95 / queries.idle.p95).toFixed(2), '≤ 3'),
    row('indexed in the tab while somebody searches', perSecond(searched.pictures / searched.seconds), ''),
    ...(growth
      ? [
          row(`memory after ${growth.few} pictures`, mib(growth.after[0]), ''),
          row(`memory after ${growth.most} pictures`, `${mib(growth.after[1])}; ${growth.failed} failed`, ''),
          row('growth', (growth.after[1] / growth.after[0]).toFixed(2), '≤ 1.2'),
        ]
      : []),
    ...Object.entries(alone.steps).map(([step, milliseconds]) =>
      row(`step, of a picture: ${step}`, `${(milliseconds / alone.pictures).toFixed(1)} ms`, ''),
    ),
  ];
}

function startLines({ pictures, first, later, demo }: StartReport): string[] {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  return [
    row(`start to the first answer, ${pictures} pictures`, 'value', 'aim'),
    row('---', '---', '---'),
    row('a later visit', seconds(later), '≤ 2 s'),
    row('the first visit of a browser that has them', seconds(first), ''),
    row('a later visit with the demo collection, in turns', seconds(demo), ''),
  ];
}
