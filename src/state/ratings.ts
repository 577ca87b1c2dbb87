import { type Accessor, createEffect, createSignal, on } from 'solid-js';
import type { Judgement, LoggedSearch } from '../db/schema.ts';
import { toAfterimageError } from '../engine/errors.ts';
import type { SearchResponse } from '../protocol.ts';
import type { Log } from './log.ts';

export type { Judgement } from '../db/schema.ts';

/** Rating and judgements of one search. */
export interface Ratings {
  /** 1–10, or null. Changes at once; falls back when it could not be saved. */
  readonly rating: Accessor<number | null>;
  judgement(itemId: string): Judgement | null;
  /** Rate, or withdraw with null. A search that is not logged yet is logged first. Never rejects: see `error`. */
  rate(rating: number | null): Promise<void>;
  /** Judge one result, or withdraw with null. */
  judge(itemId: string, judgement: Judgement | null): Promise<void>;
  /** Why the last change was not saved and what to do; undefined once one was. */
  readonly error: Accessor<string | undefined>;
  /** The browser has no database: nothing can be rated. */
  readonly off: Accessor<boolean>;
}

/** Either an answer on the page or a record from the log. */
export type Ratable = SearchResponse | LoggedSearch;

/** What the person has done that the database has not confirmed. `undefined` as the value of a key: nothing. */
interface Unsaved {
  readonly rating?: number | null;
  readonly judgements: ReadonlyMap<string, Judgement | null>;
}

const NOTHING: Unsaved = { judgements: new Map() };
const NOT_LOGGED =
  'This search could not be logged, so it cannot be rated. Try again; if it happens again, reload the page.';

/** Rating and judgements of the search that `current` gives, kept up to date with other tabs. */
export function createRatings(log: Log, current: Accessor<Ratable | undefined>): Ratings {
  const [saved, setSaved] = createSignal<LoggedSearch>();
  const [unsaved, setUnsaved] = createSignal(NOTHING);
  const [error, setError] = createSignal<string>();
  /** Counts changes, so that only the newest one of a kind takes its unsaved value back. */
  let changes = 0;
  const newest = new Map<string, number>();

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
      newest.clear();
      setUnsaved(NOTHING);
      setError(undefined);
      setSaved(search && isLogged(search) ? search : undefined);
    }),
  );
  createEffect(on(loggedId, refreshQuietly));
  log.onChange((change) => {
    if (change.id === null || change.id === loggedId()) refreshQuietly();
  });

  async function save(key: string, write: (id: string) => Promise<LoggedSearch>, undo: () => void): Promise<void> {
    const search = current();
    if (!search) return;
    const change = ++changes;
    newest.set(key, change);
    try {
      const id = isLogged(search) ? search.id : await log.logSearch(search);
      if (id === undefined) throw new Error(log.error() ?? NOT_LOGGED);
      const written = await write(id);
      if (current() !== search) return;
      setSaved(written);
      setError(undefined);
    } catch (cause) {
      if (current() === search) setError(toAfterimageError(cause).message);
    }
    if (newest.get(key) === change) undo();
  }

  return {
    error,
    off: () => log.status() === 'off',
    rating: () => {
      const { rating } = unsaved();
      return rating === undefined ? (saved()?.rating ?? null) : rating;
    },
    judgement(itemId) {
      const judgement = unsaved().judgements.get(itemId);
      return judgement === undefined ? savedJudgement(saved(), itemId) : judgement;
    },
    rate(rating) {
      setUnsaved({ ...unsaved(), rating });
      const write = async (id: string) => (await log.database()).rate(id, rating);
      return save('rating', write, () => setUnsaved(({ judgements }) => ({ judgements })));
    },
    judge(itemId, judgement) {
      setUnsaved(withJudgement(unsaved(), itemId, judgement));
      const write = async (id: string) => (await log.database()).judge(id, itemId, judgement);
      return save(`item ${itemId}`, write, () => setUnsaved((all) => withJudgement(all, itemId, undefined)));
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

function withJudgement(unsaved: Unsaved, itemId: string, judgement: Judgement | null | undefined): Unsaved {
  const judgements = new Map(unsaved.judgements);
  if (judgement === undefined) judgements.delete(itemId);
  else judgements.set(itemId, judgement);
  return { ...unsaved, judgements };
}
