import { proxy, type Remote } from 'comlink';
import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import type { DevicePreference } from '../protocol/query-worker.ts';
import type {
  RerankEvent,
  RerankedTop,
  RerankerInfo,
  RerankRequest,
  RerankWorkerApi,
} from '../protocol/rerank-worker.ts';
import { chooseDevice, chooseThreads, type DeviceChoice } from './device.ts';
import { loadLimit } from './limits.ts';
import { createWorkerLock } from './worker-lock.ts';
import {
  startWorkerSession,
  type TimeLimit,
  type WorkerLike,
  type WorkerLock,
  type WorkerSession,
} from './worker-session.ts';

/** A picture takes seconds on a slow processor. */
const LOOK: TimeLimit = { ms: 120_000, stall: true };

export interface RerankClientOptions {
  readonly baseUrl: string;
  readonly device: DevicePreference;
  /** On WebAssembly; chosen by the machine where absent. */
  readonly threads?: number;
  /** The three below are the browser's where absent. */
  readonly createWorker?: () => WorkerLike;
  readonly createWorkerLock?: () => WorkerLock | undefined;
  readonly chooseDevice?: (preference: DevicePreference) => Promise<DeviceChoice>;
}

/** The rerank worker as the page sees it. It is started by `load` and ended by `stop`. Rejects with AfterimageError. */
export interface RerankClient {
  /** Download, load and test a reranker; on WebAssembly where the GPU fails. @throws `worker-died` where it was stopped */
  load(id: string, onProgress: (loaded: number, total: number) => void): Promise<RerankerInfo>;
  /** The newest wins. Undefined: a newer one came, or it was dropped. */
  rerank(request: RerankRequest): Promise<RerankedTop | undefined>;
  /** Give up what runs. */
  drop(): void;
  /** End the worker, and a download with it: what has come is kept. */
  stop(): void;
}

/** Of the network and of files, which another device meets again. */
const NOT_OF_DEVICE = new Set([
  'model-not-found',
  'model-invalid',
  'part-missing',
  'part-corrupt',
  'offline',
  'network',
]);

export function createRerankClient(options: RerankClientOptions): RerankClient {
  let session: WorkerSession<RerankWorkerApi> | undefined;
  let loading: { stopped?: AfterimageError } = {};

  const end = (cause: AfterimageError) => {
    session?.kill(cause);
    session = undefined;
  };
  const call = <T>(work: (api: Remote<RerankWorkerApi>) => Promise<T>, limit = LOOK): Promise<T> =>
    session?.call(work, limit) ?? Promise.reject(new AfterimageError('worker-died', 'The reranker is not loaded.'));

  function start(onEvent: (event: RerankEvent) => void): void {
    const hear = (event: RerankEvent) => {
      started.heartbeat();
      if (event.type === 'device-lost') started.kill(new AfterimageError('device-lost', event.reason));
      onEvent(event);
    };
    const started = startWorkerSession<RerankWorkerApi>({
      worker: (options.createWorker ?? createWorker)(),
      lock: (options.createWorkerLock ?? createWorkerLock)(),
      name: 'What looks at the best pictures again',
      advice: 'Turn it on again.',
      connect: (api, lockName) => api.connect(options.baseUrl, proxy(hear), lockName),
      onDeath: () => {
        if (session === started) session = undefined;
      },
    });
    session = started;
  }

  async function loadOn(
    device: DeviceChoice['device'],
    id: string,
    onProgress: (loaded: number, total: number) => void,
  ): Promise<RerankerInfo> {
    end(new AfterimageError('worker-died', 'Another worker takes its place.'));
    start((event) => event.type === 'progress' && onProgress(event.loaded, event.total));
    const threads = device === 'webgpu' ? 1 : (options.threads ?? chooseThreads());
    return call((api) => api.load({ id, device, threads }), loadLimit(device));
  }

  return {
    async load(id, onProgress) {
      const mine: typeof loading = {};
      loading = mine;
      const { device } = await (options.chooseDevice ?? chooseDevice)(options.device);
      try {
        if (mine.stopped) throw mine.stopped;
        return await loadOn(device, id, onProgress);
      } catch (cause) {
        const error = toAfterimageError(cause);
        if (device === 'wasm' || mine.stopped || NOT_OF_DEVICE.has(error.code)) {
          end(error); // a load that failed leaves the realm unusable
          throw error;
        }
        return loadOn('wasm', id, onProgress);
      }
    },
    rerank: (request) => call((api) => api.rerank(request)),
    drop: () => void call((api) => api.drop()).catch(() => undefined),
    stop() {
      loading.stopped = new AfterimageError('worker-died', 'It was stopped.');
      end(loading.stopped);
    },
  };
}

function createWorker(): Worker {
  return new Worker(new URL('../../workers/rerank.worker.ts', import.meta.url), { type: 'module', name: 'rerank' });
}
