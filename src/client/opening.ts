import { proxy } from 'comlink';
import { createDeferred } from '../engine/async/deferred.ts';
import { memoise } from '../engine/async/memoise.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { CollectionInfo, QueryWorkerApi } from '../protocol/query-worker.ts';
import { chooseThreads, type DeviceChoice } from './device.ts';
import { loadLimit } from './limits.ts';
import type { QueryWorker, QueryWorkerOptions, Ready } from './query-worker.ts';
import type { WorkerSession } from './worker-session.ts';

type OpeningOptions = Pick<QueryWorkerOptions, 'index' | 'threads' | 'choice' | 'onEvent'>;

/** Runs what the encoder takes part in, on the device that was chosen. */
type WithEncoder = <T>(work: (device: DeviceChoice['device']) => Promise<T>) => Promise<T>;

/** What is open in a query worker, and what is loaded behind it. */
export interface Opening extends Pick<QueryWorker, 'open' | 'ready' | 'loading'> {
  /** Of the open collection, once it can be browsed. */
  info(): Promise<CollectionInfo>;
  /** Whether encoder and index of the open collection answer. */
  isReady(): boolean;
}

interface Opened {
  readonly name: string;
  readonly info: Promise<CollectionInfo>;
  readonly behind: Behind;
}

interface Behind extends Pick<QueryWorker, 'ready' | 'loading'> {
  isReady(): boolean;
}

export function createOpening(
  options: OpeningOptions,
  session: WorkerSession<QueryWorkerApi>,
  withEncoder: WithEncoder,
): Opening {
  let opened: Opened | undefined;

  function begin(name: string): Opened {
    const device = async () => (await options.choice).device;
    const info = session.call((api) => api.openCollection(name, options.index, proxy(device)));
    const mine: Opened = { name, info, behind: createBehind(info, options, session, withEncoder) };
    info.then(
      () => mine.behind.ready().catch((error: AfterimageError) => tellFailure(mine, error)),
      () => {
        if (opened === mine) opened = undefined;
      },
    );
    return mine;
  }

  /** Of a failure behind an open collection nobody might ask. A death is told by whoever replaces the worker. */
  function tellFailure(mine: Opened, error: AfterimageError): void {
    if (opened !== mine || session.isDead()) return;
    options.onEvent({ type: 'failed', code: error.code, message: error.message });
  }

  return {
    open(name) {
      if (opened?.name !== name) opened = begin(name);
      return opened.info;
    },
    info: () => opened?.info ?? nothingOpen(),
    ready: () => opened?.behind.ready() ?? nothingOpen(),
    loading: () => opened?.behind.loading() ?? nothingOpen(),
    isReady: () => opened?.behind.isReady() === true,
  };
}

/** What is loaded behind a collection, from when it can be browsed; again when it is asked for after a failure. */
function createBehind(
  info: Promise<CollectionInfo>,
  options: OpeningOptions,
  session: WorkerSession<QueryWorkerApi>,
  withEncoder: WithEncoder,
): Behind {
  let begun = createDeferred<void>();
  let isReady = false;
  const both = memoise(async () => {
    begun = createDeferred();
    await info;
    const loaded = await load(options, session, withEncoder, begun.resolve);
    isReady = true;
    return loaded;
  });
  return {
    ready: both.get,
    async loading() {
      const ready = both.get();
      await Promise.race([begun.promise, ready]);
    },
    isReady: () => isReady,
  };
}

/**
 * Encoder and index of the open collection, side by side; each is told as it comes.
 * @param onBegun the worker was told to load the encoder
 */
async function load(
  { choice, threads, onEvent }: OpeningOptions,
  session: WorkerSession<QueryWorkerApi>,
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
      const loaded = session.call((api) => api.loadEncoder(request), loadLimit(device));
      onBegun();
      return loaded;
    });
    onEvent({ type: 'encoder', info });
    return info;
  };
  const loadIndex = async () => {
    const info = await session.call((api) => api.indexReady());
    onEvent({ type: 'index', info });
    return info;
  };
  const [encoder, index] = await Promise.all([loadEncoder(), loadIndex()]);
  return { encoder, index };
}

function nothingOpen(): Promise<never> {
  return Promise.reject(new AfterimageError('collection-not-found', 'No collection is open. Choose one.'));
}
