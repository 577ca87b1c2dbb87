import { type Accessor, batch, createEffect, createMemo, createResource, createSignal, on, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { ClientEvent, QueryClient } from '../../client/query-client.ts';
import { ALL, ALL_TITLE, type CollectionEntry, LIBRARY, LIBRARY_TITLE } from '../../engine/collection/types.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { CollectionInfo, EncoderInfo, IndexInfo, LoadStage } from '../../protocol/query-worker.ts';
import type { Notices } from '../shell/notices.ts';
import { createLive, type Live } from './live.ts';

export interface Progress {
  readonly loaded: number;
  readonly total: number;
}

export interface Kept {
  /** Why they could not be kept; undefined where they are. */
  readonly problem: string | undefined;
}

/** The collections, the open one, and the model that answers: what has to be there before a search. */
export interface Session {
  /** What the site offers, and the visitor's own pictures where there are any; undefined while that is not known. */
  readonly collections: Accessor<readonly CollectionEntry[] | undefined>;
  /** Name of the wanted collection; undefined until it is known, or when there is none. */
  readonly name: Accessor<string | undefined>;
  /** The wanted collection, once it can be browsed. */
  readonly collection: Accessor<CollectionInfo | undefined>;
  /** Pictures in it now; 0 while there is none. */
  readonly count: Accessor<number>;
  /** What changes in it while it is open. */
  readonly live: Live;
  readonly encoder: Accessor<EncoderInfo | undefined>;
  readonly index: Accessor<IndexInfo | undefined>;
  /** Model and index of the open collection answer queries. */
  readonly ready: Accessor<boolean>;
  /** What keeps the list or the collection from being shown. */
  readonly collectionError: Accessor<AfterimageError | undefined>;
  /** What keeps the model or the index from answering, while the collection can be browsed. */
  readonly modelError: Accessor<AfterimageError | undefined>;
  readonly progress: Partial<Record<LoadStage, Progress>>;
  /** Whether collection and model are there for a visit without a network; undefined until it is known. */
  readonly kept: Accessor<Kept | undefined>;
  /** Try again what failed. */
  retry(): void;
}

/** Undefined while it is not known. */
export type Offered = readonly CollectionEntry[] | undefined;

/** What the wanted collection is: the one in the address, else the first on offer. */
function chosen(wanted: string | null, entries: readonly CollectionEntry[] | undefined): string | undefined {
  return wanted ?? entries?.[0]?.name;
}

/**
 * What can be chosen: where the list of the site cannot be read, the visitor's own pictures are there all the same.
 * @param library how many they are; undefined while that is not known
 */
function offered(
  ofSite: readonly CollectionEntry[] | undefined,
  library: number | undefined,
  hasFailed: boolean,
  wanted: string | null,
): readonly CollectionEntry[] | undefined {
  const own = library || wanted === LIBRARY ? [libraryEntry(library ?? 0)] : [];
  if (!ofSite) return hasFailed && own.length > 0 ? own : undefined;
  if (ofSite.length === 0 && library === undefined) return undefined;
  const all = [...ofSite.filter((entry) => entry.name !== LIBRARY), ...own];
  return all.length > 1 || wanted === ALL ? [...all, allEntry(all)] : all;
}

function allEntry(all: readonly CollectionEntry[]): CollectionEntry {
  const count = all.reduce((sum, entry) => sum + entry.count, 0);
  return { name: ALL, title: ALL_TITLE, description: '', count, model: '', sha256: '' };
}

function libraryEntry(count: number): CollectionEntry {
  return { name: LIBRARY, title: LIBRARY_TITLE, description: '', count, model: '', sha256: '' };
}

/**
 * How many pictures of their own the visitor has; undefined while that is not known. Asked when the list of the site is
 * there, for which more people wait, and only where there may be some: asking opens a database.
 */
function createLibraryCount(client: QueryClient, isLoading: () => boolean, isUsed: Accessor<boolean>) {
  const [count, setCount] = createSignal<number>();
  const ask = () => client.countLibrary().then(setCount, () => setCount(0));
  createEffect(on([isLoading, isUsed], ([loading, used]) => !loading && used && void ask()));
  onCleanup(client.subscribe((event) => event.type === 'library' && setCount(event.count)));
  return () => count() ?? (isUsed() ? undefined : 0);
}

/** @param isLibraryUsed whether the visitor may have pictures of their own here */
export function createSession(
  client: QueryClient,
  wanted: (offered: Offered) => string | null,
  notices: Notices,
  isLibraryUsed: Accessor<boolean> = () => true,
): Session {
  const [list, { refetch: refetchList }] = createResource(() => client.listCollections());
  const ofSite = () => (list.state === 'ready' ? list() : undefined);
  const library = createLibraryCount(
    client,
    () => list.loading,
    () => isLibraryUsed() || wanted(ofSite()) === LIBRARY,
  );
  const collections = createMemo(() => offered(ofSite(), library(), list.state === 'errored', wanted(ofSite())));
  const name = createMemo(() => chosen(wanted(collections()), collections()));

  const [opened, { refetch: reopen }] = createResource(name, (wantedName) => client.open(wantedName));
  const collection = createMemo(() => {
    const info = opened.state === 'ready' ? opened() : undefined;
    return info?.manifest.name === name() ? info : undefined;
  });
  const [progress, setProgress] = createStore<Partial<Record<LoadStage, Progress>>>({});
  const [kept, setKept] = createSignal<Kept>();
  const engine = createEngine(client, collection);
  const live = createLive(client, collection, () => void reopen());

  createEffect(
    on(name, () => {
      engine.forget();
      setKept(undefined);
      setProgress(reconcile({}));
    }),
  );
  createEffect(on(collection, (info) => info && tellApart(info, notices)));
  createEffect(on(collection, (info) => info && tellRemote(info, notices)));
  const hear = (event: ClientEvent) => {
    if (event.type === 'progress') setProgress(event.stage, { loaded: event.loaded, total: event.total });
    else if (event.type === 'kept') setKept(event.name === name() ? { problem: event.problem } : undefined);
    else if (!engine.hear(event)) tell(event, notices);
  };
  onCleanup(client.subscribe(hear));

  const collectionError = () => {
    // Where it is known what to open, the list is only needed for the picker.
    const error = name() === undefined ? list.error : opened.state === 'errored' ? opened.error : undefined;
    if (error === undefined || collection()) return undefined;
    return toAfterimageError(error);
  };

  return {
    collections,
    name,
    collection,
    count: () => live.state()?.count ?? collection()?.manifest.count ?? 0,
    live,
    encoder: engine.encoder,
    index: engine.index,
    ready: engine.ready,
    collectionError,
    modelError: engine.error,
    progress,
    kept,
    retry() {
      if (list.state === 'errored') void refetchList();
      if (opened.state === 'errored') void reopen();
      else engine.load();
    },
  };
}

/**
 * What answers queries of the open collection. It is ready when encoder and index are there, whoever asked for them:
 * after a failure, a search that is tried again loads both anew.
 */
function createEngine(client: QueryClient, collection: Accessor<CollectionInfo | undefined>) {
  const [encoder, setEncoder] = createSignal<EncoderInfo>();
  const [index, setIndex] = createSignal<IndexInfo>();
  const [failure, setFailure] = createSignal<AfterimageError>();
  const ready = createMemo(
    () => index() !== undefined && encoder() !== undefined && encoder()?.modelId === collection()?.manifest.model.id,
  );
  const fail = (error: AfterimageError) =>
    batch(() => {
      setEncoder(undefined);
      setIndex(undefined);
      setFailure(error);
    });

  function load(): void {
    const asked = collection();
    if (!asked) return;
    setFailure(undefined);
    client.ready().then(
      (answer) => {
        if (collection() !== asked) return;
        setEncoder(answer.encoder);
        setIndex(answer.index);
      },
      (error: unknown) => collection() === asked && fail(toAfterimageError(error)),
    );
  }
  createEffect(on(collection, load));

  return {
    encoder,
    index,
    ready,
    error: () => (ready() ? undefined : failure()),
    load,
    /** Of another collection, the encoder may be the same. */
    forget() {
      setIndex(undefined);
      setFailure(undefined);
    },
    /** @returns whether the event was of the engine */
    hear(event: ClientEvent): boolean {
      if (event.type === 'encoder') setEncoder(event.info);
      else if (event.type === 'index') setIndex(event.info);
      else if (event.type === 'failed') fail(new AfterimageError(event.code, event.message));
      else return false;
      return true;
    },
  };
}

/** Which collections are not among all. */
function tellApart({ together }: CollectionInfo, notices: Notices): void {
  const apart = (together?.apart ?? []).map(({ title, reason }) => `“${title}” is not among them. ${reason}`);
  if (apart.length > 0) notices.say('apart', apart.join(' '));
  else notices.dismiss('apart');
}

/** What leaves this device, before anything does. */
function tellRemote({ searchedAt }: CollectionInfo, notices: Notices): void {
  notices.dismiss('remote');
  notices.dismiss('searched-at');
  if (!searchedAt) return;
  const where = searchedAt.join(' and ');
  notices.say('searched-at', `Searches are answered by ${where}: what you search for is sent there, as numbers.`);
}

/** Whether the server answers; where nothing does, the search itself says so. */
function tellAnswering(event: Extract<ClientEvent, { readonly type: 'remote' }>, notices: Notices): void {
  if (event.state === 'away' && event.problem === undefined) {
    notices.say('remote', `The search runs on this device, because its server does not answer. ${event.reason}`);
  } else notices.dismiss('remote');
}

/** Events that are news for the person, as quiet lines. */
function tell(event: ClientEvent, notices: Notices): void {
  if (event.type === 'remote') tellAnswering(event, notices);
  else if (event.type === 'restarted') notices.say('restarted', event.reason);
  else if (event.type === 'collection-updated') {
    notices.say('collection', 'The pictures have changed since the last visit: this is the new state.');
  } else if (event.type === 'collection-kept') notices.say('collection', event.reason);
  else if (event.type === 'model-updated') {
    notices.say('model', 'The model has changed since the last visit: this is the new one.');
  } else if (event.type === 'model-kept') {
    notices.say('model', `There is a newer model, but the one of the last visit goes on answering. ${event.reason}`);
  }
}
