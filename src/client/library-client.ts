import type { Remote } from 'comlink';
import { AfterimageError } from '../engine/errors.ts';
import type { AddedFile, Addition, LibraryEvent, LibraryWorkerApi } from '../protocol/library-worker.ts';
import type { DevicePreference } from '../protocol/query-worker.ts';
import { chooseDevice, type DeviceChoice } from './device.ts';
import { drawSvg } from './draw-svg.ts';
import { createHandOver, type Reading } from './hand-over.ts';
import { type LibraryWorker, startLibraryWorker } from './library-worker.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { createWorkerLock } from './worker-lock.ts';
import type { WorkerLike, WorkerLock } from './worker-session.ts';

/** `restarted`: a worker was replaced; `failed`: none starts any more. Lines for visitors. */
export type LibraryClientEvent =
  | Exclude<LibraryEvent, { readonly type: 'heartbeat' | 'device-lost' | 'cancelled' }>
  /** How far a long list of files is read; null: none is being read. */
  | { readonly type: 'reading'; readonly reading: Reading | null }
  | { readonly type: 'restarted'; readonly reason: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/**
 * The library worker as the page sees it: it is started when it is needed first, may die or hang, and a fresh one goes on
 * with the queue. All methods reject with AfterimageError.
 */
export interface LibraryClient extends Omit<LibraryWorkerApi, 'connect' | 'useDevice' | 'add' | 'give'> {
  /** As the worker's. @returns whether it is in the queue; not where it was cancelled before it was there */
  add(addition: Addition): Promise<boolean>;
  subscribe(listener: (event: LibraryClientEvent) => void): () => void;
  dispose(): void;
}

export interface LibraryClientOptions {
  readonly baseUrl: string;
  readonly device: DevicePreference;
  /** Threads of the vision tower on WebAssembly; chosen by the machine where absent. */
  readonly threads?: number;
  /** The three below are the browser's where absent. */
  readonly createWorker?: () => WorkerLike;
  readonly createWorkerLock?: () => WorkerLock | undefined;
  readonly chooseDevice?: (preference: DevicePreference) => Promise<DeviceChoice>;
}

/** Workers that die one after the other without anything being done in between. */
const MAX_RESTARTS = 3;

export function createLibraryClient(options: LibraryClientOptions): LibraryClient {
  const listeners = new Set<(event: LibraryClientEvent) => void>();
  const emit = (event: LibraryClientEvent) => {
    for (const listener of listeners) listener(event);
  };
  const given = createGivenFiles();
  const handOver = createHandOver((reading) => emit({ type: 'reading', reading }));
  let workers: Supervisor<LibraryWorker> | undefined;
  let isClosed = false;
  /** Made when it is needed first: for visitors who add nothing, no worker is started and no GPU looked for. */
  const current = () => {
    if (isClosed) throw closed();
    workers ??= supervise();
    return workers;
  };
  const supervise = () =>
    createSupervisor<LibraryWorker, DeviceChoice>({
      device: (options.chooseDevice ?? chooseDevice)(options.device),
      start: (how) =>
        startLibraryWorker({
          ...options,
          ...how,
          worker: (options.createWorker ?? createWorker)(),
          lock: (options.createWorkerLock ?? createWorkerLock)(),
          page: { draw: drawSvg },
          onEvent: (event) => {
            if (how.isCurrent()) hear(event);
          },
        }),
      restore(worker) {
        const files = given.all();
        // The new worker knows what waits, but has not got these files.
        if (files.length === 0) return;
        handOver.add({ kind: 'files', files, isRestored: true }, worker.ask).catch(() => undefined);
      },
      fallback: (device) => device, // inside the worker, a GPU that fails is replaced already
      maxRestarts: MAX_RESTARTS,
      onRestart: () => emit({ type: 'restarted', reason: 'Adding your pictures stopped and was started again.' }),
      onGivingUp: ({ code, message }) => emit({ type: 'failed', code, message }),
    });
  const hear = (event: LibraryEvent) => {
    if (event.type === 'heartbeat') return;
    if (event.type === 'cancelled') return handOver.cancel();
    if (event.type === 'device-lost') {
      return emit({
        type: 'restarted',
        reason: 'The GPU failed here, so the processor looks at your pictures from now on.',
      });
    }
    if (event.type === 'queue') {
      if (event.queue.done > 0) workers?.succeeded();
      if (event.queue.left === 0) given.forget();
    }
    emit(event);
  };
  const ask = async <T>(work: (api: Remote<LibraryWorkerApi>) => Promise<T>) =>
    current().run((worker) => worker.ask(work));

  return {
    overview: () => ask((api) => api.overview()),
    async add(addition: Addition) {
      const isIn = await current().run((worker) => handOver.add(addition, worker.ask));
      if (isIn && addition.kind === 'files') given.add(addition.files);
      return isIn;
    },
    pause: () => ask((api) => api.pause()),
    resume: () => ask((api) => api.resume()),
    cancel() {
      handOver.cancel();
      return ask((api) => api.cancel());
    },
    failures: (limit) => ask((api) => api.failures(limit)),
    retry: (ids) => ask((api) => api.retry(ids)),
    dismissFailures: () => ask((api) => api.dismissFailures()),
    remove: (itemIds) => ask((api) => api.remove(itemIds)),
    restore: (removal) => ask((api) => api.restore(removal)),
    countRemoved: () => ask((api) => api.countRemoved()),
    restoreAll: () => ask((api) => api.restoreAll()),
    withCopies: () => ask((api) => api.withCopies()),
    planDeletion: (of) => ask((api) => api.planDeletion(of)),
    deleteFiles: (plan) => ask((api) => api.deleteFiles(plan)),
    rescan: (folder) => ask((api) => api.rescan(folder)),
    keepIndex: (folder, keep) => ask((api) => api.keepIndex(folder, keep)),
    forgetFolder: (folder, withPictures) => ask((api) => api.forgetFolder(folder, withPictures)),
    original: (itemId) => ask((api) => api.original(itemId)),
    thumbnail: (itemId) => ask((api) => api.thumbnail(itemId)),
    exportLibrary: (how) => ask((api) => api.exportLibrary(how)),
    importLibrary: (file) => ask((api) => api.importLibrary(file)),
    albums: () => ask((api) => api.albums()),
    createAlbum: (name, content) => ask((api) => api.createAlbum(name, content)),
    changeAlbum: (id, change) => ask((api) => api.changeAlbum(id, change)),
    deleteAlbum: (id) => ask((api) => api.deleteAlbum(id)),
    restoreAlbum: (album) => ask((api) => api.restoreAlbum(album)),
    embed: (file, model) => ask((api) => api.embed(file, model)),
    changeModel: (model) => ask((api) => api.changeModel(model)),
    changeover: (command) => ask((api) => api.changeover(command)),
    clear: () => ask((api) => api.clear()),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      listeners.clear();
      isClosed = true;
      workers?.dispose(closed());
    },
  };
}

function closed(): AfterimageError {
  return new AfterimageError('worker-died', 'Your pictures were closed. Reload the page.');
}

/** Files without a handle, for as long as some may wait: a new worker is given them again. */
function createGivenFiles() {
  let files: AddedFile[] = [];
  return {
    add(more: readonly AddedFile[]) {
      for (const file of more) if (file.handle === undefined) files.push(file);
    },
    all: (): readonly AddedFile[] => files,
    forget() {
      files = [];
    },
  };
}

function createWorker(): Worker {
  return new Worker(new URL('../../workers/library.worker.ts', import.meta.url), { type: 'module', name: 'library' });
}
