import { createDeferred } from '../../engine/async/deferred.ts';

/** A time that begins when what is waited for has been shown. */
export interface Calm {
  /** Resolves once: when the time is over that the first `calmWithin` to end gave. */
  readonly calm: Promise<void>;
  calmWithin(ms: number): void;
}

export function createCalm(): Calm {
  const { promise: calm, resolve } = createDeferred<void>();
  return { calm, calmWithin: (ms) => void setTimeout(resolve, ms) };
}
