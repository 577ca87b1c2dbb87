import { proxy, type Remote } from 'comlink';
import { createLatest } from '../engine/async/latest.ts';
import type { CollectionEntry, Item, PictureBytes } from '../engine/collection/types.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { FilterField, Query } from '../engine/query/query.ts';
import type { SavedThumbVerbs } from '../protocol/albums.ts';
import type {
  CollectionInfo,
  CopiesRequest,
  DateOrder,
  DevicePreference,
  FoundCopies,
  FoundTimeline,
  IndexPreference,
  OtherModel,
  QueryWorkerApi,
  RankedPage,
  SearchContext,
  SearchResponse,
  SiteModel,
} from '../protocol/query-worker.ts';
import { chooseDevice, type DeviceChoice } from './device.ts';
import { type QueryWorker, type QueryWorkerEvent, type Ready, startQueryWorker } from './query-worker.ts';
import { createSupervisor } from './supervisor.ts';
import { createWorkerLock } from './worker-lock.ts';
import type { WorkerLike, WorkerLock } from './worker-session.ts';

/** `restarted`: a worker was replaced; `reason` is one line for the user. */
export type ClientEvent = QueryWorkerEvent | { readonly type: 'restarted'; readonly reason: string };

export interface QueryClientOptions {
  readonly baseUrl: string;
  readonly device: DevicePreference;
  readonly index: IndexPreference;
  /** Threads on WebAssembly; chosen by the machine where absent. */
  readonly threads?: number;
  /** Resolves when what queries need may be loaded: asked for each collection and each worker. At once where absent. */
  readonly mayLoad?: () => Promise<void>;
  /** The three below are the browser's where absent. */
  readonly createWorker?: () => WorkerLike;
  readonly createWorkerLock?: () => WorkerLock | undefined;
  readonly chooseDevice?: (preference: DevicePreference) => Promise<DeviceChoice>;
}

/**
 * The query worker as the page sees it: it may die, hang or compute nonsense, and what was asked is answered all the
 * same, by a fresh worker, on WebAssembly if it was the GPU that failed. All methods reject with AfterimageError.
 */
export interface QueryClient extends SavedThumbVerbs {
  listCollections(): Promise<readonly CollectionEntry[]>;
  /** Resolves when the collection can be browsed; encoder and index load on behind it. */
  open(collection: string): Promise<CollectionInfo>;
  /** Encoder and index of the open collection answer. After a failure, asking again tries again. */
  ready(): Promise<Ready>;
  /** Stop downloading what queries need; what waits for it waits on. */
  pauseLoading(): void;
  resumeLoading(): void;
  /** One search runs, one waits. Undefined: a newer one took its place, or another collection was opened. */
  search(query: Query, context?: SearchContext): Promise<SearchResponse | undefined>;
  /** A search of its own, beside that of `search`: none takes the other's place. Waits until queries are answered. */
  searchBeside(query: Query, context?: SearchContext): Promise<SearchResponse>;
  rank(query: Query, from: number, count: number, context?: SearchContext): Promise<RankedPage>;
  /** The models that pictures of the open collection need beside the first one; asked once that answers. */
  otherModels(): Promise<readonly OtherModel[]>;
  /** As in `QueryWorkerApi`; `other-model` events tell how far it is. */
  loadOtherModel(sha256: string): Promise<boolean>;
  stopOtherModel(): Promise<void>;
  /** As in `QueryWorkerApi`, on the device that was chosen. */
  siteModels(): Promise<readonly SiteModel[]>;
  keepModel(id: string): Promise<boolean>;
  stopKeeping(): Promise<void>;
  removeModel(id: string): Promise<void>;
  /** As in `QueryWorkerApi`, on the device that was chosen. */
  rerankers(): ReturnType<QueryWorkerApi['rerankers']>;
  /** Values of a field in the open collection, as its worker gives them. */
  values(field: FilterField, prefix: string): ReturnType<QueryWorkerApi['values']>;
  items(rows: readonly number[]): Promise<Item[]>;
  /** The row of an item in the open collection, or −1. */
  rowOf(id: string): Promise<number>;
  /** How many pictures of their own the visitor has here; changes come as `library` events. */
  countLibrary(): Promise<number>;
  /** A stored copy of a picture of the library; undefined where there is none. */
  libraryPicture(itemId: string, size: 'thumbnail' | 'preview'): Promise<PictureBytes | undefined>;
  /** As in `QueryWorkerApi`. */
  copies(request: CopiesRequest, onProgress: (done: number) => void): Promise<FoundCopies | undefined>;
  stopCopies(): Promise<void>;
  timeline(first: DateOrder, rows: Uint32Array | undefined): Promise<FoundTimeline>;
  subscribe(listener: (event: ClientEvent) => void): () => void;
  dispose(): void;
}

interface Asked {
  readonly query: Query;
  readonly context: SearchContext | undefined;
}

/** Workers that die one after the other without an answer to a search in between. */
const MAX_RESTARTS = 3;

export function createQueryClient(options: QueryClientOptions): QueryClient {
  const listeners = new Set<(event: ClientEvent) => void>();
  const workers = superviseWorkers(options, (event) => {
    for (const listener of listeners) listener(event);
  });
  const { run } = workers;

  /** A worker that dies of it is replaced, and one that was replaced meanwhile has nothing to pause. */
  const tellWorker = (work: (api: Remote<QueryWorkerApi>) => Promise<void>) =>
    void run((worker) => worker.ask(work)).catch(() => undefined);

  // Asked while the model is being loaded, the worker answers as soon as it can, with no message to wait for.
  const loading = () => run((worker) => worker.loading());
  const latest = createLatest(loading, ({ query, context }: Asked, isStale) =>
    run(async (worker) => {
      await worker.loading();
      if (isStale()) return undefined;
      try {
        const response = await worker.query((api) => api.search(query, context));
        workers.succeeded();
        return response;
      } catch (error) {
        // It was stopped for the one that waits.
        if (isStale()) return undefined;
        throw error;
      }
    }),
  );

  return {
    listCollections: () => run((worker) => worker.ask((api) => api.listCollections())),
    open(name) {
      latest.drop();
      return workers.open(name);
    },
    ready: () => run((worker) => worker.ready()),
    pauseLoading: () => tellWorker((api) => api.pauseLoading()),
    resumeLoading: () => tellWorker((api) => api.resumeLoading()),
    search(query, context) {
      if (latest.isRunning()) tellWorker((api) => api.stopSearch());
      return latest.ask({ query, context });
    },
    searchBeside: (query, context) =>
      run(async (worker) => {
        await worker.ready();
        return worker.query((api) => api.search(query, context));
      }),
    otherModels: () =>
      run(async (worker) => {
        await worker.ready();
        return worker.otherModels();
      }),
    loadOtherModel: (sha256) =>
      run(async (worker) => {
        await worker.ready();
        return worker.loadOther(sha256);
      }),
    siteModels: () => run((worker) => worker.onDevice((api, device) => api.siteModels(device))),
    keepModel: (id) => run((worker) => worker.onDevice((api, device) => api.keepModel(id, device))),
    stopKeeping: () => run((worker) => worker.ask((api) => api.stopKeeping())),
    rerankers: () => run((worker) => worker.onDevice((api, device) => api.rerankers(device))),
    removeModel: (id) => run((worker) => worker.ask((api) => api.removeModel(id))),
    stopOtherModel: () => run((worker) => worker.ask((api) => api.stopOtherModel())),
    rank: (query, from, count, context) =>
      run(async (worker) => {
        await worker.ready();
        return worker.query((api) => api.rank(query, from, count, context));
      }),
    values: (field, prefix) => run((worker) => worker.browse((api) => api.values(field, prefix))),
    items: (rows) => run((worker) => worker.browse((api) => api.items(rows))),
    rowOf: (id) => run((worker) => worker.browse((api) => api.rowOf(id))),
    countLibrary: () => run((worker) => worker.ask((api) => api.countLibrary())),
    libraryPicture: (id, size) => run((worker) => worker.ask((api) => api.libraryPicture(id, size))),
    savedThumbs: (asked) => run((worker) => worker.ask((api) => api.savedThumbs(asked))),
    keepThumbs: (asked, thumbs) => run((worker) => worker.ask((api) => api.keepThumbs(asked, thumbs))),
    copies: (request, onProgress) => run((worker) => worker.browse((api) => api.copies(request, proxy(onProgress)))),
    stopCopies: () => run((worker) => worker.browse((api) => api.stopCopies())),
    timeline: (first, rows) => run((worker) => worker.browse((api) => api.timeline(first, rows))),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      latest.drop();
      listeners.clear();
      workers.dispose(new AfterimageError('worker-died', 'The search engine was closed. Reload the page.'));
    },
  };
}

/** Query workers one after the other, each with the same collection open. */
function superviseWorkers(options: QueryClientOptions, emit: (event: ClientEvent) => void) {
  /** The collection to open in every new worker. */
  let wanted: string | undefined;
  const supervisor = createSupervisor<QueryWorker, DeviceChoice>({
    device: (options.chooseDevice ?? chooseDevice)(options.device),
    start: (how) =>
      startQueryWorker({
        ...options,
        ...how,
        worker: (options.createWorker ?? createWorker)(),
        lock: (options.createWorkerLock ?? createWorkerLock)(),
        onEvent: (event) => {
          if (how.isCurrent()) emit(event);
        },
      }),
    restore(worker) {
      // What this promise says is told to those who ask for it, and by events.
      if (wanted !== undefined) worker.open(wanted).catch(() => undefined);
    },
    fallback: afterFailure,
    maxRestarts: MAX_RESTARTS,
    onRestart: ({ device }, cause) => emit({ type: 'restarted', reason: restartLine(device, cause) }),
    onGivingUp: ({ code, message }) => emit({ type: 'failed', code, message }),
  });
  return {
    ...supervisor,
    /** Open a collection, in this worker and every later one. */
    open(name: string): Promise<CollectionInfo> {
      wanted = name;
      return supervisor.run((worker) => {
        if (wanted !== name) throw new AfterimageError('internal', `${wanted} was opened instead of ${name}.`);
        return worker.open(name);
      });
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

function createWorker(): Worker {
  return new Worker(new URL('../../workers/query.worker.ts', import.meta.url), { type: 'module', name: 'query' });
}
