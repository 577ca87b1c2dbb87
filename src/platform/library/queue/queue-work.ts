import { type AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import type { QueuePorts } from '../../../indexing/library/ports.ts';
import type { QueueMeter } from '../../../indexing/library/progress.ts';
import { runQueue } from '../../../indexing/library/run-queue.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';
import { runWatched } from './suspects.ts';

export interface QueueWorkOptions {
  readonly store: Pick<LibraryStore, 'waiting' | 'fail' | 'inReading' | 'setInReading'>;
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

export interface WorkState {
  readonly isPaused: boolean;
  readonly isRunning: boolean;
  /** Why it paused by itself. */
  readonly problem: AfterimageError | undefined;
  /** Files that had to be chosen again after the last run. */
  readonly toChoose: number;
}

/** The runs of a queue, one after the other. */
export interface QueueWork {
  state(): WorkState;
  /** Something waits that can perhaps be read. Does nothing while it is paused. */
  wake(): void;
  /** The visitor pauses it, or (`problem`) it cannot go on. Resolves when nothing is being stored any more. */
  pause(problem?: AfterimageError): Promise<void>;
  /** Go on, also after a problem. */
  resume(): void;
  /** Nothing waits any more. */
  emptied(): void;
  /** Nothing runs any more, or is going to: for tests, and before everything is deleted. */
  settled(): Promise<void>;
}

/** @param meter told of what each run does */
export function createQueueWork(options: QueueWorkOptions, meter: Pick<QueueMeter, 'begin' | 'add'>): QueueWork {
  const { countToChoose, onChange } = options;
  let isPaused = false;
  let problem: AfterimageError | undefined;
  let isAsked = false;
  let toChoose = 0;
  let working: Promise<void> = Promise.resolve();
  const run = createRun(options, meter, () => isPaused);

  const work = async () => {
    try {
      while (isAsked && !isPaused) {
        isAsked = false;
        await run.once();
      }
      toChoose = await countToChoose();
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

  return {
    state: () => ({ isPaused, isRunning: run.isRunning(), problem, toChoose }),
    wake,
    async pause(why) {
      isPaused = true;
      problem = why;
      run.stop();
      onChange();
      await working;
      onChange();
    },
    resume() {
      isPaused = false;
      problem = undefined;
      run.allow();
      onChange();
      wake();
    },
    emptied() {
      toChoose = 0;
      isAsked = false;
    },
    settled: () => working,
  };
}

/** One run after another, of which none begins while it is paused. */
function createRun(options: QueueWorkOptions, meter: Pick<QueueMeter, 'begin' | 'add'>, isPaused: () => boolean) {
  const { concurrency, exclusive, prepare, onEnd, onChange } = options;
  let isRunning = false;
  let stop = new AbortController();
  const ports: QueuePorts<FoundFile> = {
    ...options.ports,
    onProgress(progress) {
      meter.add(progress);
      options.ports.onProgress(progress);
      onChange();
    },
  };
  return {
    isRunning: () => isRunning,
    once: () =>
      exclusive(async () => {
        if (isPaused()) return;
        await prepare();
        isRunning = true;
        meter.begin();
        onChange();
        try {
          const { signal } = stop;
          await runWatched(options.store, ports, signal, (some) => runQueue(some, { concurrency, signal }));
        } finally {
          isRunning = false;
        }
        if (!stop.signal.aborted) await onEnd();
      }),
    /** End the run that goes on. */
    stop: () => stop.abort(),
    /** After `stop`: runs come to their ends again. */
    allow() {
      if (stop.signal.aborted) stop = new AbortController();
    },
  };
}
