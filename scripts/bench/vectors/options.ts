import type { Browser } from '@playwright/test';
import type { DataKind, EngineId } from './protocol.ts';
import type { Measured } from './report.ts';

export interface RunOptions {
  readonly browser: Browser;
  readonly origin: string;
  /** Ascending. */
  readonly counts: readonly number[];
  readonly kinds: readonly DataKind[];
  readonly engines: readonly EngineId[];
  /** Milliseconds that one build, load or turn of queries may take. */
  readonly limit: number;
  readonly log: (line: string) => void;
  /** Whether to measure filters too, on the largest set of at most 100,000 … */
  readonly filters: boolean;
  /** … and additions to live indexes. */
  readonly live: boolean;
  /** Whether to measure, on every set that has codes, what is fetched where vectors are read as they are needed. */
  readonly onDemand: boolean;
  /** Widths of the beam to ask engines with, besides the usual one, on the smallest set. */
  readonly beams: readonly number[];
  /** Called with all that is measured so far whenever there is more. */
  readonly onMeasured: (measured: Measured) => Promise<void>;
}
