import { createSignal } from 'solid-js';
import type { Database } from '../../db/database.ts';
import { LIMITS, type LoggedResult, type LoggedSearch, type NewSearch } from '../../db/schema.ts';
import type { Item } from '../../engine/collection/types.ts';
import { queryText } from '../../engine/query/query.ts';
import { serialise } from '../../engine/query/serialise.ts';
import type { AskedSearch, SavedThumb } from '../../protocol/albums.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';

export type { LoggedResult, LoggedSearch };

/** The search log as the page uses it. */
export interface Log extends Pick<LogDatabase, 'status' | 'error' | 'database' | 'onChange'> {
  /**
   * Log a completed search. The same response is logged once, however often this is called.
   * @param entryId the id that the history entry has for its search; where absent, the one given for this response before.
   *   Where it is in the log, from an earlier visit, and asks the same, that search is continued; where it is not in the
   *   log, the search is logged under it
   * @returns the id in the log, another one where `entryId` asks something else; undefined where it could not be logged
   *   (see `error`)
   */
  logSearch(response: SearchResponse, entryId?: string): Promise<string | undefined>;
  /** `after` is a better answer to the same search as `before`: logged with it, if that is logged, and not again. */
  continueAs(before: SearchResponse, after: SearchResponse): void;
  /** The id under which a response is logged, as soon as it is. Reactive. */
  loggedId(response: SearchResponse): string | undefined;
}

export interface LogOptions {
  /** Of the database. */
  readonly name: string;
  /** Item records of rows of the open collection. */
  items(rows: readonly number[]): Promise<readonly Item[]>;
  /** Thumbs of a saved search of what was asked; none where absent. */
  savedThumbs?(asked: AskedSearch): Promise<readonly SavedThumb[]>;
  /** The default loads the database's code only now, so that it does not weigh on the first screen. */
  open?(name: string): Promise<Database>;
}

const openLazily = async (name: string) => (await import('../../db/database.ts')).openDatabase({ name });

const noThumbs = async () => [];

export function createLog({ name, items, savedThumbs = noThumbs, open = openLazily }: LogOptions): Log {
  const { attempt, ...database } = createLogDatabase(() => open(name));
  const [logged, setLogged] = createSignal(0);
  const pending = new WeakMap<SearchResponse, Promise<string | undefined>>();
  const ids = new WeakMap<SearchResponse, string>();
  /** Of history entries. Kept where logging fails: the next attempt is for the same entry. */
  const entries = new WeakMap<SearchResponse, string>();

  async function record(response: SearchResponse, entryId: string | undefined): Promise<string | undefined> {
    const time = new Date().toISOString();
    const id = await attempt(async (opening) => {
      // Asked for at once: rows mean nothing once another collection is open.
      const shown = items(Array.from(response.rows.subarray(0, LIMITS.results)));
      const asked = { query: serialise(response.query), collection: response.collection };
      const saved = savedThumbs(asked).catch(noThumbs); // a search is logged though albums cannot be read
      const [log, results, thumbs] = await Promise.all([opening, shown, saved]);
      const judgements = Object.fromEntries(thumbs.map(({ id, judgement }) => [id, judgement]));
      return log.logSearch({ ...toSearch(response, results), time }, entryId, judgements);
    });
    if (id === undefined) {
      pending.delete(response);
      return undefined;
    }
    ids.set(response, id);
    setLogged((count) => count + 1);
    return id;
  }

  return {
    ...database,
    logSearch(response, entryId = entries.get(response)) {
      if (entryId !== undefined) entries.set(response, entryId);
      const known = pending.get(response) ?? record(response, entryId);
      pending.set(response, known);
      return known;
    },
    continueAs(before, after) {
      const entryId = entries.get(before);
      if (entryId !== undefined) entries.set(after, entryId);
      const known = pending.get(before);
      if (!known) return;
      pending.set(after, known);
      const id = ids.get(before);
      if (id !== undefined) ids.set(after, id);
      void known.then((newId) => {
        if (newId === undefined) pending.delete(after);
        else ids.set(after, newId);
        setLogged((count) => count + 1);
      });
    },
    loggedId(response) {
      logged();
      return ids.get(response);
    },
  };
}

function toSearch(response: SearchResponse, items: readonly Item[]): Omit<NewSearch, 'time'> {
  return {
    query: serialise(response.query),
    text: queryText(response.query),
    model: response.modelId,
    collection: response.collection,
    total: response.total,
    good: response.good ?? response.total, // all of them: that is how the log says that there is no line
    results: items.map(({ id, name, title }, rank) => ({
      id,
      name,
      title,
      score: round(response.scores[rank] ?? 0, 6),
    })),
    device: response.device,
    engine: response.index,
    encodeMs: round(response.encodeMs, 3),
    searchMs: round(response.searchMs, 3),
  };
}

/** Digits beyond what was measured only make the log longer. */
function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
