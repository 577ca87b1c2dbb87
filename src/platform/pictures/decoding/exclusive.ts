/** Many may run at a time, or a single one alone: what libvips says of an error is one text for the whole process. */
export interface Gate {
  /** Run beside others. */
  shared<T>(work: () => Promise<T>): Promise<T>;
  /** Run when all that runs has ended, while nothing else begins. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Work of one kind must not wait for work of the same gate. */
export function createGate(): Gate {
  const running = new Set<Promise<unknown>>();
  /** Ends when the last one that asked to be alone has ended. */
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const settled = (promises: Iterable<Promise<unknown>>) => Promise.allSettled(promises).then(() => {});
  return {
    async shared(work) {
      while (waiting > 0) await last;
      const promise = work();
      running.add(promise);
      try {
        return await promise;
      } finally {
        running.delete(promise);
      }
    },
    async alone(work) {
      waiting++;
      const before = last;
      const promise = (async () => {
        await before;
        await settled(running);
        return work();
      })();
      last = settled([promise]).then(() => {
        waiting--;
      });
      return promise;
    },
  };
}
