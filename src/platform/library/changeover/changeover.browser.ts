import { type AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import { createQueueMeter } from '../../../indexing/library/progress.ts';
import { type ChangeoverPorts, type LeftPicture, runChangeover } from '../../../indexing/library/run-changeover.ts';
import type { Changeover as ChangeoverState } from '../../../protocol/library-worker.ts';
import { scoped } from '../../../site/scope.ts';
import type { LibraryModel, LibraryStore, StoredPicture } from '../library-store.ts';
import type { QueueRunner } from '../queue/queue-runner.ts';
import type { Tabs } from '../queue/tabs.browser.ts';

export interface ChangeoverOptions {
  readonly baseUrl: string;
  readonly store: LibraryStore;
  readonly runner: Pick<QueueRunner, 'queue' | 'pause' | 'resume'>;
  readonly tabs: Pick<Tabs, 'exclusive'>;
  /**
   * Read what the model needs before it can look at pictures and answer queries, so that nobody waits for it when it has
   * taken the place of the other.
   */
  readonly download: (model: LibraryModel, signal: AbortSignal, onProgress: OnProgress) => Promise<void>;
  /** How pictures are read and embedded by it; the old one goes on looking at what is added. */
  readonly open: (model: LibraryModel) => Promise<Looking>;
  readonly onState: () => void;
}

/** Looks at pictures with the new model, until it is closed. */
export interface Looking extends Pick<ChangeoverPorts<StoredPicture>, 'pixels' | 'encoder'> {
  close(): void;
}

type OnProgress = (loaded: number, total: number) => void;

/** Embedding the library again with another model, the old vectors answering until the new ones are complete. */
export interface Changeover {
  /** Undefined while nothing is being changed. */
  state(): Promise<ChangeoverState | null>;
  /** Begin, or begin again with another model. */
  begin(model: LibraryModel): Promise<void>;
  pause(): Promise<void>;
  /** Go on: after a pause, a problem, or when pictures are at hand again. */
  resume(): void;
  /** Files may be at hand that were not. */
  lookAgain(): void;
  /** Forget what has been made. */
  cancel(): Promise<void>;
  /** Take the new vectors without those of the pictures that are left. */
  finish(): Promise<void>;
  close(): void;
}

/** What is said of pictures that are left. */
const MOST_NAMED = 100;
/** How often it is looked whether the queue has come to its end: new pictures go first. */
const TURN_MS = 500;

export function createChangeover(options: ChangeoverOptions): Changeover {
  const { store, onState } = options;
  const meter = createQueueMeter(() => performance.now());
  let phase: ChangeoverState['state'] = 'running';
  let loading: ChangeoverState['loading'] = null;
  let problem: AfterimageError | undefined;
  let left: readonly LeftPicture<StoredPicture>[] = [];
  let stop = new AbortController();
  let working: Promise<void> = Promise.resolve();
  let isOpen = true;

  const say = (next: ChangeoverState['state']) => {
    phase = next;
    onState();
  };

  async function embed(model: LibraryModel, signal: AbortSignal): Promise<void> {
    say('loading');
    await options.download(model, signal, (loaded, total) => {
      loading = { loaded, total };
      onState();
    });
    loading = null;
    const looking = await options.open(model);
    try {
      say('running');
      meter.begin();
      left = await runChangeover(
        {
          ...looking,
          pictures: (limit, after) => store.withoutNext(limit, after),
          put: (vectors) => store.putNext(vectors),
          turn: () => turn(signal),
          onProgress(stored) {
            meter.add({ done: stored, known: 0, failed: 0, newest: null });
            onState();
          },
        },
        signal,
      );
    } finally {
      looking.close();
    }
  }

  /** What is being added goes first. */
  async function turn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await options.runner.queue()).state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, TURN_MS));
    }
  }

  /** No batch of the queue may be stored with vectors of the old model afterwards. */
  async function exchange(): Promise<void> {
    const { state, problem: trouble } = await options.runner.queue();
    // What stopped by itself may have wanted the new model.
    const wasPaused = state === 'paused' && trouble === null;
    await options.runner.pause();
    try {
      await options.tabs.exclusive(() => store.finishChange());
    } finally {
      if (!wasPaused) options.runner.resume();
    }
    left = [];
    onState();
  }

  const run = async () => {
    const { signal } = stop;
    try {
      await alone(options.baseUrl, signal, async () => {
        const model = await store.changingTo();
        if (!model) return;
        await embed(model, signal);
        if (left.length === 0) await exchange();
        else say('waiting');
      });
    } catch (error) {
      loading = null;
      if (!isOpen) return;
      problem = signal.aborted ? undefined : toAfterimageError(error);
      say('paused');
    }
  };
  const halt = async () => {
    stop.abort(new DOMException('It was paused.', 'AbortError'));
    await working;
  };
  const wake = () => {
    stop = new AbortController();
    problem = undefined;
    working = working.then(run);
  };

  return {
    async state() {
      const model = await store.changingTo();
      if (!model) return null;
      const [made, total] = await Promise.all([store.countNext(), store.count()]);
      const done = Math.min(made, total); // of pictures that were removed meanwhile, too
      const { perSecond } = meter.counts();
      const toDo = total - done - left.length;
      return {
        ...{ model: model.model, state: phase, loading, done, total },
        secondsLeft: phase === 'running' && perSecond ? Math.max(0, toDo) / perSecond : null,
        left: { count: left.length, pictures: left.slice(0, MOST_NAMED).map(named) },
        problem: problem ? { code: problem.code, message: problem.message } : null,
      };
    },
    async begin(model) {
      await halt();
      left = [];
      await store.beginChange(model);
      wake();
      onState();
    },
    async pause() {
      await halt();
      say('paused');
    },
    resume: wake,
    lookAgain() {
      if (phase === 'waiting') wake();
    },
    async cancel() {
      await halt();
      left = [];
      await store.cancelChange();
      onState();
    },
    async finish() {
      await halt();
      if (await store.changingTo()) await exchange();
    },
    close() {
      isOpen = false;
      stop.abort(new DOMException('It was closed.', 'AbortError'));
    },
  };
}

function named({ picture, error }: LeftPicture<StoredPicture>): ChangeoverState['left']['pictures'][number] {
  return { name: picture.item.name, reason: error?.message ?? null };
}

/** In one tab at a time; another one waits. Where there are no locks, at once. */
async function alone(baseUrl: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) return work();
  await locks.request(scoped('afterimage-library-changeover', baseUrl), { signal }, work);
}
