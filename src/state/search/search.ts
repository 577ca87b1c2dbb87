import { type Accessor, batch, createEffect, createMemo, createSignal, on, untrack } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { isEmpty, normalise, type Query, queryText } from '../../engine/query/query.ts';
import { sameQuery } from '../../engine/query/serialise.ts';
import type {
  CollectionInfo,
  RankedPage,
  Ranking,
  SearchContext,
  SearchResponse,
} from '../../protocol/query-worker.ts';
import type { Items } from '../collection/items.ts';

type MaybePromise<T> = T | Promise<T>;

/** Ranks fetched at a time beyond what the index gave. */
const PAGE = 200;
/** Name in the User Timing buffer. */
const MEASURE = 'afterimage:search';

/** One rank of a ranking. */
export interface Ranked {
  readonly row: number;
  /** Cosine to the query: what is shown; null in a list, where nothing was compared. */
  readonly similarity: number | null;
  /** What the order goes by; null in a list. */
  readonly score: number | null;
  /** It was found by its name, alone or as well. */
  readonly named?: true;
  /** Of one that was looked at again: its rank before and now, from 0, and the probability that it matches. */
  readonly looked?: { readonly from: number; readonly to: number; readonly match: number };
}

/** The query of the address, answered. */
export interface Search {
  /** The query in its one form. */
  readonly query: Accessor<Query>;
  /** The query in words; empty: browse. */
  readonly text: Accessor<string>;
  /** The newest answer, kept while the next one is on its way; undefined when browsing. */
  readonly response: Accessor<SearchResponse | undefined>;
  /** The newest query has no answer yet. */
  readonly pending: Accessor<boolean>;
  readonly error: Accessor<AfterimageError | undefined>;
  /** What an answer went by beside its query. */
  contextOf(answer: SearchResponse): SearchContext | undefined;
  /** What is at a rank of the shown answer; undefined while that page is being fetched. */
  at(rank: number): Ranked | undefined;
  /** Fetch the ranks `from` … `to − 1` of the shown answer where they are missing. */
  want(from: number, to: number): void;
  /** The rank of a row among those fetched, or −1. */
  rankOf(row: number): number;
  /** Fetch ranks of the shown answer until that of `row` is among them. */
  seek(row: number): Promise<void>;
  retry(): void;
  /**
   * Ask for the shown answer again, because what it estimated may be known by now: the new one takes its place without a
   * sign of waiting. Does nothing while a newer query waits.
   */
  refine(): Promise<void>;
  /** Put the same answer in another order in the place of the shown one. @returns false where that is not shown any more */
  replace(shown: SearchResponse, by: SearchResponse): boolean;
}

/**
 * Searches as the query changes: the newest wins, an answer to an older one is dropped.
 * @param items where the records go that come with an answer
 * @param contextOf what a search goes by beside its query, or a promise of it where it has to be read
 * @param onRefined is told that one answer takes the place of another to the same search, before it does
 * @param arrange the order in which a refined answer is shown, so that it does not go back to another one for a moment
 */
export function createSearch(
  client: Pick<QueryClient, 'search' | 'rank'>,
  asked: Accessor<Query>,
  collection: Accessor<CollectionInfo | undefined>,
  items: Pick<Items, 'put'>,
  onRefined: (before: SearchResponse, after: SearchResponse) => void = () => {},
  contextOf: (query: Query) => MaybePromise<SearchContext | undefined> = () => undefined,
  arrange: (answer: SearchResponse) => MaybePromise<SearchResponse> = (answer) => answer,
): Search {
  const query = createMemo(() => normalise(asked()), undefined, { equals: sameQuery });
  const text = createMemo(() => queryText(query()));
  const [response, setResponse] = createSignal<SearchResponse>();
  const [error, setError] = createSignal<AfterimageError>();
  const [pending, setPending] = createSignal(false);
  const [attempt, setAttempt] = createSignal(0);
  /** Of answers, for their further ranks. */
  const contexts = new WeakMap<SearchResponse, SearchContext>();
  const ranks = createRanks(
    (answer, ...part) => client.rank(answer.query, ...part, contexts.get(answer)),
    response,
    setError,
  );

  async function ask(wanted: Query): Promise<SearchResponse | undefined> {
    const context = contextOf(wanted);
    const known = context instanceof Promise ? await context : context;
    const answer = await (known ? client.search(wanted, known) : client.search(wanted));
    if (answer && known) contexts.set(answer, known);
    return answer;
  }

  async function run(wanted: Query, name: string): Promise<void> {
    const stillWanted = () => sameQuery(query(), wanted) && collection()?.manifest.name === name;
    const start = performance.now();
    try {
      const answer = await ask(wanted);
      if (!answer || !stillWanted()) return;
      items.put(answer.rows, answer.items);
      batch(() => {
        setResponse(answer);
        setError(undefined);
        setPending(false);
      });
      measure(start, answer);
    } catch (cause) {
      if (!stillWanted()) return;
      setError(toAfterimageError(cause));
      setPending(false);
    }
  }

  async function refine(): Promise<void> {
    const shown = response();
    if (!shown || pending()) return;
    const isShown = () => response() === shown && !pending();
    try {
      const found = await ask(shown.query);
      if (!found || !isShown()) return;
      items.put(found.rows, found.items);
      const answer = await arrange(found);
      if (isShown()) put(shown, answer, contexts.get(found));
    } catch (cause) {
      if (isShown()) setError(toAfterimageError(cause));
    }
  }

  /** Another answer to the same search. */
  function put(shown: SearchResponse, answer: SearchResponse, context: SearchContext | undefined): void {
    if (context) contexts.set(answer, context);
    onRefined(shown, answer);
    setResponse(answer);
  }

  function replace(shown: SearchResponse, by: SearchResponse): boolean {
    if (response() !== shown || pending()) return false;
    put(shown, by, contexts.get(shown));
    return true;
  }

  createEffect(
    on([query, collection, attempt], ([wanted, info]) => {
      const shown = response();
      const browsing = isEmpty(wanted);
      if (browsing || (shown && shown.collection !== info?.manifest.name)) setResponse(undefined);
      setError(undefined);
      setPending(!browsing);
      if (!browsing && info) void run(wanted, info.manifest.name);
    }),
  );

  const known = { contextOf: (answer: SearchResponse) => contexts.get(answer) };
  const again = () => setAttempt(attempt() + 1);
  return { query, text, response, pending, error, ...known, ...ranks, retry: again, refine, replace };
}

/** From the query's dispatch to the end of the DOM update, for the browser's profiler and `pnpm bench`. */
function measure(start: number, { query, encodeMs, searchMs }: SearchResponse): void {
  performance.clearMeasures(MEASURE); // the browser would keep every one of them
  performance.measure(MEASURE, { start, detail: { text: queryText(query), encodeMs, searchMs } });
}

type Pages = Map<number, RankedPage | 'asked'>;

/** The ranks of an answer: those that came with it, and pages beyond them as they are wanted. */
function createRanks(
  rank: (answer: SearchResponse, from: number, count: number) => Promise<RankedPage>,
  response: Accessor<SearchResponse | undefined>,
  onError: (error: AfterimageError) => void,
): Pick<Search, 'at' | 'want' | 'rankOf' | 'seek'> {
  /** `former`: of an answer to the same search, shown until those of the new one are here. */
  const both = createMemo(
    on(response, (answer, before, last?: { pages: Pages; former: Pages | undefined }) => ({
      pages: new Map() as Pages,
      former: answer && before && isSameSearch(answer, before) ? last?.pages : undefined,
    })),
  );
  const pages = () => both().pages;
  const [version, setVersion] = createSignal(0);

  async function fetchPage(answer: SearchResponse, page: number): Promise<void> {
    const known = pages();
    known.set(page, 'asked');
    const from = answer.rows.length + page * PAGE;
    try {
      known.set(page, await rank(answer, from, Math.min(PAGE, answer.total - from)));
      setVersion(version() + 1);
    } catch (cause) {
      known.delete(page);
      if (response() === answer) onError(toAfterimageError(cause));
    }
  }

  function rankOf(row: number): number {
    const answer = response();
    if (!answer) return -1;
    const rank = answer.rows.indexOf(row);
    if (rank >= 0) return rank;
    version();
    for (const page of pages().values()) {
      if (page === 'asked') continue;
      const place = page.rows.indexOf(row);
      if (place >= 0) return page.from + place;
    }
    return -1;
  }

  return {
    at(rank) {
      const answer = response();
      if (!answer) return undefined;
      if (rank < answer.rows.length) return rankedAt(answer, rank);
      version();
      const place = Math.floor((rank - answer.rows.length) / PAGE);
      const page = [pages().get(place), both().former?.get(place)].find(isPage);
      return page && rankedAt(page, rank - page.from);
    },
    want(from, to) {
      const answer = response();
      if (!answer) return;
      const first = Math.max(from, answer.rows.length) - answer.rows.length;
      const last = Math.min(to, answer.total) - answer.rows.length;
      for (let page = Math.floor(first / PAGE); page * PAGE < last; page++) {
        if (!pages().has(page)) void fetchPage(answer, page);
      }
    },
    rankOf,
    async seek(row) {
      const answer = response();
      if (!answer) return;
      const wanted = () => response() === answer && untrack(() => rankOf(row)) < 0;
      const last = (answer.total - answer.rows.length) / PAGE;
      for (let page = 0; page < last && wanted(); page++) {
        if (pages().has(page)) continue;
        await fetchPage(answer, page);
        if (!pages().has(page)) return; // it failed, and has said so
      }
    },
  };
}

type Shown = Ranking & Pick<SearchResponse, 'named' | 'listed' | 'reranked'>;

function rankedAt({ rows, similarities, scores, named, listed, reranked }: Shown, at: number): Ranked | undefined {
  const row = rows[at];
  if (row === undefined) return undefined;
  if (listed) return { row, similarity: null, score: null };
  const ranked = { row, similarity: similarities[at] as number, score: scores[at] as number }; // parallel
  if (named?.includes(row)) return { ...ranked, named: true };
  const match = reranked?.matches[at] ?? null;
  return match === null ? ranked : { ...ranked, looked: { from: reranked?.from[at] ?? at, to: at, match } };
}

function isPage(page: RankedPage | 'asked' | undefined): page is RankedPage {
  return page !== undefined && page !== 'asked';
}

/** Pages of their ranks begin at the same places. */
function isSameSearch(a: SearchResponse, b: SearchResponse): boolean {
  return sameQuery(a.query, b.query) && a.collection === b.collection && a.rows.length === b.rows.length;
}
