import { type Memo, memoise } from '../../engine/async/cached/memoise.ts';
import { ALL, type CollectionManifest, LIBRARY } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import type { FileHash } from '../../engine/ports.ts';
import type { Query } from '../../engine/query/query.ts';
import { createValues } from '../../engine/query/values.ts';
import type { Baseline } from '../../engine/search/cutoff.ts';
import type { SearchContext, SearchEngine } from '../../engine/search/search-engine.ts';
import type { CollectionInfo, EncoderInfo, IndexPreference, QueryWorkerApi } from '../../protocol/query-worker.ts';
import { isAway } from '../async/resume.ts';
import { createHttpSource } from '../bytes/http-source.browser.ts';
import { type AheadSource, newestAhead } from '../bytes/newest-ahead.browser.ts';
import { type PausableSource, pausable } from '../bytes/pausable.browser.ts';
import type { BrowserTextEncoder } from '../encoders/clip.browser.ts';
import { type Connection, createEncoders, type Encoders, encoderInfo } from '../encoders/encoders.browser.ts';
import type { EncoderKey, PoolEntry } from '../encoders/pool/encoder-pool.ts';
import { MODELS } from '../models/models-folder.ts';
import type { Device } from '../models/tower-files.browser.ts';
import { createCalm } from './calm.ts';
import { createLater, later } from './later.browser.ts';
import { createNewestSearch } from './newest-search.ts';
import { createLibraryDoor, type LibraryDoor, type OpenLibraryStore } from './opened/library-door.browser.ts';
import { bytesToLoad } from './opened/load-size.browser.ts';
import { openStatic } from './opened/open-static.browser.ts';
import type { Opened } from './opened/opened.browser.ts';
import { createOtherModels, type OtherModels } from './other-models.browser.ts';
import { throttleProgress } from './progress.browser.ts';
import { createSiteList, readList } from './site-list.browser.ts';
import { holdWorkerLock } from './worker-lock.browser.ts';

/** Pictures whose records travel with an answer: about what a wide screen shows of it. */
const FIRST_SCREEN = 60;

/** While loading is paused: well below the time after which a worker counts as dead. */
const HEARTBEAT_MS = 10_000;

/** The first answer comes before what only the next visit needs. */
const KEEP_AFTER_MS = 1000;

/** An answer is shown before the rest of a large collection comes, but it waits no longer for a query. */
const SHOWN_AFTER_MS = 200;
const ASKED_WITHIN_MS = 1000;

/** The collection in use, and what is being loaded behind it. */
interface Current {
  readonly open: Opened;
  /** Made while the encoder is being loaded, because the first answer waits for it. */
  baseline: Promise<{ readonly of: ModelManifest; readonly baseline: Baseline } | undefined>;
  /** For the encoder that is loaded, made when the first query comes. */
  engine: { readonly of: PoolEntry<BrowserTextEncoder>; readonly made: Memo<SearchEngine> } | undefined;
  readonly others: OtherModels;
}

/**
 * What the query worker does, apart from the worker: one open collection, its text encoder, and the search engine over
 * both. Encoders of collections that were open before stay, as far as there is room for them.
 * @param openStore opens the visitor's own pictures
 */
export function createQuerySession(openStore?: OpenLibraryStore): QueryWorkerApi {
  let connection: Connection | undefined;
  let source: (AheadSource & PausableSource) | undefined;
  let pausing: ReturnType<typeof setInterval> | undefined;
  /** Functions of the page that may still be called: Comlink never answers a call whose proxy has been collected. */
  const ofPage = new Set<() => Promise<unknown>>();
  const connected = () => connection ?? fail('internal', 'The query worker was used before connect().');
  const encoders = createEncoders(connected);
  const { calm, calmWithin } = createCalm();
  const library = createLibraryDoor(openStore, connected);
  const shelf = createShelf(connected, calm, library, encoders);

  /** An index that was disposed of under a query fails in ways that say nothing. */
  const answer = async <T>(work: (engine: SearchEngine, device: EncoderKey['device']) => Promise<T>): Promise<T> => {
    const at = shelf.current();
    const encoder = await (encoders.current() ?? fail('internal', 'The query worker was asked before loadEncoder().'));
    const release = encoder.hold();
    try {
      const first = await engineOf(at, encoder);
      return await work(await at.others.engine(first, await encoder.loaded), encoder.key.device);
    } catch (error) {
      if (!shelf.holds(at)) fail('collection-not-found', 'Another collection was opened meanwhile.');
      throw error;
    } finally {
      release();
    }
  };

  const tellSize = async (
    from: AheadSource,
    { model }: CollectionManifest,
    index: readonly FileHash[],
    device: Promise<Device>,
  ) => {
    const newest = await from.ahead(`${MODELS}${model.id}/model.json`);
    if (!newest) return;
    connected().emit({ type: 'to-load', bytes: await bytesToLoad(from, newest.text, index, await device) });
  };

  const values = createValues();
  /** Albums are here. They are read where a query filters by one, or is like a picture that only a saved search may know. */
  const withAlbums = async (query: Query, context: SearchContext = {}): Promise<SearchContext> => {
    const { manifest } = shelf.current().open;
    const isUnknown = (term: Query['terms'][number]) => term.kind === 'picture' && !context.pictures?.has(term.sha256);
    const byAlbum = query.filters.some(({ field }) => field === 'album');
    if (!byAlbum && !query.terms.some(isUnknown)) return context;
    const [albums, { albumSources, savedPictures }] = await Promise.all([library.albums(), later.albums()]);
    const pictures = new Map([...savedPictures(albums, manifest), ...(context.pictures ?? [])]);
    return { ...context, pictures, ...(byAlbum && { albums: albumSources(albums) }) };
  };
  const newest = createNewestSearch();
  const itemsOf = (rows: Iterable<number>) => shelf.current().open.source.items(rows);

  return {
    async connect(baseUrl, onEvent, workerLock) {
      source = newestAhead(pausable(createHttpSource(baseUrl)));
      connection = { baseUrl, source, emit: throttleProgress(onEvent) };
      return workerLock !== undefined && (await holdWorkerLock(workerLock));
    },
    ...createSiteList(connected),
    async openCollection(name, preference, device, mayLoad): Promise<CollectionInfo> {
      ofPage.clear();
      ofPage.add(mayLoad).add(device);
      // Before the page asks for the encoder: by then this thread may be busy with the index.
      const chosen = mayLoad().then(device);
      void chosen.then((at) => {
        encoders.warmUp();
        encoders.readRuntime(at);
      }, ignored);
      const { manifest, info, searchFiles } = await shelf.open(name, preference, device);
      if (source) void tellSize(source, manifest, searchFiles ?? [], device()).catch(ignored); // loading will say why
      shelf.prepare(
        chosen,
        chosen.then(async (at) => ({ model: await encoders.readModel(manifest, at), device: at })),
      );
      return info;
    },
    async pauseLoading() {
      source?.pause();
      // Whoever waits knows by this that nothing is broken.
      pausing ??= setInterval(() => connected().emit({ type: 'heartbeat' }), HEARTBEAT_MS);
    },
    async resumeLoading() {
      clearInterval(pausing);
      pausing = undefined;
      source?.resume();
    },
    indexReady: async () => (await shelf.current().open.index.get()).info,
    async loadEncoder(request): Promise<EncoderInfo> {
      const at = shelf.current();
      const { manifest } = at.open;
      try {
        const encoder = await encoders.load(manifest, request);
        const loaded = await encoder.loaded;
        void shelf.keep(at, loaded);
        return encoderInfo(request, loaded);
      } catch (error) {
        throw manifest.name === LIBRARY ? (await later.library()).libraryModelError(error, manifest) : error;
      } finally {
        calmWithin(ASKED_WITHIN_MS);
      }
    },
    otherModels: (device) => shelf.current().others.list(device),
    loadOtherModel: (sha256, request) => shelf.current().others.load(sha256, request),
    stopOtherModel: async () => shelf.current().others.stop(),
    search: (query, context) =>
      answer(async (engine, device) => {
        const found = await engine.search(query, { ...(await withAlbums(query, context)), signal: newest.begin() });
        const first = itemsOf(found.rows.subarray(0, FIRST_SCREEN));
        const items = await first.catch(nothingIfAway);
        calmWithin(SHOWN_AFTER_MS);
        return { ...found, device, items };
      }),
    // What is here is searched sooner than stopped.
    stopSearch: async () => void (shelf.peek()?.open.info.searchedAt && newest.stop()),
    rank: (query, from, count, context) =>
      answer(async (engine) => engine.rank(query, from, count, await withAlbums(query, context))),
    values: async (field, prefix) =>
      field === 'album'
        ? (await later.albums()).albumValues(await library.albums(), prefix)
        : values(shelf.current().open.items, field, prefix),
    items: async (rows) => itemsOf(rows),
    rowOf: async (itemId) => shelf.current().open.source.rowOf(itemId),
    countLibrary: library.count,
    libraryPicture: library.picture,
    savedThumbs: library.savedThumbs,
    keepThumbs: library.keepThumbs,
    ...createLater(connected, () => shelf.current().open.source),
  };
}

/** The open collection: one after the other. */
function createShelf(connected: () => Connection, calm: Promise<void>, library: LibraryDoor, encoders: Encoders) {
  let opening = new AbortController();
  let current: Current | undefined;

  const close = (reason: string) => {
    opening.abort(new DOMException(reason, 'AbortError'));
    opening = new AbortController();
    const closed = current?.open;
    current?.others.close();
    current = undefined;
    closed?.close?.();
    closed?.index.peek()?.then(({ retriever }) => retriever.dispose(), ignored);
  };

  return {
    current: (): Current => current ?? fail('collection-not-found', 'No collection is open. Choose one.'),
    peek: () => current,
    holds: (at: Current) => current === at,
    async open(name: string, preference: IndexPreference, device: () => Promise<Device>): Promise<Opened> {
      close(`${name} is opened instead.`);
      const { signal } = opening;
      const at = connected();
      const openSite = (one: string, from = at) => openStatic(from, { name: one, preference, device, calm, signal });
      const openOwn = async (from = at) => {
        const [{ openLibrary }, store] = await Promise.all([later.library(), library.store()]);
        return openLibrary(from, store, signal);
      };
      const openAll = async () => {
        const [{ openTogether }, { collections }] = await Promise.all([later.together(), readList(at.source)]);
        return openTogether(at, collections, openSite, openOwn);
      };
      const open = await (name === LIBRARY ? openOwn() : name === ALL ? openAll() : openSite(name));
      if (signal.aborted) open.close?.();
      signal.throwIfAborted();
      const onLoaded = (encoder: BrowserTextEncoder) => void open.keep(encoder);
      const others = createOtherModels({ open, encoders, connection: at, onLoaded });
      current = { open, baseline: Promise.resolve(undefined), engine: undefined, others };
      return open;
    },
    /** Make ready what the first answer needs beside the encoder, as soon as the model is known. */
    prepare(
      mayLoad: Promise<unknown>,
      known: Promise<{ readonly model: ModelManifest | undefined; readonly device: Device }>,
    ): void {
      if (!current) return;
      const { index } = current.open;
      current.baseline = Promise.all([known, mayLoad.then(index.get), mayLoad.then(later.search)]).then(
        ([{ model, device }, loaded, { baselineOf }]) =>
          model && { of: model, baseline: baselineOf(loaded, model, model.dtypes[device]) },
        () => undefined, // whoever needs them is told
      );
    },
    /** Make what answers here what the next visit falls back to, when this visit has had its first answer. */
    async keep(at: Current, encoder: BrowserTextEncoder): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, KEEP_AFTER_MS));
      if (current !== at) return at.open.release();
      const problem = await at.open.keep(encoder);
      if (current === at) connected().emit({ type: 'kept', name: at.open.manifest.name, problem });
    },
  };
}

/** The engine over a collection and an encoder; waits for what is still loading. */
function engineOf(at: Current, of: PoolEntry<BrowserTextEncoder>): Promise<SearchEngine> {
  if (at.engine?.of !== of) at.engine = { of, made: memoise(() => makeEngine(at, of)) };
  return at.engine.made.get();
}

async function makeEngine(at: Current, of: PoolEntry<BrowserTextEncoder>): Promise<SearchEngine> {
  const parts = [at.open.index.get(), of.loaded, at.baseline, later.search()] as const;
  const [index, loaded, ahead, { composeSearch }] = await Promise.all(parts);
  const baseline = ahead?.of === loaded.manifest ? ahead.baseline : undefined;
  const { items } = at.open.groups?.[0] ?? at.open; // of the rows of the index
  return composeSearch(index, items, loaded, baseline).engine;
}

/** Without a network an answer is still one; the page asks for the records by themselves, and says that they are missing. */
function nothingIfAway(error: unknown): never[] {
  if (isAway(error)) return [];
  throw error;
}

function ignored(): undefined {
  return undefined;
}

function fail(code: 'internal' | 'collection-not-found', message: string): never {
  throw new AfterimageError(code, message);
}
