import { type Accessor, batch, createEffect, createSignal, on, onCleanup, untrack } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import type { RerankClient } from '../../client/rerank-client.ts';
import { memoise } from '../../engine/async/cached/memoise.ts';
import type { PictureSource } from '../../engine/collection/types.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { SiteReranker } from '../../protocol/rerank-worker.ts';
import type { Items } from '../collection/items.ts';
import type { Progress } from '../collection/session.ts';
import type { RerankChoice } from './rerank-choice.ts';
import { requestOf, textOf, withTop } from './rerank-request.ts';
import type { Search } from './search.ts';

/** Pictures that are looked at again. */
export const LOOKED_AT = 20;
/** Where they take longer, it is off until somebody wants it all the same. */
const SLOW_MS = 2000;
/** An answer that stands for so long is worth a second look; not each letter that is typed. */
const SETTLED_MS = 200;

/**
 * `asking`: it is off until somebody agrees to the download; `slow`: it was loaded and measured, and is off until somebody
 * wants it however long it takes.
 */
export type RerankStatus = 'off' | 'asking' | 'loading' | 'slow' | 'on';

/**
 * A second look at the best pictures of an answer, by a model that sees text and picture together. The fast answer is shown
 * first; the other order takes its place. Nothing is downloaded before it is turned on, and nothing of it stays in memory
 * while it is off. On a later visit it is as it was left, if its files are still here.
 */
export interface Reranking {
  /** What the site has for it; undefined where it has nothing. */
  readonly offer: Accessor<SiteReranker | undefined>;
  readonly status: Accessor<RerankStatus>;
  /** Of the download. */
  readonly progress: Accessor<Progress | undefined>;
  /** Why it could not be loaded, or could not look. */
  readonly error: Accessor<AfterimageError | undefined>;
  /** What the pictures of an answer take here, about, in milliseconds; undefined before it was loaded. */
  readonly expectedMs: Accessor<number | undefined>;
  /** Pictures are being looked at. */
  readonly looking: Accessor<boolean>;
  /** The other order is there, and is shown when nobody is at one of the pictures any more. */
  readonly waits: Accessor<boolean>;
  /** Turn it on, or ask whether to download it. Never rejects. */
  turnOn(): Promise<void>;
  /** What was asked is wanted; what failed is tried again. Never rejects. */
  agree(): Promise<void>;
  /** What was asked is not wanted; what failed has been read. */
  dismiss(): void;
  /** Turn it off, or stop the download; the answer is as it was. */
  turnOff(): void;
  /** The order in which a refined answer is shown. */
  arrange(answer: SearchResponse): SearchResponse | Promise<SearchResponse>;
}

export interface RerankingOptions {
  readonly client: Pick<QueryClient, 'rerankers'>;
  /** Queries are answered: from then on the site is asked what it has. */
  readonly ready: Accessor<boolean>;
  /** Queries run on a GPU: a second look is on by itself, where its model is here. */
  readonly onGpu: Accessor<boolean>;
  /** Another value whenever models may have been kept or removed. */
  readonly modelsChanged: Accessor<unknown>;
  readonly choice: RerankChoice;
  readonly search: Pick<Search, 'query' | 'response' | 'replace' | 'contextOf'>;
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
  const { search, held, choice } = options;
  const [looking, setLooking] = createSignal(false);
  const [found, setFound] = createSignal<Found>();
  /** Answers as they were. */
  const plain = new WeakMap<SearchResponse, SearchResponse>();
  const client = memoise(options.load);
  const model = createRerankModel(options, client.get);
  const { status } = model;

  /** The same answer in another order; undefined where there is none, or another answer is wanted by now. */
  async function look(answer: SearchResponse): Promise<SearchResponse | undefined> {
    const source = options.pictures();
    const { thumbs } = search.contextOf(answer) ?? {};
    const request = source && (await requestOf(answer, LOOKED_AT, options.items, source, thumbs));
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
      if (isWanted()) model.fail(cause);
    } finally {
      if (search.response() === answer || !search.response()) setLooking(false);
    }
  }

  async function agree(): Promise<void> {
    if (await model.load(status() === 'slow')) choice.write('on');
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on([search.response, status], ([answer, now]) => {
      clearTimeout(timer);
      setFound(undefined);
      setLooking(false);
      if (!answer || now !== 'on' || answer.reranked || textOf(answer.query) === undefined) return;
      timer = setTimeout(() => void lookAt(answer), SETTLED_MS);
    }),
  );
  // A newer query needs the processor.
  createEffect(
    on(search.query, () => void (untrack(looking) && client.peek()?.then((rerank) => rerank.drop(), ignored)), {
      defer: true,
    }),
  );
  createEffect(
    on([found, held], ([other, isHeld]) => {
      if (!other || isHeld) return;
      setFound(undefined);
      search.replace(other.of, other.by);
    }),
  );
  onCleanup(() => {
    clearTimeout(timer);
    client.peek()?.then((rerank) => rerank.stop(), ignored);
  });

  return {
    ...model,
    looking,
    waits: () => found() !== undefined,
    async turnOn() {
      if (!model.ask()) await agree();
    },
    agree,
    turnOff() {
      choice.write('off');
      model.unload();
      const shown = search.response();
      const before = shown && plain.get(shown);
      if (before) search.replace(shown, before);
    },
    arrange(answer) {
      if (status() !== 'on' || textOf(answer.query) === undefined) return answer;
      return look(answer).then(
        (other) => other ?? answer,
        () => answer,
      );
    },
  };
}

interface RerankModel extends Pick<Reranking, 'offer' | 'status' | 'progress' | 'error' | 'expectedMs' | 'dismiss'> {
  /** Ask whether to download it. @returns false where nothing has to be */
  ask(): boolean;
  /** @param evenIfSlow it is on however long it takes @returns whether it is on */
  load(evenIfSlow: boolean): Promise<boolean>;
  /** Give its memory back. */
  unload(): void;
  fail(cause: unknown): void;
}

/** The model that looks: what the site offers, and loading it. */
function createRerankModel(options: RerankingOptions, client: () => Promise<RerankClient>): RerankModel {
  const [offer, setOffer] = createSignal<SiteReranker>();
  const [status, setStatus] = createSignal<RerankStatus>('off');
  const [progress, setProgress] = createSignal<Progress>();
  const [error, setError] = createSignal<AfterimageError>();
  const [expectedMs, setExpectedMs] = createSignal<number>();
  let attempts = 0;
  const stop = () => void client().then((rerank) => rerank.stop(), ignored);

  async function readOffer(): Promise<void> {
    const all = await options.client.rerankers().catch(() => undefined);
    if (all) setOffer(all[0]);
  }

  async function load(evenIfSlow: boolean): Promise<boolean> {
    const id = untrack(offer)?.id;
    if (id === undefined || ['loading', 'on'].includes(untrack(status))) return false;
    attempts += 1;
    const mine = attempts;
    const isWanted = () => mine === attempts && status() === 'loading';
    batch(() => {
      setStatus('loading');
      setError(undefined);
      setProgress(undefined);
    });
    try {
      const rerank = await client();
      const { msPerPicture } = await rerank.load(id, (loaded, total) => setProgress({ loaded, total }));
      if (!isWanted()) return false;
      const takes = msPerPicture * LOOKED_AT;
      const isOn = evenIfSlow || takes <= SLOW_MS;
      if (!isOn) rerank.stop();
      batch(() => {
        setExpectedMs(takes);
        setStatus(isOn ? 'on' : 'slow');
      });
      return isOn;
    } catch (cause) {
      if (isWanted()) fail(cause); // else it was stopped
      return false;
    } finally {
      void readOffer(); // less is missing now
    }
  }

  function fail(cause: unknown): void {
    batch(() => {
      setError(toAfterimageError(cause));
      setStatus('off');
    });
    stop();
  }

  /** On a visit that finds the model here: as it was left; where nobody has said, where it is likely to be fast. */
  async function begin(): Promise<void> {
    await readOffer();
    const chosen = options.choice.read();
    if (offer()?.missing !== 0 || (chosen ?? (options.onGpu() ? 'on' : 'off')) === 'off') return;
    await load(chosen === 'on');
  }

  createEffect(on(options.ready, (ready) => void (ready && !untrack(offer) && begin())));
  createEffect(on(options.modelsChanged, () => void (untrack(offer) && readOffer()), { defer: true }));

  return {
    ...{ offer, status, progress, error, expectedMs, load, fail },
    ask() {
      if (!offer()?.missing) return false;
      batch(() => {
        setError(undefined);
        setStatus('asking');
      });
      return true;
    },
    dismiss() {
      setError(undefined);
      if (['asking', 'slow'].includes(status())) setStatus('off');
    },
    unload() {
      setStatus('off');
      stop();
    },
  };
}

function ignored(): undefined {
  return undefined;
}
