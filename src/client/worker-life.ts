import { proxy, type Remote } from 'comlink';
import { AfterimageError, type ErrorCode, toAfterimageError } from '../engine/errors.ts';
import type {
  CollectionInfo,
  EncoderInfo,
  IndexInfo,
  IndexPreference,
  QueryWorkerApi,
  WorkerEvent,
} from '../protocol/query-worker.ts';
import { chooseThreads, type DeviceChoice } from './device.ts';
import type { LifeLock } from './life-lock.ts';
import { type Limit, startWorkerHost, type WorkerHost, type WorkerLike, workerDied } from './worker-host.ts';

/** What a worker tells, and what is known of it. */
export type LifeEvent =
  | WorkerEvent
  | { readonly type: 'encoder'; readonly info: EncoderInfo }
  | { readonly type: 'index'; readonly info: IndexInfo }
  /** Nothing will answer until something is asked for again. */
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

export interface Ready {
  readonly encoder: EncoderInfo;
  readonly index: IndexInfo;
}

export interface LifeOptions {
  readonly baseUrl: string;
  readonly index: IndexPreference;
  /** On WebAssembly; chosen by the machine where undefined. */
  readonly threads: number | undefined;
  readonly choice: Promise<DeviceChoice>;
  readonly worker: WorkerLike;
  readonly lock: LifeLock | undefined;
  readonly onEvent: (event: LifeEvent) => void;
  /** Called once; whoever waits for an answer is rejected with the same cause. */
  readonly onDeath: (cause: AfterimageError) => void;
}

/** One worker from start to death, with the collection that is open in it. It is replaced, never mended. */
export interface Life {
  readonly choice: Promise<DeviceChoice>;
  /** Open a collection, if it is not open already, and load encoder and index behind it. */
  open(name: string): Promise<CollectionInfo>;
  /** Encoder and index of the open collection answer; tried again after a failure. */
  ready(): Promise<Ready>;
  /** They are being loaded: what is asked now is answered as soon as they are there. Tried again after a failure. */
  loading(): Promise<void>;
  /** Ask what needs no collection. */
  ask<T>(work: (api: Remote<QueryWorkerApi>) => Promise<T>): Promise<T>;
  /** Ask about the open collection, once it can be browsed. */
  browse<T>(work: (api: Remote<QueryWorkerApi>) => Promise<T>): Promise<T>;
  /** Ask what the encoder answers. To be called after `loading` or `ready`. */
  query<T>(work: (api: Remote<QueryWorkerApi>) => Promise<T>): Promise<T>;
  kill(cause: AfterimageError): void;
}

interface Opened {
  readonly name: string;
  readonly info: Promise<CollectionInfo>;
  loading: Loading | undefined;
}

interface Loading {
  /** The worker was told to load the encoder. */
  readonly begun: Promise<void>;
  readonly ready: Promise<Ready>;
  isOver: boolean;
}

const LOAD: Limit = { ms: 60_000, sinceMoved: true };
/** While shaders are compiled, there is no sign of life. */
const LOAD_ON_GPU: Limit = { ms: 180_000, sinceMoved: true };
/** Longer than a server may stand still that a block is read from: see platform/bytes/download.browser.ts. */
const ANSWER: Limit = { ms: 30_000, sinceMoved: true };
const FIRST_ANSWER_ON_GPU: Limit = { ms: 120_000, sinceMoved: true };

function loadLimit(device: DeviceChoice['device']): Limit {
  return device === 'webgpu' ? LOAD_ON_GPU : LOAD;
}

/** After these the encoder's realm is good for nothing: see platform/encoders/clip.browser.ts. */
const GPU_FAILURES: readonly ErrorCode[] = [
  'device-unavailable',
  'device-lost',
  'device-nonsense',
  'embedding-invalid',
  'internal',
];

/** Whether another worker may do better than the one that threw `error`. */
function isFatal(error: AfterimageError, device: DeviceChoice['device']): boolean {
  return device === 'webgpu' ? GPU_FAILURES.includes(error.code) : error.code === 'internal';
}

function nothingOpen(): Promise<never> {
  return Promise.reject(new AfterimageError('collection-not-found', 'No collection is open. Choose one.'));
}

type WithEncoder = <T>(work: (device: DeviceChoice['device']) => Promise<T>) => Promise<T>;

/** Encoder and index of the open collection, side by side; each is told as it comes. */
async function load(
  { choice, threads, onEvent }: LifeOptions,
  host: WorkerHost<QueryWorkerApi>,
  withEncoder: WithEncoder,
  onBegun: () => void,
): Promise<Ready> {
  const { device, reason } = await choice;
  const request = {
    device,
    deviceReason: reason,
    threads: device === 'webgpu' ? 1 : (threads ?? chooseThreads()),
  };
  const loadEncoder = async () => {
    const info = await withEncoder(() => {
      const loaded = host.call((api) => api.loadEncoder(request), loadLimit(device));
      onBegun();
      return loaded;
    });
    onEvent({ type: 'encoder', info });
    return info;
  };
  const loadIndex = async () => {
    const info = await host.call((api) => api.indexReady(), LOAD);
    onEvent({ type: 'index', info });
    return info;
  };
  const [encoder, index] = await Promise.all([loadEncoder(), loadIndex()]);
  return { encoder, index };
}

/** What is open in a worker, and what is loaded behind it. */
function createOpening(
  options: LifeOptions,
  host: WorkerHost<QueryWorkerApi>,
  connected: Promise<void>,
  withEncoder: WithEncoder,
) {
  let opened: Opened | undefined;

  function loadBehind(mine: Opened): Loading {
    if (mine.loading) return mine.loading;
    let onBegun = () => {};
    const told = new Promise<void>((resolve) => {
      onBegun = resolve;
    });
    const ready = mine.info.then(() => load(options, host, withEncoder, onBegun));
    const loading: Loading = { begun: Promise.race([told, ready.then(() => undefined)]), ready, isOver: false };
    mine.loading = loading;
    loading.begun.catch(() => undefined); // `ready` tells it.
    ready.then(
      () => {
        loading.isOver = true;
      },
      () => {
        if (mine.loading === loading) mine.loading = undefined;
      },
    );
    return loading;
  }

  function begin(name: string): Opened {
    const device = async () => (await options.choice).device;
    const info = connected.then(() => host.call((api) => api.openCollection(name, options.index, proxy(device)), LOAD));
    const mine: Opened = { name, info, loading: undefined };
    info.then(
      () => loadBehind(mine).ready.catch((error: AfterimageError) => tellFailure(mine, error)),
      () => {
        if (opened === mine) opened = undefined;
      },
    );
    return mine;
  }

  /** Of a failure behind an open collection nobody might ask. A death is told by whoever replaces the worker. */
  function tellFailure(mine: Opened, error: AfterimageError): void {
    if (opened !== mine || host.dead()) return;
    options.onEvent({ type: 'failed', code: error.code, message: error.message });
  }

  return {
    open(name: string): Promise<CollectionInfo> {
      if (opened?.name !== name) opened = begin(name);
      return opened.info;
    },
    info: () => opened?.info ?? nothingOpen(),
    ready: () => (opened ? loadBehind(opened).ready : nothingOpen()),
    loading: () => (opened ? loadBehind(opened).begun : nothingOpen()),
    isReady: () => opened?.loading?.isOver === true,
  };
}

export function startLife(options: LifeOptions): Life {
  const { choice, lock, onEvent } = options;
  let watching: { stop(): void } | undefined;
  let answered = false;

  const host = startWorkerHost<QueryWorkerApi>(options.worker, (cause) => {
    watching?.stop();
    options.onDeath(cause);
  });

  const hear = (event: WorkerEvent) => {
    // What arrives by itself behind an index that answers says nothing of a call.
    if (event.type === 'alive' || !opening.isReady()) host.moved();
    if (event.type === 'alive') return;
    onEvent(event);
    if (event.type === 'device-lost') host.kill(new AfterimageError('device-lost', event.reason));
  };
  const connected = host
    .call((api) => api.connect(options.baseUrl, proxy(hear), lock?.name), LOAD)
    .then(() => {
      watching = lock?.watch(() => host.kill(workerDied()));
    });
  connected.catch(() => undefined); // Everything waits for it, and is told.

  /** Run what the encoder takes part in: what it leaves behind when it fails is not to be used again. */
  const withEncoder: WithEncoder = async (work) => {
    const { device } = await choice;
    try {
      return await work(device);
    } catch (cause) {
      const error = toAfterimageError(cause);
      if (isFatal(error, device)) host.kill(error);
      throw error;
    }
  };
  const opening = createOpening(options, host, connected, withEncoder);

  return {
    choice,
    kill: host.kill,
    open: opening.open,
    ready: opening.ready,
    loading: opening.loading,
    ask: (work) => connected.then(() => host.call(work, LOAD)),
    async browse(work) {
      await opening.info();
      return host.call(work, ANSWER);
    },
    query: (work) =>
      withEncoder(async (device) => {
        const first = device === 'webgpu' ? FIRST_ANSWER_ON_GPU : ANSWER;
        const limit = !opening.isReady() ? loadLimit(device) : answered ? ANSWER : first;
        const answer = await host.call(work, limit);
        answered = true;
        return answer;
      }),
  };
}
