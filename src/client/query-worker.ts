import { proxy, type Remote } from 'comlink';
import { AfterimageError, type ErrorCode, toAfterimageError } from '../engine/errors.ts';
import type {
  CollectionInfo,
  EncoderInfo,
  EncoderRequest,
  IndexInfo,
  IndexPreference,
  OtherModel,
  QueryWorkerApi,
  WorkerEvent,
} from '../protocol/query-worker.ts';
import type { DeviceChoice } from './device.ts';
import { ANSWER, FIRST_ANSWER_ON_GPU, LOAD, loadLimit } from './limits.ts';
import { createOpening } from './opening.ts';
import { startWorkerSession, type WorkerLike, type WorkerLock } from './worker-session.ts';

/** What a query worker tells, and what is known of it. */
export type QueryWorkerEvent =
  | WorkerEvent
  | { readonly type: 'encoder'; readonly info: EncoderInfo }
  | { readonly type: 'index'; readonly info: IndexInfo }
  /** Nothing will answer until something is asked for again. */
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

export interface Ready {
  readonly encoder: EncoderInfo;
  readonly index: IndexInfo;
}

export interface QueryWorkerOptions {
  readonly baseUrl: string;
  readonly index: IndexPreference;
  /** On WebAssembly; chosen by the machine where absent. */
  readonly threads?: number;
  /** Resolves when what queries need may be loaded; at once where absent. */
  readonly mayLoad?: () => Promise<void>;
  /** Where the encoder runs, once it is known. */
  readonly device: Promise<DeviceChoice>;
  readonly worker: WorkerLike;
  readonly lock: WorkerLock | undefined;
  readonly onEvent: (event: QueryWorkerEvent) => void;
  /** Called once; whoever waits for an answer is rejected with the same cause. */
  readonly onDeath: (cause: AfterimageError) => void;
}

/** One query worker from its start to its death, with the collection that is open in it. */
export interface QueryWorker {
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
  /** Ask what concerns the device that was chosen, and needs no collection. */
  onDevice<T>(work: (api: Remote<QueryWorkerApi>, device: EncoderRequest['device']) => Promise<T>): Promise<T>;
  /** The models beside the first one, once that answers. */
  otherModels(): Promise<readonly OtherModel[]>;
  /** Load one of them. @returns whether it was loaded, or stopped */
  loadOther(sha256: string): Promise<boolean>;
  kill(cause: AfterimageError): void;
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

export function startQueryWorker(options: QueryWorkerOptions): QueryWorker {
  const { baseUrl, device: chosen, worker, lock, onEvent, onDeath } = options;
  let answered = false;

  const hear = (event: WorkerEvent) => {
    // What arrives by itself behind an index that answers says nothing of a call.
    if (event.type === 'heartbeat' || !opening.isReady()) session.heartbeat();
    if (event.type === 'heartbeat') return;
    if (event.type === 'collection-outdated') opening.forget(event.name);
    onEvent(event);
    if (event.type === 'device-lost') session.kill(new AfterimageError('device-lost', event.reason));
  };
  const session = startWorkerSession<QueryWorkerApi>({
    ...{ worker, lock, onDeath },
    name: 'The search engine',
    advice: 'Reload the page.',
    limit: LOAD,
    connect: (api, lockName) => api.connect(baseUrl, proxy(hear), lockName),
  });

  /** Run what the encoder takes part in: what it leaves behind when it fails is not to be used again. */
  async function withEncoder<T>(work: (device: DeviceChoice['device']) => Promise<T>): Promise<T> {
    const { device } = await chosen;
    try {
      return await work(device);
    } catch (cause) {
      const error = toAfterimageError(cause);
      if (isFatal(error, device)) session.kill(error);
      throw error;
    }
  }
  const opening = createOpening(options, session, withEncoder);

  return {
    kill: session.kill,
    open: opening.open,
    ready: opening.ready,
    loading: opening.loading,
    ask: (work) => session.call(work),
    async browse(work) {
      await opening.info();
      return session.call(work, ANSWER);
    },
    async onDevice(work) {
      const { device } = await opening.request();
      return session.call((api) => work(api, device), LOAD);
    },
    async otherModels() {
      const { device } = await opening.request();
      return session.call((api) => api.otherModels(device), ANSWER);
    },
    async loadOther(sha256) {
      const request = await opening.request();
      return withEncoder((device) => session.call((api) => api.loadOtherModel(sha256, request), loadLimit(device)));
    },
    query: (work) =>
      withEncoder(async (device) => {
        const first = device === 'webgpu' ? FIRST_ANSWER_ON_GPU : ANSWER;
        const limit = !opening.isReady() ? loadLimit(device) : answered ? ANSWER : first;
        const answer = await session.call(work, limit);
        answered = true;
        return answer;
      }),
  };
}
