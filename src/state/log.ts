import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { LogListener } from '../db/channel.ts';
import type { Database } from '../db/database.ts';
import type { LoggedResult, LoggedSearch, NewSearch } from '../db/schema.ts';
import type { Item } from '../engine/collection/types.ts';
import { toAfterimageError } from '../engine/errors.ts';
import type { SearchResponse } from '../protocol.ts';

export type { LoggedResult, LoggedSearch };

/** Results kept with a search. */
const KEPT_RESULTS = 50;

/** The search log as the page uses it: opened when first needed, and off where the browser has no database. */
export interface Log {
  /** `off`: nothing is logged and nothing can be rated; `error` says why and what to do. */
  readonly status: Accessor<'closed' | 'opening' | 'on' | 'off'>;
  /** What went wrong last, as a line to show; undefined once something worked again. */
  readonly error: Accessor<string | undefined>;
  /**
   * Log a completed search. The same response is logged once, however often this is called.
   * @param loggedAs the id that this search got on an earlier visit to the same history entry: where it is still in the
   *   log and asks the same, it is continued instead of logged again
   * @returns the id in the log; undefined where it could not be logged (see `error`)
   */
  logSearch(response: SearchResponse, loggedAs?: string): Promise<string | undefined>;
  /** The id under which a response is logged, as soon as it is. Reactive. */
  loggedId(response: SearchResponse): string | undefined;
  /**
   * The database, opened; after a failure another call tries again.
   * @throws AfterimageError as `openDatabase`
   */
  database(): Promise<Database>;
  /** Hear of changes in this tab and others, from when the database is open. Ends with the owner. */
  onChange(listener: LogListener): void;
}

export interface LogOptions {
  /** Item records of rows of the open collection. */
  items(rows: readonly number[]): Promise<readonly Item[]>;
  /** The default loads the database's code only now, so that it does not weigh on the first screen. */
  open?(): Promise<Database>;
}

const openLazily = async () => (await import('../db/database.ts')).openDatabase();

export function createLog(options: LogOptions): Log {
  const [status, setStatus] = createSignal<ReturnType<Log['status']>>('closed');
  const [error, setError] = createSignal<string>();
  const [logged, setLogged] = createSignal(0);
  const pending = new WeakMap<SearchResponse, Promise<string | undefined>>();
  const ids = new WeakMap<SearchResponse, string>();
  const listeners = new Set<LogListener>();
  let opening: Promise<Database> | undefined;

  async function open(): Promise<Database> {
    setStatus('opening');
    try {
      const database = await (options.open ?? openLazily)();
      database.subscribe((change) => {
        for (const listener of [...listeners]) listener(change);
      });
      setStatus('on');
      setError(undefined);
      return database;
    } catch (cause) {
      opening = undefined;
      setStatus('off');
      setError(toAfterimageError(cause).message);
      throw cause;
    }
  }

  function database(): Promise<Database> {
    opening ??= open();
    return opening;
  }

  async function record(response: SearchResponse, loggedAs: string | undefined): Promise<string | undefined> {
    try {
      // Asked for at once: rows mean nothing once another collection is open.
      const items = options.items(Array.from(response.rows.subarray(0, KEPT_RESULTS)));
      const [log, results] = await Promise.all([database(), items]);
      const earlier = loggedAs === undefined ? undefined : await log.get(loggedAs);
      const id =
        earlier && asksTheSame(earlier, response) ? earlier.id : await log.logSearch(toSearch(response, results));
      ids.set(response, id);
      setLogged((count) => count + 1);
      setError(undefined);
      return id;
    } catch (cause) {
      pending.delete(response);
      setError(toAfterimageError(cause).message);
      return undefined;
    }
  }

  onCleanup(() => void opening?.then((database) => database.close()).catch(() => undefined));

  return {
    status,
    error,
    database,
    logSearch(response, loggedAs) {
      const known = pending.get(response) ?? record(response, loggedAs);
      pending.set(response, known);
      return known;
    },
    loggedId(response) {
      logged();
      return ids.get(response);
    },
    onChange(listener) {
      listeners.add(listener);
      onCleanup(() => listeners.delete(listener));
    },
  };
}

function asksTheSame(search: LoggedSearch, response: SearchResponse): boolean {
  return (
    search.query === response.text && search.collection === response.collection && search.model === response.modelId
  );
}

function toSearch(response: SearchResponse, items: readonly Item[]): NewSearch {
  return {
    query: response.text,
    model: response.modelId,
    collection: response.collection,
    total: response.total,
    good: response.good,
    results: items.map(({ id, name, title }, rank) => ({
      id,
      name,
      title,
      score: round(response.scores[rank] ?? 0, 6),
    })),
    device: response.device,
    engine: response.engine,
    encodeMs: round(response.encodeMs, 3),
    searchMs: round(response.searchMs, 3),
  };
}

/** Digits beyond what was measured only make the log longer. */
function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
