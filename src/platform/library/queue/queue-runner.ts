import { createQueueMeter } from '../../../indexing/library/progress.ts';
import type { Queue } from '../../../protocol/library-worker.ts';
import type { LibraryStore } from '../library-store.ts';
import { createQueueWork, type QueueWork, type QueueWorkOptions } from './queue-work.ts';

export interface QueueRunnerOptions extends QueueWorkOptions {
  readonly store: QueueWorkOptions['store'] & Pick<LibraryStore, 'countWaiting' | 'dequeue'>;
}

/** The queue: whether it runs, and how far it is. */
export interface QueueRunner extends Pick<QueueWork, 'wake' | 'pause' | 'resume' | 'settled'> {
  queue(): Promise<Queue>;
  /** Whether something is being added or looked for. */
  isBusy(): boolean;
  /** Forget what waits. */
  cancel(): Promise<void>;
  /** Folders are being looked through while `work` runs. */
  listing<T>(work: () => Promise<T>): Promise<T>;
  /** Something is added: to an empty queue it is the first of a new one. */
  added(): Promise<void>;
  retried(files: number): void;
}

export function createQueueRunner(options: QueueRunnerOptions): QueueRunner {
  const { store, onChange } = options;
  const meter = createQueueMeter(() => performance.now());
  const { state, emptied, ...work } = createQueueWork(options, meter);
  let listings = 0;

  return {
    ...work,
    isBusy: () => listings > 0 || state().isRunning,
    async queue() {
      const left = await store.countWaiting();
      const { perSecond, ...counts } = meter.counts();
      const { isRunning, problem, toChoose } = state();
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
    async cancel() {
      const wasPaused = state().isPaused;
      await work.pause();
      for (let files = await store.waiting(FORGOTTEN); files.length > 0; files = await store.waiting(FORGOTTEN)) {
        await store.dequeue(files.map(({ id }) => id));
      }
      emptied();
      // What was paused and is empty now has nothing to be paused for.
      if (wasPaused || !state().isRunning) work.resume();
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
      if (!state().isRunning && (await store.countWaiting()) === 0) meter.reset();
    },
    retried: meter.retried,
  };

  function stateOf(left: number): Queue['state'] {
    const { isPaused, isRunning } = state();
    if (isPaused) return 'paused';
    if (listings > 0) return 'listing';
    if (isRunning) return 'running';
    return left > 0 ? 'waiting' : 'idle';
  }
}

/** Files that are forgotten at a time. */
const FORGOTTEN = 1000;
