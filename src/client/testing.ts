/** Query workers of the same realm, for tests, and a client over them. */
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
import { createFakeWorker, type FakeWorker } from './testing-worker.ts';

interface FakeQueryWorker extends FakeWorker {
  emit(event: WorkerEvent): void;
}

export type Behaviour = Partial<QueryWorkerApi>;

/** A promise that stays pending; what is done before may stand in the brackets. */
export const never = <T>(_before?: unknown): Promise<T> => new Promise(() => {});

export async function fails(code: ErrorCode, message = 'Injected.'): Promise<never> {
  throw new AfterimageError(code, message);
}

const NOTHING = { rows: new Uint32Array(), similarities: new Float32Array(), scores: new Float32Array() };

export function response(query: Query, more: Partial<SearchResponse> = {}): SearchResponse {
  return { query, collection: 'demo', ...NOTHING, ...more } as SearchResponse;
}

export interface Bench {
  readonly client: QueryClient;
  /** Every worker that was started, in order. */
  readonly workers: FakeQueryWorker[];
  readonly events: ClientEvent[];
  typesOfEvents(): string[];
}

/** A client over fake workers; `behave` says what the worker with a number (from 0) does otherwise than well. */
export function createBench(
  device: DeviceChoice['device'],
  behave: (worker: number) => Behaviour = () => ({}),
  options: Partial<QueryClientOptions> = {},
): Bench {
  const workers: FakeQueryWorker[] = [];
  const events: ClientEvent[] = [];
  const deaths: (() => void)[] = [];
  const client = createQueryClient({
    baseUrl: 'https://afterimage.test/',
    device: 'auto',
    index: 'auto',
    chooseDevice: async () => ({ device, reason: 'Chosen by the test.' }),
    createWorkerLock: () => ({
      name: 'lock',
      watch: (onDeath) => {
        deaths[workers.length - 1] = onDeath;
        return { stop() {} };
      },
    }),
    createWorker: () => {
      const number = workers.length;
      const worker = createQueryWorker(number, behave(number), () => deaths[number]?.());
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

function createQueryWorker(number: number, behaviour: Behaviour, releaseLock: () => void): FakeQueryWorker {
  let send: (event: WorkerEvent) => void = () => {};
  const api: QueryWorkerApi = {
    listCollections: async () => [],
    openCollection: async (name) =>
      ({ manifest: { name, model: { id: 'mini', sha256: '' } }, fromCache: false }) as unknown as CollectionInfo,
    pauseLoading: async () => {},
    resumeLoading: async () => {},
    indexReady: async () => ({ kind: 'hnsw' }) as IndexInfo,
    loadEncoder: async (request) => ({ ...request, modelId: 'mini', golden: 1 }) as unknown as EncoderInfo,
    siteModels: async () => [],
    keepModel: async () => true,
    stopKeeping: async () => {},
    removeModel: async () => {},
    savedThumbs: async () => [],
    keepThumbs: async () => {},
    rerankers: async () => [],
    otherModels: async () => [],
    loadOtherModel: async () => true,
    stopOtherModel: async () => {},
    search: async (query) => response(query),
    stopSearch: async () => {},
    values: async () => [],
    rank: async (_query, from) => ({ from, ...NOTHING }),
    items: async () => [],
    rowOf: async () => number,
    countLibrary: async () => 0,
    libraryPicture: async () => undefined,
    copies: async () => undefined,
    stopCopies: async () => {},
    timeline: async () => ({ rows: new Uint32Array(), months: [], years: [] }),
    ...behaviour,
    async connect(_baseUrl, onEvent) {
      send = onEvent;
      return true;
    },
  };
  return Object.assign(createFakeWorker(api, releaseLock, toWords), { emit: (event: WorkerEvent) => send(event) });
}
