export interface MapOptions {
  /** Calls of `work` at a time. */
  readonly concurrency: number;
  /** Results begun or waiting beyond the one that is asked for: bounds the memory. */
  readonly ahead: number;
}

/**
 * `work` on every element, several at a time, results in the order of the elements. Goes on working while the consumer
 * does something else, until `ahead` results wait. The first failure ends it.
 */
export async function* mapOrdered<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  work: (element: T) => Promise<R>,
  { concurrency, ahead }: MapOptions,
): AsyncGenerator<R, void> {
  const iterator = toAsyncIterator(source);
  const limited = createLimiter(concurrency);
  const queue: Promise<{ value: R } | undefined>[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const begin = () => {
    const next = last.then(() => iterator.next());
    last = next;
    const result = next.then(async (step) =>
      step.done === true ? undefined : { value: await limited(() => work(step.value)) },
    );
    result.catch(() => {}); // It is thrown when its turn comes; until then nobody may be waiting for it.
    queue.push(result);
  };

  try {
    for (let i = 0; i <= ahead; i++) begin();
    for (let result = await queue.shift(); result !== undefined; result = await queue.shift()) {
      begin();
      yield result.value;
    }
  } finally {
    await Promise.allSettled(queue);
    await iterator.return?.();
  }
}

function toAsyncIterator<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  const iterator = source[Symbol.iterator]();
  return { next: async () => iterator.next() };
}

/** Runs at most `concurrency` of the calls given to it at a time, first come, first served. */
function createLimiter(concurrency: number): <R>(call: () => Promise<R>) => Promise<R> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (call) => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await call();
    } finally {
      // The slot passes to the one that waited longest, or is free.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
