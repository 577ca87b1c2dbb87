import { assertModel } from '../engine/collection/assert-model.ts';
import { parseCollectionList } from '../engine/collection/manifest.ts';
import { AfterimageError } from '../engine/errors.ts';
import { createSearchEngine, type SearchEngine } from '../engine/search-engine.ts';
import type { CollectionInfo, EncoderInfo, EncoderRequest, QueryWorkerApi, WorkerEvent } from '../protocol.ts';
import { type BrowserTextEncoder, loadBrowserTextEncoder } from './clip.browser.ts';
import { type OpenCollection, openNewestCollection } from './collection-source.browser.ts';
import { createHttpSource, type HttpSource } from './http-source.browser.ts';
import { holdLifeLock } from './life-lock.browser.ts';
import { type Memo, memoise } from './memoise.ts';
import { type OpenIndex, openIndex } from './open-index.browser.ts';
import { throttleProgress } from './progress.browser.ts';

const LIST = 'collections/index.json';

/** The collection in use, and what is being loaded behind it. */
interface Current {
  readonly open: OpenCollection;
  readonly index: Memo<OpenIndex>;
  /** For the encoder that is loaded, made when the first query comes. */
  engine: { readonly of: Encoder; readonly made: Promise<SearchEngine> } | undefined;
}

interface Encoder {
  readonly request: EncoderRequest;
  readonly loaded: Promise<BrowserTextEncoder>;
}

/**
 * What the query worker does, apart from the worker: one open collection, one text encoder, and the search engine over
 * both. Opening another collection of the same model keeps the encoder.
 */
export function createQuerySession(): QueryWorkerApi {
  let source: HttpSource | undefined;
  let emit: (event: WorkerEvent) => void = () => {};
  let opening = new AbortController();
  let current: Current | undefined;
  let encoder: Encoder | undefined;

  const connected = (): HttpSource => source ?? fail('internal', 'The query worker was used before connect().');
  const collection = (): Current => current ?? fail('collection-not-found', 'No collection is open. Choose one.');

  const close = (reason: string) => {
    opening.abort(new DOMException(reason, 'AbortError'));
    opening = new AbortController();
    const closed = current;
    current = undefined;
    closed?.index.get().then(
      ({ index }) => index.dispose(),
      () => undefined,
    );
  };

  /** A failed load is forgotten, so that asking again tries again. */
  const startEncoder = (request: EncoderRequest): Encoder => {
    const loaded = loadBrowserTextEncoder(connected(), request, {
      onProgress: (stage, bytes, total) => emit({ type: 'progress', stage, loaded: bytes, total }),
      onDeviceLost: (reason) => emit({ type: 'device-lost', reason }),
    });
    loaded.catch(() => {
      if (encoder?.loaded === loaded) encoder = undefined;
    });
    return { request, loaded };
  };

  /** The engine over the collection and encoder of this moment; waits for what is still loading. */
  const engineOf = (at: Current): Promise<SearchEngine> => {
    const of = encoder ?? fail('internal', 'The query worker was asked before loadEncoder().');
    if (at.engine?.of !== of) {
      const made = makeEngine(at, of).catch((error: unknown) => {
        if (at.engine?.made === made) at.engine = undefined;
        throw error;
      });
      at.engine = { of, made };
    }
    return at.engine.made;
  };

  /** An index that was disposed of under a query fails in ways that say nothing. */
  const answer = async <T>(work: (engine: SearchEngine) => Promise<T>): Promise<T> => {
    const at = collection();
    try {
      return await work(await engineOf(at));
    } catch (error) {
      if (current !== at) fail('collection-not-found', 'Another collection was opened meanwhile.');
      throw error;
    }
  };

  return {
    async connect(baseUrl, onEvent, lifeLock) {
      source = createHttpSource(baseUrl);
      emit = throttleProgress(onEvent);
      if (lifeLock !== undefined) await holdLifeLock(lifeLock);
    },

    async listCollections() {
      const newest = await connected().newest(LIST);
      if (!newest) return [];
      const { collections } = parseCollectionList(newest.text);
      if (newest.kept !== newest.text) void connected().commit(LIST, newest.text, []);
      return collections;
    },

    async openCollection(name, preference): Promise<CollectionInfo> {
      close(`${name} is opened instead.`);
      const { signal } = opening;
      const open = await openNewestCollection(connected(), name, { signal, onEvent: emit });
      signal.throwIfAborted();
      const index = memoise(async () => {
        const opened = await openIndex(open, preference);
        open.keep().then(open.release, open.release); // What cannot be kept is fetched again by the next visit.
        return opened;
      });
      index.get().catch(() => undefined); // `indexReady` tells it.
      current = { open, index, engine: undefined };
      const { parts: _parts, ...manifest } = open.collection.manifest;
      return { manifest, fromCache: open.fromCache };
    },

    indexReady: async () => (await collection().index.get()).info,

    async loadEncoder(request): Promise<EncoderInfo> {
      if (encoder?.request.modelId !== request.modelId) {
        const previous = encoder;
        encoder = startEncoder(request);
        previous?.loaded.then((old) => old.encoder.dispose()).catch(() => undefined);
      }
      return encoderInfo(encoder.request, await encoder.loaded);
    },

    search: (text) =>
      answer(async (engine) => {
        const device = encoder?.request.device ?? 'wasm';
        return { ...(await engine.search(text)), device };
      }),
    rank: (text, from, count) => answer((engine) => engine.rank(text, from, count)),
    items: async (rows) => rows.map((row) => collection().open.items.get(row)),
    rowOf: async (itemId) => collection().open.items.rowOf(itemId),
  };
}

async function makeEngine({ open, index: opening }: Current, { loaded }: Encoder): Promise<SearchEngine> {
  const [{ encoder, manifest: model, dtype }, { index, exact, background }] = await Promise.all([
    loaded,
    opening.get(),
  ]);
  const { manifest } = open.collection;
  assertModel(manifest, model);
  const texts = model.golden.filter((golden) => golden.dtype === dtype).map(({ embedding }) => embedding);
  return createSearchEngine({
    collection: manifest.name,
    modelId: manifest.model.id,
    encoder,
    index,
    exact,
    background: background(texts),
  });
}

function encoderInfo(request: EncoderRequest, { manifest, dtype, threads, golden }: BrowserTextEncoder): EncoderInfo {
  return {
    modelId: manifest.id,
    modelTitle: manifest.title,
    modelCan: manifest.can,
    modelCannot: manifest.cannot,
    modelLicence: manifest.licence,
    dim: manifest.dim,
    device: request.device,
    deviceReason: request.deviceReason,
    dtype,
    threads,
    golden,
  };
}

function fail(code: 'internal' | 'collection-not-found', message: string): never {
  throw new AfterimageError(code, message);
}
