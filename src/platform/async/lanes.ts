/** Runs what it is given, so much at a time, in the order in which it came. */
export type Lanes = <T>(work: () => Promise<T>) => Promise<T>;

/** `count` at a time. */
export function createLanes(count: number): Lanes {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = async () => {
    if (running < count) running++;
    else await new Promise<void>((begin) => waiting.push(begin));
  };
  /** Whoever is next takes the place over. */
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
