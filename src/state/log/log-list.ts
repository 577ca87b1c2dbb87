import { type Accessor, createEffect, createResource, createSignal, on, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { ImportReport } from '../../db/database.ts';
import type { RejectedLine } from '../../db/exchange/jsonl.ts';
import type { ListOptions, LogCursor } from '../../db/log/list.ts';
import type { Latency, LogStats } from '../../db/log/stats.ts';
import type { LoggedSearch } from '../../db/schema.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { Log } from './log.ts';

export type { ImportReport, Latency, LogStats, RejectedLine };

export type LogFilter = Pick<ListOptions, 'text' | 'rating' | 'collection'>;

/** Searches that are added to the list at a time. */
const PAGE = 50;
/** The figures are counted again when the log was left alone for so long. */
const QUIET_MS = 250;

/** The log as a page shows it: filtered, newest first, a page more at a time, kept up to date with other tabs. */
export interface LogList {
  readonly filter: Accessor<LogFilter>;
  setFilter(filter: LogFilter): void;
  /** A record keeps its identity when it changes. */
  readonly searches: readonly LoggedSearch[];
  readonly hasMore: Accessor<boolean>;
  /** True until the first page is there. */
  readonly loading: Accessor<boolean>;
  /** Why the log cannot be shown. */
  readonly error: Accessor<AfterimageError | undefined>;
  /** Figures of the whole log, whatever the filter; undefined until they are there. */
  readonly stats: Accessor<LogStats | undefined>;
  loadMore(): Promise<void>;
  retry(): Promise<void>;
  /** What was deleted last and can still be restored. */
  readonly removed: Accessor<LoggedSearch | undefined>;
  /** These reject with an AfterimageError. */
  remove(id: string): Promise<void>;
  restore(): Promise<void>;
  clear(): Promise<void>;
  /** The log as one or more JSON Lines files (db/exchange/jsonl.ts). */
  exportFiles(): AsyncIterable<Blob>;
  importFile(file: Blob): Promise<ImportReport>;
}

export function createLogList(log: Log): LogList {
  const [filter, setFilter] = createSignal<LogFilter>({});
  const pages = createPages(log, filter);
  const [stats, { refetch }] = createResource(async () => (await log.database()).stats());
  const [removed, setRemoved] = createSignal<LoggedSearch>();

  createEffect(on(filter, () => void pages.reload()));
  const countAgain = createDebounced(() => void refetch());
  log.onChange((change) => {
    void pages.follow(change.id);
    countAgain();
  });

  return {
    filter,
    setFilter,
    ...pages,
    // Read only once there: before, reading would suspend the whole view, and after an error it would throw.
    stats: () => (stats.state === 'ready' || stats.state === 'refreshing' ? stats.latest : undefined),
    async retry() {
      await pages.reload();
      await refetch();
    },
    removed,
    async remove(id) {
      setRemoved(await (await log.database()).remove(id));
    },
    async restore() {
      const search = removed();
      if (search) await (await log.database()).restore(search);
      setRemoved(undefined);
    },
    async clear() {
      await (await log.database()).clear();
      setRemoved(undefined);
    },
    async *exportFiles() {
      const [database, { toFiles }] = await Promise.all([log.database(), import('../../db/exchange/jsonl.ts')]);
      yield* toFiles(database.exportLines());
    },
    importFile: async (file) => (await log.database()).importLines(file),
  };
}

/** Runs `work` when it was not asked for during a moment: the figures go over thousands of keys. */
function createDebounced(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, QUIET_MS);
  };
}

function createPages(log: Log, filter: Accessor<LogFilter>) {
  const [searches, setSearches] = createStore<LoggedSearch[]>([]);
  const [next, setNext] = createSignal<LogCursor>();
  const [loading, setLoading] = createSignal(true);
  const [error, setError] = createSignal<AfterimageError>();
  /** Of the newest read of the list, the only one that is shown. */
  let reading = new AbortController();
  /** How many searches are wanted, so that a read that takes another's place brings what that one would have. */
  let wanted = PAGE;

  async function read(limit: number, before?: LogCursor): Promise<void> {
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    try {
      const database = await log.database();
      const page = await database.list({ ...filter(), limit, signal, ...(before && { before }) });
      if (signal.aborted) return;
      setSearches(reconcile(before ? [...searches, ...page.searches] : [...page.searches], { key: 'id' }));
      setNext(page.next);
      setError(undefined);
    } catch (cause) {
      if (!signal.aborted) setError(toAfterimageError(cause));
    }
    if (!signal.aborted) setLoading(false);
  }

  /** One search changed, or (null) many: a record that is shown stays in its place even where the filter now differs. */
  async function follow(id: string | null): Promise<void> {
    const shown = searches.findIndex((search) => search.id === id);
    const search = id === null || shown < 0 ? undefined : await current(id);
    if (search) setSearches((known) => known.id === id, reconcile(search));
    else await read(wanted);
  }

  async function current(id: string): Promise<LoggedSearch | undefined> {
    try {
      return await (await log.database()).get(id);
    } catch {
      return undefined; // reading the whole list says why
    }
  }

  return {
    searches: searches as readonly LoggedSearch[],
    hasMore: () => next() !== undefined,
    loading,
    error,
    reload() {
      wanted = PAGE;
      return read(PAGE);
    },
    follow,
    loadMore() {
      wanted = searches.length + PAGE;
      return read(PAGE, next());
    },
  };
}
