import { proxy } from 'comlink';
import { memoise } from '../engine/async/cached/memoise.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { CollectionInfo, EncoderRequest, QueryWorkerApi } from '../protocol/query-worker.ts';
import { chooseThreads, type DeviceChoice } from './device.ts';
import { loadLimit } from './limits.ts';
import type { QueryWorker, QueryWorkerOptions, Ready } from './query-worker.ts';
import type { WorkerSession } from './worker-session.ts';

/** Runs what the encoder takes part in, on the device that was chosen. */
type WithEncoder = <T>(work: (device: DeviceChoice['device']) => Promise<T>) => Promise<T>;

/** What is open in a query worker, and what is loaded behind it. */
export interface Opening extends Pick<QueryWorker, 'open' | 'ready' | 'loading'> {
  /** What is open is out of date: it is opened again when it is asked for. */
  forget(name: string): void;
  /** Of the open collection, once it can be browsed. */
  info(): Promise<CollectionInfo>;
  /** Whether encoder and index of the open collection answer. */
  isReady(): boolean;
  /** How an encoder is loaded on the device that was chosen. */
  request(): Promise<EncoderRequest>;
}

/** A collection, and what is loaded behind it from when it can be browsed; again when it is asked for after a failure. */
interface Opened extends Pick<QueryWorker, 'ready' | 'loading'> {
  readonly name: string;
  readonly info: Promise<CollectionInfo>;
  isReady(): boolean;
}

export function createOpening(
  { index, threads, device: chosen, mayLoad = async () => {}, onEvent }: QueryWorkerOptions,
  session: WorkerSession<QueryWorkerApi>,
  withEncoder: WithEncoder,
): Opening {
  let opened: Opened | undefined;

  function begin(name: string): Opened {
    const device = async () => (await chosen).device;
    const info = session.call((api) => api.openCollection(name, index, proxy(device), proxy(mayLoad)));
    let begun = Promise.resolve();
    let isReady = false;
    const both = memoise(async () => {
      let onBegun = () => {};
      begun = new Promise((resolve) => {
        onBegun = resolve;
      });
      await info;
      await mayLoad();
      const loaded = await load(onBegun);
      isReady = true;
      return loaded;
    });
    const loading = async () => {
      const ready = both.get();
      await Promise.race([begun, ready]);
    };
    const mine: Opened = { name, info, ready: both.get, loading, isReady: () => isReady };
    info.then(
      () => both.get().catch((error: AfterimageError) => tellFailure(mine, error)),
      () => {
        if (opened === mine) opened = undefined;
      },
    );
    return mine;
  }

  /** Of a failure behind an open collection nobody might ask. A death is told by whoever replaces the worker. */
  function tellFailure(mine: Opened, { code, message }: AfterimageError): void {
    if (opened === mine && !session.isDead()) onEvent({ type: 'failed', code, message });
  }

  async function requestOf(): Promise<EncoderRequest> {
    const { device, reason } = await chosen;
    return { device, deviceReason: reason, threads: device === 'webgpu' ? 1 : (threads ?? chooseThreads()) };
  }

  /**
   * Encoder and index, side by side; each is told as it comes.
   * @param onBegun the worker was told to load the encoder
   */
  async function load(onBegun: () => void): Promise<Ready> {
    const request = await requestOf();
    const { device } = request;
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

  return {
    open(name) {
      if (opened?.name !== name) opened = begin(name);
      return opened.info;
    },
    forget(name) {
      if (opened?.name === name) opened = undefined;
    },
    info: () => opened?.info ?? nothingOpen(),
    ready: () => opened?.ready() ?? nothingOpen(),
    loading: () => opened?.loading() ?? nothingOpen(),
    isReady: () => opened?.isReady() === true,
    request: requestOf,
  };
}

function nothingOpen(): Promise<never> {
  return Promise.reject(new AfterimageError('collection-not-found', 'No collection is open. Choose one.'));
}
