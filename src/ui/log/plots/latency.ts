import type { Latency } from '../../../state/log/log-list.ts';

export interface Distribution {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Encoding and searching together. */
export function totalMs(latency: Latency): number {
  return latency.encodeMs + latency.searchMs;
}

/** Nearest-rank percentiles: each is a value that was measured. NaN where there are no values. */
export function distribution(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
