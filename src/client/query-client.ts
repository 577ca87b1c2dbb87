import type { CollectionEntry, Item } from '../engine/collection/types.ts';
import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import type { Query } from '../engine/query/query.ts';
import type {
  CollectionInfo,
  DevicePreference,
  IndexPreference,
  RankedPage,
  SearchResponse,
} from '../protocol/query-worker.ts';
import { chooseDevice, type DeviceChoice } from './device.ts';
import { createLatest } from './latest.ts';
import { createLifeLock, type LifeLock } from './life-lock.ts';
import type { WorkerLike } from './worker-host.ts';
import { type Life, type LifeEvent, type Ready, startLife } from './worker-life.ts';

/** `restarted`: a worker was replaced; `reason` is one line for the user. */
export type ClientEvent = LifeEvent | { readonly type: 'restarted'; readonly reason: string };

export interface QueryClientOptions {
  readonly baseUrl: string;
  readonly device: DevicePreference;
  readonly index: IndexPreference;
  /** Threads on WebAssembly; chosen by the machine where absent. */
  readonly threads?: number;
  /** The three below are the browser's where absent. */
  readonly createWorker?: () => WorkerLike;
  readonly createLifeLock?: () => LifeLock | undefined;
  readonly chooseDevice?: (preference: DevicePreference) => Promise<DeviceChoice>;
}

/**
 * The query worker as the page sees it: it may die, hang or compute nonsense, and what was asked is answered all the
 * same, by a fresh worker, on WebAssembly if it was the GPU that failed. All methods reject with AfterimageError.
 */
export interface QueryClient {
  listCollections(): Promise<readonly CollectionEntry[]>;
  /** Resolves when the collection can be browsed; encoder and index load on behind it. */
  open(collection: string): Promise<CollectionInfo>;
  /** Encoder and index of the open collection answer. After a failure, asking again tries again. */
  ready(): Promise<Ready>;
  /** One search runs, one waits. Undefined: a newer one took its place, or another collection was opened. */
  search(query: Query): Promise<SearchResponse | undefined>;
  rank(query: Query, from: number, count: number): Promise<RankedPage>;
  items(rows: readonly number[]): Promise<Item[]>;
  /** The row of an item in the open collection, or −1. */
  rowOf(id: string): Promise<number>;
  subscribe(listener: (event: ClientEvent) => void): () => void;
  dispose(): void;
}

/** Workers that die one after the other without an answer to a search in between. */
const MAX_RESTARTS = 3;

export function createQueryClient(options: QueryClientOptions): QueryClient {
  const listeners = new Set<(event: ClientEvent) => void>();
  const lives = createLives(options, (event) => {
    for (const listener of listeners) listener(event);
  });
  const { onLife } = lives;

  const ready = () => onLife((at) => at.ready());

  // Asked while the model is being loaded, the worker answers as soon as it can, with no message to wait for.
  const loading = () => onLife((at) => at.loading());
  const latest = createLatest(loading, (query: Query, isStale) =>
    onLife(async (at) => {
      await at.loading();
      if (isStale()) return undefined;
      const response = await at.query((api) => api.search(query));
      lives.isWell();
      return response;
    }),
  );

  return {
    listCollections: () => onLife((at) => at.ask((api) => api.listCollections())),
    open(name) {
      latest.drop();
      return lives.open(name);
    },
    ready,
    search: (query) => latest.ask(query),
    rank: (query, from, count) =>
      onLife(async (at) => {
        await at.ready();
        return at.query((api) => api.rank(query, from, count));
      }),
    items: (rows) => onLife((at) => at.browse((api) => api.items(rows))),
    rowOf: (id) => onLife((at) => at.browse((api) => api.rowOf(id))),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      latest.drop();
      listeners.clear();
      lives.dispose();
    },
  };
}

/** One worker after the other, each with the same collection open. */
interface Lives {
  /** Run `work` on the current worker, and on its successors when it dies meanwhile. */
  onLife<T>(work: (life: Life) => Promise<T>): Promise<T>;
  /** Open a collection, in this worker and every later one. */
  open(name: string): Promise<CollectionInfo>;
  /** The current worker has answered: deaths are counted anew. */
  isWell(): void;
  dispose(): void;
}

function createLives(options: QueryClientOptions, emit: (event: ClientEvent) => void): Lives {
  let choice = (options.chooseDevice ?? chooseDevice)(options.device);
  let life: Life | undefined;
  /** The collection to open in every new worker. */
  let wanted: string | undefined;
  let restarts = 0;
  let gaveUp = false;
  let disposed = false;

  function current(): Life {
    if (disposed) throw new AfterimageError('worker-died', 'The search engine was closed. Reload the page.');
    if (life) return life;
    const started: Life = startLife({
      baseUrl: options.baseUrl,
      index: options.index,
      threads: options.threads,
      choice,
      worker: (options.createWorker ?? createQueryWorker)(),
      lock: (options.createLifeLock ?? createLifeLock)(),
      onEvent: (event) => {
        if (life === started) emit(event);
      },
      onDeath: (cause) => {
        if (life === started) replace(started, cause);
      },
    });
    life = started;
    // What this promise says is told to those who ask for it, and by events.
    if (wanted !== undefined) started.open(wanted).catch(() => undefined);
    return started;
  }

  /** Have another worker ready before it is asked for: the user types on. */
  function replace(dead: Life, cause: AfterimageError): void {
    life = undefined;
    if (disposed) return;
    restarts += 1;
    if (restarts > MAX_RESTARTS) {
      restarts = 0;
      gaveUp = true;
      emit({ type: 'failed', code: cause.code, message: cause.message });
      return;
    }
    choice = dead.choice.then((failed) => afterFailure(failed, cause));
    void dead.choice.then(({ device }) => emit({ type: 'restarted', reason: restartLine(device, cause) }));
    current();
  }

  async function onLife<T>(work: (life: Life) => Promise<T>): Promise<T> {
    gaveUp = false;
    for (;;) {
      const at = current();
      try {
        return await work(at);
      } catch (error) {
        if (life === at || disposed || gaveUp) throw toAfterimageError(error);
      }
    }
  }

  return {
    onLife,
    open(name) {
      wanted = name;
      return onLife((at) => {
        if (wanted !== name) throw new AfterimageError('internal', `${wanted} was opened instead of ${name}.`);
        return at.open(name);
      });
    },
    isWell() {
      restarts = 0;
    },
    dispose() {
      disposed = true;
      life?.kill(new AfterimageError('worker-died', 'The search engine was closed.'));
    },
  };
}

/** A GPU that failed once is not tried again until the page is loaded anew. */
function afterFailure(failed: DeviceChoice, cause: AfterimageError): DeviceChoice {
  if (failed.device === 'wasm') return failed;
  return { device: 'wasm', reason: `WebAssembly, because WebGPU failed: ${cause.message}` };
}

function restartLine(device: DeviceChoice['device'], { code }: AfterimageError): string {
  if (device === 'webgpu') return 'The GPU failed here, so the processor answers from now on.';
  if (code === 'worker-timeout') return 'The search engine did not answer and was started again.';
  return 'The search engine stopped and was started again.';
}

function createQueryWorker(): Worker {
  return new Worker(new URL('../../workers/query.worker.ts', import.meta.url), { type: 'module', name: 'query' });
}
