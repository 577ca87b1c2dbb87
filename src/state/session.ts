import { type Accessor, createEffect, createMemo, createResource, createSignal, on, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { ClientEvent, QueryClient } from '../client/query-client.ts';
import type { CollectionEntry } from '../engine/collection/types.ts';
import { type AfterimageError, toAfterimageError } from '../engine/errors.ts';
import type { CollectionInfo, EncoderInfo, IndexInfo, LoadStage } from '../protocol.ts';
import type { Notices } from './notices.ts';

export interface Progress {
  readonly loaded: number;
  readonly total: number;
}

/** The collections, the open one, and the model that answers: what has to be there before a search. */
export interface Session {
  /** What the site offers; undefined while it is being asked. */
  readonly collections: Accessor<readonly CollectionEntry[] | undefined>;
  /** Name of the wanted collection; undefined until it is known, or when there is none. */
  readonly name: Accessor<string | undefined>;
  /** The wanted collection, once it can be browsed. */
  readonly collection: Accessor<CollectionInfo | undefined>;
  readonly encoder: Accessor<EncoderInfo | undefined>;
  readonly index: Accessor<IndexInfo | undefined>;
  /** Model and index of the open collection answer queries. */
  readonly ready: Accessor<boolean>;
  /** What keeps the list or the collection from being shown. */
  readonly collectionError: Accessor<AfterimageError | undefined>;
  /** What keeps the model or the index from answering, while the collection can be browsed. */
  readonly modelError: Accessor<AfterimageError | undefined>;
  readonly progress: Partial<Record<LoadStage, Progress>>;
  /** Try again what failed. */
  retry(): void;
}

/** What the wanted collection is: the one in the address, else the first on offer. */
function chosen(wanted: string | null, entries: readonly CollectionEntry[] | undefined): string | undefined {
  return wanted ?? entries?.[0]?.name;
}

export function createSession(client: QueryClient, wanted: Accessor<string | null>, notices: Notices): Session {
  const [list, { refetch: refetchList }] = createResource(() => client.listCollections());
  const collections = () => (list.state === 'ready' ? list() : undefined);
  const name = createMemo(() => chosen(wanted(), collections()));

  const [opened, { refetch: reopen }] = createResource(name, (wantedName) => client.open(wantedName));
  const collection = createMemo(() => {
    const info = opened.state === 'ready' ? opened() : undefined;
    return info?.manifest.name === name() ? info : undefined;
  });
  const [model, { refetch: reload }] = createResource(collection, () => client.ready());

  const [encoder, setEncoder] = createSignal<EncoderInfo>();
  const [index, setIndex] = createSignal<IndexInfo>();
  const [failure, setFailure] = createSignal<AfterimageError>();
  const [progress, setProgress] = createStore<Partial<Record<LoadStage, Progress>>>({});

  createEffect(
    on(name, () => {
      setIndex(undefined);
      setFailure(undefined);
      setProgress(reconcile({}));
    }),
  );
  createEffect(() => {
    const answer = model.state === 'ready' ? model() : undefined;
    if (!answer) return;
    setEncoder(answer.encoder);
    setIndex(answer.index);
  });

  const hear = (event: ClientEvent) => {
    if (event.type === 'progress') setProgress(event.stage, { loaded: event.loaded, total: event.total });
    else if (event.type === 'encoder') setEncoder(event.info);
    else if (event.type === 'index') setIndex(event.info);
    else if (event.type === 'failed') setFailure(toAfterimageError(revived(event)));
    else tell(event, notices);
  };
  onCleanup(client.subscribe(hear));

  const collectionError = () => {
    const error = list.error ?? (opened.state === 'errored' ? opened.error : undefined);
    // With a collection in the address, the list is only needed for the picker.
    if (error === undefined || collection()) return undefined;
    return toAfterimageError(error);
  };
  const modelError = () => failure() ?? (model.state === 'errored' ? toAfterimageError(model.error) : undefined);

  return {
    collections,
    name,
    collection,
    encoder,
    index,
    ready: () => model.state === 'ready' && collection() !== undefined && !modelError(),
    collectionError,
    modelError,
    progress,
    retry() {
      setFailure(undefined);
      if (list.state === 'errored') void refetchList();
      if (opened.state === 'errored') void reopen();
      else if (collection()) void reload();
    },
  };
}

function revived(event: { code: string; message: string }): Error {
  const error = new Error(event.message);
  error.name = `AfterimageError:${event.code}`;
  return error;
}

/** Events that are news for the person, as quiet lines. */
function tell(event: ClientEvent, notices: Notices): void {
  if (event.type === 'restarted') notices.say('restarted', event.reason);
  else if (event.type === 'collection-updated') {
    notices.say('collection', 'The pictures have changed since the last visit: this is the new state.');
  } else if (event.type === 'collection-kept') notices.say('collection', event.reason);
}
