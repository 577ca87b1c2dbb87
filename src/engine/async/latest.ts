/** One job runs, one waits; a newer one takes the place of the one that waits. */
export interface Latest<Input, Output> {
  /** Resolves with undefined when a newer job came before this one began, or when `drop` was called. */
  ask(input: Input): Promise<Output | undefined>;
  /** Whether a job runs. */
  isRunning(): boolean;
  /** Forget what runs and what waits. */
  drop(): void;
}

interface Job<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param gate is awaited before each job; only then is it decided which job that is
 * @param run gets the job's input and tells by `isStale` whether a newer one waits
 */
export function createLatest<Input, Output>(
  gate: () => Promise<unknown>,
  run: (input: Input, isStale: () => boolean) => Promise<Output | undefined>,
): Latest<Input, Output> {
  let running: Job<Input, Output> | undefined;
  let waiting: Job<Input, Output> | undefined;
  let busy = false;

  const take = () => {
    running = waiting;
    waiting = undefined;
    return running;
  };

  async function next(): Promise<void> {
    try {
      await gate();
    } catch (error) {
      take()?.reject(error);
      return;
    }
    const job = take();
    if (!job) return;
    const isStale = () => waiting !== undefined || running !== job;
    await run(job.input, isStale).then(job.resolve, job.reject);
  }

  async function pump(): Promise<void> {
    if (busy) return;
    busy = true;
    while (waiting) await next();
    running = undefined;
    busy = false;
  }

  return {
    ask(input) {
      waiting?.resolve(undefined);
      return new Promise((resolve, reject) => {
        waiting = { input, resolve, reject };
        void pump();
      });
    },
    isRunning: () => running !== undefined,
    drop() {
      running?.resolve(undefined);
      waiting?.resolve(undefined);
      running = undefined;
      waiting = undefined;
    },
  };
}
