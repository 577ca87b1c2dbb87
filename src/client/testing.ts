/** A query worker of the same realm, for tests: it is reached through a MessageChannel and can be made to fail. */
import { expose } from 'comlink';
import { AfterimageError, type ErrorCode } from '../engine/errors.ts';
import { type Query, queryText } from '../engine/query/query.ts';
import type {
  CollectionInfo,
  EncoderInfo,
  IndexInfo,
  QueryWorkerApi,
  SearchResponse,
  WorkerEvent,
} from '../protocol/query-worker.ts';
import type { DeviceChoice } from './device.ts';
import { type ClientEvent, createQueryClient, type QueryClient, type QueryClientOptions } from './query-client.ts';
import type { WorkerLike } from './worker-host.ts';

export interface FakeWorker extends WorkerLike {
  readonly number: number;
  readonly calls: string[];
  terminated: boolean;
  emit(event: WorkerEvent): void;
  /** As a worker whose script throws. */
  crash(message: string): void;
  /** As a worker that closed itself: no event but the lock's release. */
  vanish(): void;
}

export type Behaviour = Partial<QueryWorkerApi>;

export function deferred<T>(): { promise: Promise<T>; resolve(value: T): void; reject(error: unknown): void } {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A promise that stays pending; what is done before may stand in the brackets. */
export const never = <T>(_before?: unknown): Promise<T> => new Promise(() => {});

export async function fails(code: ErrorCode, message = 'Injected.'): Promise<never> {
  throw new AfterimageError(code, message);
}

export function response(query: Query, more: Partial<SearchResponse> = {}): SearchResponse {
  return { query, collection: 'demo', rows: new Uint32Array(), scores: new Float32Array(), ...more } as SearchResponse;
}

export interface Bench {
  readonly client: QueryClient;
  /** Every worker that was started, in order. */
  readonly workers: FakeWorker[];
  readonly events: ClientEvent[];
  typesOfEvents(): string[];
}

/** A client over fake workers; `behave` says what the worker with a number (from 0) does otherwise than well. */
export function createBench(
  device: DeviceChoice['device'],
  behave: (worker: number) => Behaviour = () => ({}),
  options: Partial<QueryClientOptions> = {},
): Bench {
  const workers: FakeWorker[] = [];
  const events: ClientEvent[] = [];
  const deaths: (() => void)[] = [];
  const client = createQueryClient({
    baseUrl: 'https://afterimage.test/',
    device: 'auto',
    index: 'auto',
    chooseDevice: async () => ({ device, reason: 'Chosen by the test.' }),
    createLifeLock: () => ({
      name: 'lock',
      watch: (onDeath) => {
        deaths[workers.length - 1] = onDeath;
        return { stop() {} };
      },
    }),
    createWorker: () => {
      const number = workers.length;
      const worker = createFakeWorker(number, behave(number), () => deaths[number]?.());
      workers.push(worker);
      return worker;
    },
    ...options,
  });
  client.subscribe((event) => events.push(event));
  return { client, workers, events, typesOfEvents: () => events.map(({ type }) => type) };
}

/** What of an argument is told in `calls`. */
function toWords(arg: unknown): string | undefined {
  if (typeof arg === 'object' && arg !== null && 'terms' in arg) return queryText(arg as Query);
  return typeof arg === 'string' ? arg : undefined;
}

function createFakeWorker(number: number, behaviour: Behaviour, releaseLock: () => void): FakeWorker {
  const { port1, port2 } = new MessageChannel();
  const errors = new EventTarget();
  const calls: string[] = [];
  let send: (event: WorkerEvent) => void = () => {};
  const api: QueryWorkerApi = {
    listCollections: async () => [],
    openCollection: async (name) =>
      ({ manifest: { name, model: { id: 'mini', sha256: '' } }, fromCache: false }) as unknown as CollectionInfo,
    indexReady: async () => ({ engine: 'hnsw' }) as IndexInfo,
    loadEncoder: async (request) => ({ ...request, modelId: 'mini', golden: 1 }) as unknown as EncoderInfo,
    search: async (query) => response(query),
    rank: async (_query, from) => ({ from, rows: new Uint32Array(), scores: new Float32Array() }),
    items: async () => [],
    rowOf: async () => number,
    ...behaviour,
    async connect(_baseUrl, onEvent) {
      send = onEvent;
    },
  };
  const spied = new Proxy(api, {
    get(target, name: keyof QueryWorkerApi) {
      return (...args: unknown[]) => {
        calls.push([name, ...args.map(toWords).filter((arg) => arg !== undefined)].join(' '));
        return (target[name] as (...all: unknown[]) => unknown)(...args);
      };
    },
  });
  expose(spied, port2);
  const close = () => {
    port1.close();
    port2.close();
  };
  return {
    number,
    calls,
    terminated: false,
    emit: (event) => send(event),
    crash(message) {
      close();
      errors.dispatchEvent(Object.assign(new Event('error'), { message }));
    },
    vanish() {
      close();
      releaseLock();
    },
    terminate() {
      this.terminated = true;
      close();
    },
    postMessage: (message: unknown, transfer?: Transferable[]) => port1.postMessage(message, transfer ?? []),
    addEventListener(type: string, listener: EventListenerOrEventListenerObject) {
      (type === 'message' ? port1 : errors).addEventListener(type, listener);
      if (type === 'message') port1.start();
    },
    removeEventListener: (type: string, listener: EventListenerOrEventListenerObject) =>
      (type === 'message' ? port1 : errors).removeEventListener(type, listener),
  };
}
