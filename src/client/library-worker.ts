import { proxy, type Remote } from 'comlink';
import type { AfterimageError } from '../engine/errors.ts';
import type { LibraryEvent, LibraryPage, LibraryWorkerApi } from '../protocol/library-worker.ts';
import { chooseThreads, type DeviceChoice } from './device.ts';
import { LOAD } from './limits.ts';
import { startWorkerSession, type WorkerLike, type WorkerLock } from './worker-session.ts';

export interface LibraryWorkerOptions {
  readonly baseUrl: string;
  /** On WebAssembly; chosen by the machine where absent. */
  readonly threads?: number;
  readonly device: Promise<DeviceChoice>;
  readonly worker: WorkerLike;
  readonly lock: WorkerLock | undefined;
  readonly page: LibraryPage;
  readonly onEvent: (event: LibraryEvent) => void;
  readonly onDeath: (cause: AfterimageError) => void;
}

/** One library worker from its start to its death. */
export interface LibraryWorker {
  ask<T>(work: (api: Remote<LibraryWorkerApi>) => Promise<T>): Promise<T>;
  kill(cause: AfterimageError): void;
}

export function startLibraryWorker(options: LibraryWorkerOptions): LibraryWorker {
  const { baseUrl, worker, lock, page, onEvent, onDeath } = options;
  const hear = (event: LibraryEvent) => {
    session.heartbeat();
    onEvent(event);
  };
  const session = startWorkerSession<LibraryWorkerApi>({
    ...{ worker, lock, onDeath },
    name: 'Your pictures',
    advice: 'Reload the page.',
    limit: LOAD,
    connect: (api, lockName) => api.connect(baseUrl, proxy(hear), lockName, proxy(page)),
  });
  const use = async () => {
    const { device } = await options.device;
    const threads = device === 'webgpu' ? 1 : (options.threads ?? chooseThreads());
    await session.call((api) => api.useDevice(device, threads));
  };
  use().catch(() => undefined); // whoever asks for something is told
  return { ask: (work) => session.call(work), kill: session.kill };
}
