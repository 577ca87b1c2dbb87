/** What the time goes into. Steps overlap, so their sum is more than the time on the clock. */
export type Step = 'list' | 'read' | 'hash' | 'decode' | 'encode' | 'write' | 'graph';
export type Timings = Readonly<Record<Step, number>>;

export interface Stopwatch {
  /** Run `call` and add the milliseconds it took to `step`. */
  time<R>(step: Step, call: () => Promise<R>): Promise<R>;
  readonly timings: Timings;
}

export function createStopwatch(): Stopwatch {
  const timings: Record<Step, number> = { list: 0, read: 0, hash: 0, decode: 0, encode: 0, write: 0, graph: 0 };
  return {
    timings,
    async time(step, call) {
      const start = performance.now();
      try {
        return await call();
      } finally {
        timings[step] += performance.now() - start;
      }
    },
  };
}
