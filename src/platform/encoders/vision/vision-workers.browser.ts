import { type Endpoint, proxy, type Remote, wrap } from 'comlink';
import { createDeferred } from '../../../engine/async/deferred.ts';
import { createStallTimer } from '../../../engine/async/timeouts.ts';
import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import type { Pixels } from '../../../engine/ports.ts';
import type { Device } from '../../models/tower-files.browser.ts';
import type { OnVisionProgress, VisionModel } from '../../models/vision-files.browser.ts';
import type { LoadedVision, VisionRequest, VisionWorkerApi } from '../../sessions/vision-session.browser.ts';

/** What is needed of a `Worker`; tests bring their own. */
export interface VisionWorkerLike extends Endpoint {
  terminate(): void;
}

export interface VisionOptions {
  readonly startWorker: () => VisionWorkerLike;
  readonly baseUrl: string;
  readonly device: Device;
  readonly threads: number;
  readonly onProgress: OnVisionProgress;
  /** The GPU failed, and the processor goes on. */
  readonly onFallback: (reason: string) => void;
}

/** Vision towers one after the other, each in a worker of its own: one that dies or computes nonsense is replaced. */
export interface VisionWorkers {
  /** The tower, loaded once for a model. @param library what made the vectors that are there */
  load(library: VisionModel | undefined): Promise<LoadedVision>;
  /** @throws AfterimageError what the last of the workers that were tried threw */
  encode(batch: readonly Pixels[]): Promise<Embedding[]>;
  close(): void;
}

/** To load what may be large, without a sign of life; on a GPU shaders are compiled meanwhile. */
const LOAD_MS = 180_000;
/** A batch takes seconds on a slow processor. */
const ENCODE_MS = 180_000;
/** Workers that are tried for one batch. */
const TRIES = 2;

interface Running {
  readonly loaded: Promise<LoadedVision>;
  run<T>(ms: number, work: (api: Remote<VisionWorkerApi>) => Promise<T>): Promise<T>;
  end(): void;
}

export function createVisionWorkers(options: VisionOptions): VisionWorkers {
  let { device } = options;
  let running: Running | undefined;
  let made: VisionModel | undefined;

  const start = (): Running => {
    running ??= startVision({ ...options, device, library: made }, (reason) => {
      if (running === started) drop();
      options.onFallback(reason);
      device = 'wasm';
    });
    const started = running;
    return running;
  };
  const drop = () => {
    running?.end();
    running = undefined;
  };
  /** A worker that failed is not used again; on a processor it is tried once more, if the network is not to blame. */
  const tried = async <T>(work: (at: Running) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      const at = start();
      try {
        return await work(at);
      } catch (cause) {
        if (running === at) drop();
        const error = toAfterimageError(cause);
        const isOfGpu = device === 'webgpu' && !OF_FILES.has(error.code);
        if (isOfGpu) {
          options.onFallback(error.message);
          device = 'wasm';
        } else if (attempt >= TRIES || OF_FILES.has(error.code)) throw error;
      }
    }
  };

  return {
    async load(library) {
      // The library is another model's now.
      if (library && made && library.model.sha256 !== made.model.sha256) drop();
      made = library ?? made;
      const loaded = await tried((at) => at.loaded);
      made = { model: loaded.model, dim: loaded.dim };
      return loaded;
    },
    encode: (batch) =>
      tried(async (at) => {
        await at.loaded;
        return at.run(ENCODE_MS, (api) => api.encode(batch));
      }),
    close: drop,
  };
}

/** Another worker meets them again. */
const OF_FILES: ReadonlySet<string> = new Set([
  'model-not-found',
  'model-invalid',
  'collection-model-mismatch',
  'part-missing',
  'part-corrupt',
  'offline',
  'network',
]);

interface StartOptions extends Pick<VisionOptions, 'startWorker' | 'onProgress'>, VisionRequest {}

function startVision(options: StartOptions, onLost: (reason: string) => void): Running {
  const { startWorker, onProgress, baseUrl, library, device, threads } = options;
  const worker = startWorker();
  const api = wrap<VisionWorkerApi>(worker);
  const death = createDeferred<never>();
  death.promise.catch(() => {}); // told to whoever waits for an answer
  worker.addEventListener('error', (event: unknown) => {
    const { message = '' } = event as { readonly message?: string };
    death.reject(new AfterimageError('worker-died', `What looks at pictures stopped${message && `: ${message}`}.`));
  });
  let moved = () => {};
  const run: Running['run'] = async (ms, work) => {
    const timer = createStallTimer(ms, () =>
      death.reject(
        new AfterimageError('worker-timeout', `What looks at pictures did not answer for ${ms / 1000} seconds.`),
      ),
    );
    moved = timer.moved;
    try {
      return await Promise.race([work(api), death.promise]);
    } finally {
      timer.stop();
      moved = () => {};
    }
  };
  const told: OnVisionProgress = (stage, loaded, total) => {
    moved();
    onProgress(stage, loaded, total);
  };
  const lost = (reason: string) => {
    death.reject(new AfterimageError('device-lost', reason));
    onLost(reason);
  };
  const request = { baseUrl, library, device, threads };
  const loaded = run(LOAD_MS, (at) => at.load(request, proxy(told), proxy(lost)));
  loaded.catch(() => {}); // told to whoever waits for it
  return { loaded, run, end: () => worker.terminate() };
}
