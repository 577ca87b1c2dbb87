import { type Accessor, createEffect, createMemo, createSignal, on } from 'solid-js';
import type { Database } from '../../db/database.ts';
import type { Judgement, LoggedSearch } from '../../db/schema.ts';
import { toAfterimageError } from '../../engine/errors.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { Log } from './log.ts';

export type { Judgement } from '../../db/schema.ts';

/** Rating and judgements of one search. */
export interface Ratings {
  /** 1–10, or null. Changes at once; falls back when it could not be saved. */
  readonly rating: Accessor<number | null>;
  judgement(itemId: string): Judgement | null;
  /** All thumbs that are saved, the newest last. */
  readonly thumbs: Accessor<ReadonlyMap<string, Judgement>>;
  /** Rate, or withdraw with null. A search that is not logged yet is logged first. Never rejects: see `error`. */
  rate(rating: number | null): Promise<void>;
  /** Judge one result, or withdraw with null. */
  judge(itemId: string, judgement: Judgement | null): Promise<void>;
  /** Judge several results, all or none. @returns whether it was saved: see `error` */
  judgeAll(itemIds: readonly string[], judgement: Judgement | null): Promise<boolean>;
  /** Whether something has changed that the database has not confirmed: a page that goes now may lose it. */
  readonly saving: Accessor<boolean>;
  /** Why the last change was not saved and what to do; undefined once one was. */
  readonly error: Accessor<string | undefined>;
  /** The browser has no database: nothing can be rated. */
  readonly off: Accessor<boolean>;
}

/** Either an answer on the page or a record from the log. */
export type Ratable = SearchResponse | LoggedSearch;

const NOT_LOGGED =
  'This search could not be logged, so it cannot be rated. Try again; if it happens again, reload the page.';

/**
 * Rating and judgements of the search that `current` gives, kept up to date with other tabs.
 * @param onJudged is told of a search whose thumbs were changed here, when that was saved
 */
export function createRatings(
  log: Log,
  current: Accessor<Ratable | undefined>,
  onJudged: (search: LoggedSearch) => void = () => undefined,
): Ratings {
  const { saved, setSaved } = createSaved(log, current);
  const ratings = createUnsaved<number>();
  const judgements = createUnsaved<Judgement>();
  const [error, setError] = createSignal<string>();

  createEffect(
    on(current, () => {
      ratings.clear();
      judgements.clear();
      setError(undefined);
    }),
  );

  /** @returns whether it was saved */
  async function save(write: (database: Database, id: string) => Promise<LoggedSearch>): Promise<boolean> {
    const search = current();
    if (!search) return false;
    try {
      const id = isLogged(search) ? search.id : await log.logSearch(search);
      if (id === undefined) throw new Error(log.error() ?? NOT_LOGGED);
      const written = await write(await log.database(), id);
      if (current() !== search) return true;
      setSaved(written);
      setError(undefined);
      return true;
    } catch (cause) {
      if (current() === search) setError(toAfterimageError(cause).message);
      return false;
    }
  }

  const saveThumbs = (write: Parameters<typeof save>[0]) =>
    save(async (database, id) => {
      const written = await write(database, id);
      onJudged(written);
      return written;
    });

  return {
    saving: () => ratings.any() || judgements.any(),
    error,
    off: () => log.status() === 'off',
    rating: () => (ratings.get('') ?? { value: saved()?.rating ?? null }).value,
    thumbs: createMemo(() => new Map(Object.entries(saved()?.judgements ?? {}))),
    judgement: (itemId) => (judgements.get(itemId) ?? { value: savedJudgement(saved(), itemId) }).value,
    async rate(rating) {
      const confirm = ratings.set([''], rating);
      await save((database, id) => database.rate(id, rating));
      confirm();
    },
    async judge(itemId, judgement) {
      const confirm = judgements.set([itemId], judgement);
      await saveThumbs((database, id) => database.judge(id, itemId, judgement));
      confirm();
    },
    async judgeAll(itemIds, judgement) {
      const confirm = judgements.set(itemIds, judgement);
      const isSaved = await saveThumbs((database, id) => database.judgeAll(id, itemIds, judgement));
      confirm();
      return isSaved;
    },
  };
}

/** What the log has of the current search, kept up to date. */
function createSaved(log: Log, current: Accessor<Ratable | undefined>) {
  const [saved, setSaved] = createSignal<LoggedSearch>();
  const loggedId = () => {
    const search = current();
    return search && (isLogged(search) ? search.id : log.loggedId(search));
  };

  async function refresh(): Promise<void> {
    const id = loggedId();
    if (id === undefined) return;
    const search = await log.database().then((database) => database.get(id));
    if (loggedId() === id) setSaved(search);
  }
  const refreshQuietly = () => void refresh().catch(() => undefined); // the log says itself why it is off

  createEffect(
    on(current, (search) => {
      if (search && isLogged(search)) setSaved(search);
      // A better answer to the same search is the same in the log.
      else if (saved()?.id !== loggedId()) setSaved(undefined);
    }),
  );
  createEffect(on(loggedId, refreshQuietly));
  log.onChange((change) => {
    if (change.id === null || change.id === loggedId()) refreshQuietly();
  });
  return { saved, setSaved };
}

/** What the person has done that the database has not confirmed, by key; null withdraws. */
function createUnsaved<T>() {
  type Values = ReadonlyMap<string, { readonly value: T | null }>;
  const [values, setValues] = createSignal<Values>(new Map());
  return {
    get: (key: string) => values().get(key),
    any: () => values().size > 0,
    clear: () => setValues(new Map()),
    /** The same for several keys. @returns forgets the value, be it saved or refused, unless a newer one took its place */
    set(keys: readonly string[], value: T | null): () => void {
      const mine = { value };
      setValues(new Map([...values(), ...keys.map((key) => [key, mine] as const)]));
      return () => setValues(new Map([...values()].filter(([, other]) => other !== mine)));
    },
  };
}

function isLogged(search: Ratable): search is LoggedSearch {
  return 'judgements' in search;
}

/** Item ids come from files: one may be called like a member of every object. */
function savedJudgement(search: LoggedSearch | undefined, itemId: string): Judgement | null {
  return search && Object.hasOwn(search.judgements, itemId) ? (search.judgements[itemId] ?? null) : null;
}
