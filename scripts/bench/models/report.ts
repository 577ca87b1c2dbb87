import { type Machine, sentence } from '../machine.ts';
import { ms, table } from '../report.ts';
import { median, type Spread, spread } from '../stats.ts';
import type { Asked } from './ask.ts';

/** The way of web demos, and ours. */
export const WAYS = ['demo', 'own'] as const;
export type Way = (typeof WAYS)[number];

export interface DeviceReport {
  readonly device: 'wasm' | 'webgpu';
  readonly gpu: string | undefined;
  readonly asked: Readonly<Record<Way, readonly Asked[]>>;
  /** Milliseconds from the navigation to the first result. */
  readonly cold: Readonly<Record<Way, number>>;
  readonly warm: Readonly<Record<Way, readonly number[]>>;
}

export interface ModelsReport {
  readonly machine: Machine;
  readonly pictures: number;
  readonly devices: readonly DeviceReport[];
  /** What was not measured, and why. */
  readonly skipped: readonly string[];
}

const AIMS = {
  wasm: { p50: 60, p95: 120 },
  webgpu: { p50: 10, p95: undefined },
} as const;
const SHARE = 0.25;
const WARM_MS = 6000;

/** As docs/measurements.md quotes it. */
export function toMarkdown({ machine, pictures, devices, skipped }: ModelsReport): string {
  return [
    `${sentence(machine)} ${pictures} pictures, ${devices[0]?.asked.own.length ?? 0} queries each, in turns, from the key to the paint.`,
    ...devices.map(deviceTable),
    ...skipped.map((line) => `Not measured: ${line}`),
  ].join('\n\n');
}

function deviceTable({ device, gpu, asked, cold, warm }: DeviceReport): string {
  const of = (part: keyof Asked): Record<Way, Spread> => ({
    demo: spread(asked.demo.map((one) => one[part])),
    own: spread(asked.own.map((one) => one[part])),
  });
  const [encode, search, painted, pictures] = [of('encode'), of('search'), of('painted'), of('pictures')];
  const { p50, p95 } = AIMS[device];
  const row = (title: string, demo: number, own: number, aim = '') => [title, ms(demo), ms(own), ratio(own, demo), aim];
  return table(
    [
      device === 'webgpu' ? `WebGPU, ${gpu}: milliseconds` : 'WebAssembly: milliseconds',
      'demos',
      'ours',
      'ratio',
      'aim',
    ],
    [
      row('to encode the query, p50', encode.demo.p50, encode.own.p50),
      row('to search, p50', search.demo.p50, search.own.p50),
      row('to the paint, p50', painted.demo.p50, painted.own.p50, `≤ ${p50}, ratio ≤ ${SHARE}`),
      row('to the paint, p95', painted.demo.p95, painted.own.p95, p95 === undefined ? '' : `≤ ${p95}`),
      row('to the last picture on the screen, p50', pictures.demo.p50, pictures.own.p50),
      row('to the first result, cold', cold.demo, cold.own),
      row('to the first result, warm', median(warm.demo), median(warm.own), `≤ ${WARM_MS}`),
    ],
  );
}

function ratio(own: number, other: number): string {
  return (own / other).toFixed(2);
}
