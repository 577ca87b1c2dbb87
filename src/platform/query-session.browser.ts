import { parseCollectionList } from '../engine/collection/manifest.ts';
import type { CollectionManifest } from '../engine/collection/types.ts';
import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import type { SearchEngine } from '../engine/search-engine.ts';
import type { CollectionInfo, EncoderInfo, EncoderRequest, QueryWorkerApi, WorkerEvent } from '../protocol.ts';
import type { BrowserTextEncoder } from './clip.browser.ts';
import { type OpenCollection, openNewestCollection } from './collection-source.browser.ts';
import { composeSearch } from './compose-search.ts';
import { createEncoderSlot, type Encoder } from './encoder-slot.ts';
import { createHttpSource, type HttpSource } from './http-source.browser.ts';
import { holdLifeLock } from './life-lock.browser.ts';
import { type Memo, memoise } from './memoise.ts';
import { type OpenIndex, openIndex } from './open-index.browser.ts';
import { throttleProgress } from './progress.browser.ts';
import { readTextModel, readTower, type TowerFiles } from './tower-files.browser.ts';

const LIST = 'collections/index.json';
/** Pictures whose records travel with an answer: about what a wide screen shows of it. */
const FIRST_SCREEN = 60;

/** The first answer comes before what only the next visit needs. */
const KEEP_AFTER_MS = 1000;

/** The collection in use, and what is being loaded behind it. */
interface Current {
  readonly open: OpenCollection;
  readonly index: Memo<OpenIndex>;
  /** For the encoder that is loaded, made when the first query comes. */
  engine: { readonly of: Encoder<BrowserTextEncoder>; readonly made: Promise<SearchEngine> } | undefined;
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

  const connected = (): HttpSource => source ?? fail('internal', 'The query worker was used before connect().');
  const collection = (): Current => current ?? fail('collection-not-found', 'No collection is open. Choose one.');
  const tower = createReadAhead((made, device) => readTower(connected(), made, device, emit));
  /** Most of the worker's code: it comes while the collection and the files of the tower are read. */
  const clip = memoise(() => import('./clip.browser.ts'));
  const slot = createEncoderSlot(async (made, { device, threads }) => {
    const files = tower.take(made, device);
    return (await clip.get()).loadBrowserTextEncoder(files, threads, emit);
  });

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

  const keep = async (at: Current, encoder: BrowserTextEncoder) => {
    await new Promise((resolve) => setTimeout(resolve, KEEP_AFTER_MS));
    if (current !== at) return at.open.release();
    const problem = await keepTogether(connected(), at, encoder);
    if (current === at) emit({ type: 'kept', name: at.open.collection.manifest.name, problem });
  };

  /** An index that was disposed of under a query fails in ways that say nothing. */
  const answer = async <T>(work: (engine: SearchEngine) => Promise<T>): Promise<T> => {
    const at = collection();
    const encoder = slot.current() ?? fail('internal', 'The query worker was asked before loadEncoder().');
    try {
      return await work(await engineOf(at, encoder));
    } catch (error) {
      if (current !== at) fail('collection-not-found', 'Another collection was opened meanwhile.');
      throw error;
    }
  };

  const itemsOf = (rows: Iterable<number>) => {
    const { items } = collection().open;
    return Promise.all(Array.from(rows, (row) => items.get(row)));
  };

  return {
    async connect(baseUrl, onEvent, lifeLock) {
      source = createHttpSource(baseUrl);
      clip.get().catch(() => undefined); // `loadEncoder` tells it.
      emit = throttleProgress(onEvent);
      if (lifeLock !== undefined) await holdLifeLock(lifeLock);
    },

    async listCollections() {
      const newest = await connected().newest(LIST);
      if (!newest) return [];
      const { collections } = parseCollectionList(newest.text);
      void connected().commit([{ path: LIST, text: newest.text, files: [] }]);
      return collections;
    },

    async openCollection(name, preference, device): Promise<CollectionInfo> {
      close(`${name} is opened instead.`);
      const { signal } = opening;
      const open = await openNewestCollection(connected(), name, {
        signal,
        onEvent: emit,
        readModel: async (made) => readTextModel(connected(), made, await device(), emit),
      });
      signal.throwIfAborted();
      // Before the page asks for it: by then this thread may be busy with the index.
      void device().then((at) => slot.current() ?? tower.begin(open.collection.manifest, at));
      const index = memoise(() => openIndex(open, preference));
      index.get().catch(() => undefined); // `indexReady` tells it.
      current = { open, index, engine: undefined };
      const { parts: _parts, ...manifest } = open.collection.manifest;
      return { manifest, fromCache: open.fromCache };
    },

    indexReady: async () => (await collection().index.get()).info,

    async loadEncoder(request): Promise<EncoderInfo> {
      const at = collection();
      const encoder = await slot.load(at.open.collection.manifest, request);
      const loaded = await encoder.loaded;
      void keep(at, loaded);
      return encoderInfo(encoder.request, loaded);
    },

    search: (text) =>
      answer(async (engine) => {
        const device = slot.current()?.request.device ?? 'wasm';
        const found = await engine.search(text);
        return { ...found, device, items: await itemsOf(found.rows.subarray(0, FIRST_SCREEN)) };
      }),
    rank: (text, from, count) => answer((engine) => engine.rank(text, from, count)),
    items: async (rows) => itemsOf(rows),
    rowOf: async (itemId) => collection().open.items.rowOf(itemId),
  };
}

/** Files of a text tower that are being read before they are asked for. */
function createReadAhead(read: (made: CollectionManifest, device: EncoderRequest['device']) => TowerFiles) {
  let ahead: { readonly made: CollectionManifest; readonly files: TowerFiles } | undefined;
  return {
    begin(made: CollectionManifest, device: EncoderRequest['device']): void {
      ahead = { made, files: read(made, device) };
    },
    /** What was begun for this collection, once; else it begins now. */
    take(made: CollectionManifest, device: EncoderRequest['device']): TowerFiles {
      const taken = ahead;
      ahead = undefined;
      return taken?.made === made && taken.files.device === device ? taken.files : read(made, device);
    },
  };
}

/** The engine over a collection and an encoder; waits for what is still loading. */
function engineOf(at: Current, of: Encoder<BrowserTextEncoder>): Promise<SearchEngine> {
  if (at.engine?.of === of) return at.engine.made;
  const made = Promise.all([at.index.get(), of.loaded]).then(([index, loaded]) => composeSearch(index, loaded).engine);
  at.engine = { of, made };
  made.catch(() => {
    if (at.engine?.made === made) at.engine = undefined;
  });
  return made;
}

/**
 * Make what answers here what the next visit falls back to: collection, model and runtime, or none of them.
 * @returns why it is not kept, if it is not: the next visit reads it again
 */
async function keepTogether(
  source: HttpSource,
  { open, index }: Current,
  { versions }: BrowserTextEncoder,
): Promise<string | undefined> {
  try {
    const { arrived, onDemand } = await index.get();
    await arrived;
    const problem = await source.commit([await open.readAll(onDemand), ...versions]);
    if (problem === undefined) await source.sweep();
    return problem;
  } catch (error) {
    return toAfterimageError(error).message;
  } finally {
    open.release();
  }
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
