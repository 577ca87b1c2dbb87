import { type Accessor, batch, createEffect, createSignal, on, onCleanup, untrack } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import type { RerankClient } from '../../client/rerank-client.ts';
import { memoise } from '../../engine/async/cached/memoise.ts';
import type { PictureSource } from '../../engine/collection/types.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { RerankerInfo, SiteReranker } from '../../protocol/rerank-worker.ts';
import type { Items } from '../collection/items.ts';
import type { Progress } from '../collection/session.ts';
import { requestOf, textOf, withTop } from './rerank-request.ts';
import type { Search } from './search.ts';

/** Pictures that are looked at again. */
export const LOOKED_AT = 20;
/** Where they take longer, it is off until somebody wants it all the same. */
const SLOW_MS = 2000;
/** An answer that stands for so long is worth a second look; not each letter that is typed. */
const SETTLED_MS = 200;

/** `slow`: it is loaded, and off because it takes long here. */
export type RerankStatus = 'off' | 'loading' | 'slow' | 'on';

/**
 * A second look at the best pictures of an answer, by a model that sees text and picture together. Nothing of it is loaded
 * before it is turned on. The fast answer is shown first; the other order takes its place.
 */
export interface Reranking {
  /** What the site has for it; undefined where it has nothing. */
  readonly offer: Accessor<SiteReranker | undefined>;
  readonly status: Accessor<RerankStatus>;
  /** Of the download. */
  readonly progress: Accessor<Progress | undefined>;
  /** Why it could not be loaded, or could not look. */
  readonly error: Accessor<AfterimageError | undefined>;
  readonly info: Accessor<RerankerInfo | undefined>;
  /** What the pictures of an answer take here, about, in milliseconds; undefined before it is loaded. */
  readonly expectedMs: Accessor<number | undefined>;
  /** Pictures are being looked at. */
  readonly looking: Accessor<boolean>;
  /** The other order is there, and is shown when nobody is at one of the pictures any more. */
  readonly waits: Accessor<boolean>;
  /** Turn it on; where it is slow, a second time means that it is wanted all the same. Never rejects. */
  turnOn(): Promise<void>;
  /** Turn it off, or stop the download; the answer is as it was. */
  turnOff(): void;
  /** The order in which a refined answer is shown. */
  arrange(answer: SearchResponse): SearchResponse | Promise<SearchResponse>;
}

export interface RerankingOptions {
  readonly client: Pick<QueryClient, 'rerankers'>;
  /** Queries are answered: from then on the site is asked what it has. */
  readonly ready: Accessor<boolean>;
  readonly search: Pick<Search, 'response' | 'replace'>;
  readonly items: Pick<Items, 'get'>;
  readonly pictures: Accessor<PictureSource | undefined>;
  /** While it says so nothing on the page is replaced: somebody is at one of the pictures. */
  readonly held: Accessor<boolean>;
  readonly load: () => Promise<RerankClient>;
}

/** Another order of an answer. */
interface Found {
  readonly of: SearchResponse;
  readonly by: SearchResponse;
}

export function createReranking(options: RerankingOptions): Reranking {
  const { search, held } = options;
  const [offer, setOffer] = createSignal<SiteReranker>();
  const [status, setStatus] = createSignal<RerankStatus>('off');
  const [progress, setProgress] = createSignal<Progress>();
  const [error, setError] = createSignal<AfterimageError>();
  const [info, setInfo] = createSignal<RerankerInfo>();
  const [looking, setLooking] = createSignal(false);
  const [found, setFound] = createSignal<Found>();
  /** Answers as they were. */
  const plain = new WeakMap<SearchResponse, SearchResponse>();
  const client = memoise(options.load);
  const expectedMs = () => {
    const known = info();
    return known && known.msPerPicture * LOOKED_AT;
  };

  async function readOffer(): Promise<void> {
    const [first] = await options.client.rerankers().catch(() => []);
    setOffer(first);
  }

  async function load(id: string): Promise<void> {
    batch(() => {
      setStatus('loading');
      setError(undefined);
      setProgress(undefined);
    });
    try {
      const rerank = await client.get();
      const loaded = await rerank.load(id, (bytes, total) => setProgress({ loaded: bytes, total }));
      if (status() !== 'loading') return;
      batch(() => {
        setInfo(loaded);
        setStatus(loaded.msPerPicture * LOOKED_AT > SLOW_MS ? 'slow' : 'on');
      });
    } catch (cause) {
      if (status() === 'loading') fail(cause); // else it was stopped
    }
  }

  function fail(cause: unknown): void {
    batch(() => {
      setError(toAfterimageError(cause));
      setStatus('off');
      setInfo(undefined);
    });
  }

  /** The same answer in another order; undefined where there is none, or another answer is wanted by now. */
  async function look(answer: SearchResponse): Promise<SearchResponse | undefined> {
    const source = options.pictures();
    const request = source && (await requestOf(answer, LOOKED_AT, options.items, source));
    const top = request && (await (await client.get()).rerank(request));
    if (!top) return undefined;
    const other = withTop(answer, top);
    plain.set(other, answer);
    return other;
  }

  async function lookAt(answer: SearchResponse): Promise<void> {
    const isWanted = () => search.response() === answer && status() === 'on';
    setLooking(true);
    try {
      const by = await look(answer);
      if (by && isWanted()) setFound({ of: answer, by });
    } catch (cause) {
      if (isWanted()) fail(cause);
    } finally {
      if (search.response() === answer || !search.response()) setLooking(false);
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on([search.response, status], ([answer, now]) => {
      clearTimeout(timer);
      setFound(undefined);
      setLooking(false);
      if (!answer || now !== 'on' || answer.reranked || textOf(answer) === undefined) return;
      timer = setTimeout(() => void lookAt(answer), SETTLED_MS);
    }),
  );
  createEffect(
    on([found, held], ([other, isHeld]) => {
      if (!other || isHeld) return;
      setFound(undefined);
      search.replace(other.of, other.by);
    }),
  );
  createEffect(on(options.ready, (ready) => void (ready && !untrack(offer) && readOffer())));
  onCleanup(() => {
    clearTimeout(timer);
    client.peek()?.then((rerank) => rerank.stop(), ignored);
  });

  return {
    offer,
    status,
    progress,
    error,
    info,
    expectedMs,
    looking,
    waits: () => found() !== undefined,
    async turnOn() {
      const id = offer()?.id;
      if (id === undefined || status() === 'loading') return;
      setError(undefined);
      if (info()) setStatus('on');
      else await load(id);
    },
    turnOff() {
      const wasLoading = status() === 'loading';
      setStatus('off');
      client.peek()?.then((rerank) => (wasLoading ? rerank.stop() : rerank.drop()), ignored);
      const shown = search.response();
      const before = shown && plain.get(shown);
      if (before) search.replace(shown, before);
      if (wasLoading) void readOffer(); // less is missing now
    },
    arrange(answer) {
      if (status() !== 'on' || textOf(answer) === undefined) return answer;
      return look(answer).then(
        (other) => other ?? answer,
        () => answer,
      );
    },
  };
}

function ignored(): undefined {
  return undefined;
}
