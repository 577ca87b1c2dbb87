/** Runs what it is given, so many at a time, first come, first served. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** @param concurrency how many run at a time */
export function createLimiter(concurrency: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = async () => {
    if (running < concurrency) running++;
    else await new Promise<void>((begin) => waiting.push(begin));
  };
  /** The one that waited longest takes the place over. */
  const leave = () => {
    const begin = waiting.shift();
    if (begin) begin();
    else running--;
  };

  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

/**
 * `work` on every element, `concurrency` at a time; after a failure none is begun.
 * @throws the first failure, while others may still run
 */
export async function forEachLimited<T>(
  elements: readonly T[],
  concurrency: number,
  work: (element: T) => Promise<void>,
): Promise<void> {
  const remaining = elements.values();
  let failed = false;
  const workThrough = async () => {
    for (const element of remaining) {
      if (failed) return;
      await work(element).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, workThrough));
}
