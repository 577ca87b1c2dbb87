import { type AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import type { QueuePorts } from '../../../indexing/library/ports.ts';
import { createQueueMeter } from '../../../indexing/library/progress.ts';
import { runQueue } from '../../../indexing/library/run-queue.ts';
import type { Queue } from '../../../protocol/library-worker.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';

export interface QueueRunnerOptions {
  readonly store: Pick<LibraryStore, 'countWaiting' | 'waiting' | 'dequeue'>;
  readonly ports: QueuePorts<FoundFile>;
  readonly concurrency: number;
  /** Runs `work` while no other tab runs its own; at once where there are no locks. */
  readonly exclusive: (work: () => Promise<void>) => Promise<void>;
  /** Before each run: what can be read may have changed. */
  readonly prepare: () => Promise<void>;
  /** After a run that came to its end: what waits still cannot be read now. */
  readonly onEnd: () => Promise<void>;
  /** Of those that wait, files that have to be chosen again. */
  readonly countToChoose: () => Promise<number>;
  readonly onChange: () => void;
}

/** The queue: whether it runs, and how far it is. */
export interface QueueRunner {
  queue(): Promise<Queue>;
  /** Something waits that can perhaps be read. Does nothing while it is paused. */
  wake(): void;
  /** The visitor pauses it, or (`problem`) it cannot go on. Resolves when nothing is being stored any more. */
  pause(problem?: AfterimageError): Promise<void>;
  /** Go on, also after a problem. */
  resume(): void;
  /** Forget what waits. */
  cancel(): Promise<void>;
  /** Folders are being looked through while `work` runs. */
  listing<T>(work: () => Promise<T>): Promise<T>;
  /** Something is added: to an empty queue it is the first of a new one. */
  added(): Promise<void>;
  retried(files: number): void;
  /** Nothing runs any more, or is going to: for tests, and before everything is deleted. */
  settled(): Promise<void>;
}

export function createQueueRunner(options: QueueRunnerOptions): QueueRunner {
  const { store, exclusive, prepare, onEnd, onChange } = options;
  const meter = createQueueMeter(() => performance.now());
  let isPaused = false;
  let problem: AfterimageError | undefined;
  let listings = 0;
  let isRunning = false;
  let isAsked = false;
  let toChoose = 0;
  let stop = new AbortController();
  let working: Promise<void> = Promise.resolve();

  const ports: QueuePorts<FoundFile> = {
    ...options.ports,
    onProgress(progress) {
      meter.add(progress);
      options.ports.onProgress(progress);
      onChange();
    },
  };

  const runOnce = () =>
    exclusive(async () => {
      if (isPaused) return;
      await prepare();
      isRunning = true;
      meter.begin();
      onChange();
      try {
        await runQueue(ports, { concurrency: options.concurrency, signal: stop.signal });
      } finally {
        isRunning = false;
      }
      if (!stop.signal.aborted) await onEnd();
    });

  const work = async () => {
    try {
      while (isAsked && !isPaused) {
        isAsked = false;
        await runOnce();
      }
      toChoose = await options.countToChoose();
    } catch (error) {
      isPaused = true;
      problem = toAfterimageError(error);
    }
    onChange();
  };
  const wake = () => {
    isAsked = true;
    if (!isPaused) working = working.then(work);
  };
  const pause = async (why?: AfterimageError) => {
    isPaused = true;
    problem = why;
    stop.abort();
    onChange();
    await working;
    onChange();
  };
  const resume = () => {
    isPaused = false;
    problem = undefined;
    if (stop.signal.aborted) stop = new AbortController();
    onChange();
    wake();
  };

  return {
    async queue() {
      const left = await store.countWaiting();
      const { perSecond, ...counts } = meter.counts();
      return {
        ...counts,
        left,
        toChoose: Math.min(left, toChoose),
        state: stateOf(left),
        perSecond,
        secondsLeft: isRunning && perSecond ? left / perSecond : null,
        problem: problem ? { code: problem.code, message: problem.message } : null,
      };
    },
    wake,
    pause,
    resume,
    async cancel() {
      const wasPaused = isPaused;
      await pause();
      for (let files = await store.waiting(FORGOTTEN); files.length > 0; files = await store.waiting(FORGOTTEN)) {
        await store.dequeue(files.map(({ id }) => id));
      }
      toChoose = 0;
      isAsked = false;
      // What was paused and is empty now has nothing to be paused for.
      if (wasPaused || !isRunning) resume();
    },
    async listing(looked) {
      listings++;
      onChange();
      try {
        return await looked();
      } finally {
        listings--;
        onChange();
      }
    },
    async added() {
      if (!isRunning && (await store.countWaiting()) === 0) meter.reset();
    },
    retried: meter.retried,
    settled: () => working,
  };

  function stateOf(left: number): Queue['state'] {
    if (isPaused) return 'paused';
    if (listings > 0) return 'listing';
    if (isRunning) return 'running';
    return left > 0 ? 'waiting' : 'idle';
  }
}

/** Files that are forgotten at a time. */
const FORGOTTEN = 1000;
