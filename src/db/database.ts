import type { IDBPObjectStore } from 'idb';
import { AfterimageError } from '../engine/errors.ts';
import { textQuery } from '../engine/query/query.ts';
import { serialise } from '../engine/query/serialise.ts';
import { createChannel } from '../storage/channel.ts';
import type { LogChange, LogChannel, LogListener } from './connection/channel.ts';
import { createLogConnection, type LogConnection } from './connection/connection.ts';
import { searchUnknown } from './errors.ts';
import { headerLine, parseLog, searchLine } from './exchange/jsonl.ts';
import { isItemId, isRating } from './exchange/validate.ts';
import { newestJudgements } from './log/judgements.ts';
import { type ListOptions, type LogPage, list } from './log/list.ts';
import { type LogStats, stats } from './log/stats.ts';
import { randomId } from './random-id.ts';
import { type AfterimageSchema, type Judgement, LIMITS, type LoggedSearch, type NewSearch } from './schema.ts';

export interface ImportReport {
  /** Searches that were not in the log. */
  readonly added: number;
  /** Searches that were in the log and changed later in the file. */
  readonly updated: number;
  /** Lines whose search was there already, unchanged or newer. */
  readonly skipped: number;
}

/** The search log. Every verb throws AfterimageError: `database-unavailable`, `database-blocked` or `quota-exceeded`. */
export interface Database {
  /**
   * Add a completed search; texts and lists beyond `LIMITS` are cut. The thumbs of the newest search that asked the same are
   * its thumbs too.
   * @param id as randomId makes them; a new one where absent. A search in the log that has it and asks the same stays as it
   *   is; one that asks something else keeps it, and this search gets a new one
   * @param saved its thumbs where that search has none, or there is none: those of a saved search
   * @returns the id under which the search is in the log
   */
  logSearch(search: NewSearch, id?: string, saved?: LoggedSearch['judgements']): Promise<string>;
  get(id: string): Promise<LoggedSearch | undefined>;
  /** @param rating 1–10, or null to withdraw. @throws `rating-invalid`, `search-unknown` */
  rate(id: string, rating: number | null): Promise<LoggedSearch>;
  /** @param judgement null withdraws it. @throws `rating-invalid`, `search-unknown` */
  judge(id: string, itemId: string, judgement: Judgement | null): Promise<LoggedSearch>;
  /** The same of several results, all or none. */
  judgeAll(id: string, itemIds: readonly string[], judgement: Judgement | null): Promise<LoggedSearch>;
  /** A page of the log, newest first. */
  list(options: ListOptions): Promise<LogPage>;
  stats(): Promise<LogStats>;
  /** The newest thumb of every item that has one, by item id. */
  judgements(): Promise<ReadonlyMap<string, Judgement>>;
  /** @returns what was removed, so that it can be restored */
  remove(id: string): Promise<LoggedSearch | undefined>;
  restore(search: LoggedSearch): Promise<void>;
  /** Remove all searches. */
  clear(): Promise<void>;
  /** The log as JSON Lines (jsonl.ts), header first, each line with its newline. */
  exportLines(): AsyncIterable<string>;
  /**
   * Merge an export into the log, whole or not at all: of two records with one id, the one that changed last stays.
   * @throws ImportInvalidError (`import-invalid`, with the lines), `import-too-large`
   */
  importLines(source: Blob | ReadableStream<Uint8Array>): Promise<ImportReport>;
  /** Hear of changes, from this tab and others. @returns stops it */
  subscribe(listener: LogListener): () => void;
  /** Delete the database itself. The next verb starts an empty one. */
  wipe(): Promise<void>;
  close(): void;
}

export interface OpenOptions {
  readonly name: string;
  /** See ConnectionOptions. */
  readonly patienceMs?: number;
}

type Store = IDBPObjectStore<AfterimageSchema, ['searches'], 'searches', 'readwrite'>;

/** Ratings are a person's work: ask for the disk, because Chromium's default is to answer from memory. */
const DURABLE = { durability: 'strict' } as const;

/** Records at a time while exporting and importing. */
const BATCH = 100;

/**
 * Open the search log, creating or upgrading it where needed.
 * @throws AfterimageError `database-unavailable`, `database-blocked`
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { name } = options;
  const channel = createChannel<LogChange>(name);
  const connection = createLogConnection({ ...options, onChange: () => channel.tellHere({ id: null }) });
  try {
    await connection.run(async () => undefined);
  } catch (error) {
    channel.close();
    connection.close();
    throw error;
  }
  return createVerbs(connection, channel);
}

/** What changes the log: one durable transaction, then everybody is told. */
function createWriter(connection: LogConnection, channel: LogChannel) {
  /** @param id of the search that changes, where the result does not tell; null: of many */
  async function write<T>(id: string | null | ((result: T) => string), work: (store: Store) => Promise<T>): Promise<T> {
    const result = await connection.run(async (database) => {
      const transaction = database.transaction('searches', 'readwrite', DURABLE);
      const [value] = await Promise.all([work(transaction.store), transaction.done]);
      return value;
    });
    channel.tell({ id: typeof id === 'function' ? id(result) : id });
    return result;
  }

  function change(id: string, edit: (search: LoggedSearch) => LoggedSearch): Promise<LoggedSearch> {
    return write(id, async (store) => {
      const search = await store.get(id);
      if (!search) throw searchUnknown(id);
      const changed = { ...edit(search), changed: later(search.changed) };
      await store.put(changed);
      return changed;
    });
  }

  return { write, change };
}

function createVerbs(connection: LogConnection, channel: LogChannel): Database {
  const { write, change } = createWriter(connection, channel);
  const judgeAll: Database['judgeAll'] = async (id, itemIds, judgement) => {
    if (!itemIds.every(isItemId)) throw ratingInvalid('The picture has no usable id, so it cannot be judged.');
    return await change(id, (search) => ({ ...search, judgements: judged(search.judgements, itemIds, judgement) }));
  };
  return {
    async logSearch(search, id = randomId(), saved = {}) {
      const record = { ...bounded(search), id, changed: search.time, rating: null, judgements: saved };
      return await write<string>(
        (added) => added,
        async (store) => {
          // In one transaction: two answers of one history entry, or of a tab and its copy, may come at the same time.
          const earlier = await store.get(id);
          if (earlier && asksTheSame(earlier, record)) return id;
          const thumbs = await thumbsOfSame(store, record);
          return store.add({ ...record, ...thumbs, ...(earlier && { id: randomId() }) });
        },
      );
    },
    get: (id) => connection.run((database) => database.get('searches', id)),
    async rate(id, rating) {
      if (!isRating(rating)) throw ratingInvalid('A rating is a whole number from 1 to 10, or none.');
      return await change(id, (search) => ({ ...search, rating }));
    },
    judge: (id, itemId, judgement) => judgeAll(id, [itemId], judgement),
    judgeAll,
    list: (options) => connection.run((database) => list(database, options)),
    stats: () => connection.run(stats),
    judgements: () => connection.run(newestJudgements),
    remove: (id) =>
      write(id, async (store) => {
        const search = await store.get(id);
        await store.delete(id);
        return search;
      }),
    restore: async (search) => {
      await write(search.id, (store) => store.put(search));
    },
    clear: () => write(null, (store) => store.clear()),
    exportLines: () => exportLines(connection),
    async importLines(source) {
      const { searches, repeated } = await parseLog(source);
      const report = await write(null, (store) => merge(store, [...searches.values()]));
      return { ...report, skipped: report.skipped + repeated };
    },
    subscribe: channel.subscribe,
    // Other tabs lose their connection, and hear of it so. Here nobody is told, who would read and so make it anew.
    wipe: connection.delete,
    close() {
      channel.close();
      connection.close();
    },
  };
}

/** One transaction a batch, because a reader may take its time between lines. */
async function* exportLines(connection: LogConnection): AsyncGenerator<string> {
  yield headerLine();
  let range: IDBKeyRange | null = null;
  for (;;) {
    const batch: LoggedSearch[] = await connection.run((database) =>
      database.getAllFromIndex('searches', 'time', range, BATCH),
    );
    for (const search of batch) yield searchLine(search);
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    range = IDBKeyRange.lowerBound([last.time, last.id], true);
  }
}

async function merge(store: Store, searches: readonly LoggedSearch[]): Promise<ImportReport> {
  let added = 0;
  let updated = 0;
  const mergeOne = async (search: LoggedSearch) => {
    const present = await store.get(search.id);
    if (present && present.changed >= search.changed) return;
    if (present) updated++;
    else added++;
    await store.put(search);
  };
  // Many requests on their way at once: one after the other, the time goes into waiting.
  for (let start = 0; start < searches.length; start += BATCH) {
    await Promise.all(searches.slice(start, start + BATCH).map(mergeOne));
  }
  return { added, updated, skipped: searches.length - added - updated };
}

function judged(
  judgements: LoggedSearch['judgements'],
  itemIds: readonly string[],
  judgement: Judgement | null,
): LoggedSearch['judgements'] {
  const wanted = new Set(itemIds);
  const others = Object.entries(judgements).filter(([id]) => !wanted.has(id));
  if (judgement === null) return Object.fromEntries(others);
  if (others.length + wanted.size > LIMITS.judgements) {
    throw ratingInvalid(`A search keeps at most ${LIMITS.judgements} judgements. Withdraw one first.`);
  }
  return Object.fromEntries([...others, ...[...wanted].map((id) => [id, judgement] as const)]);
}

function ratingInvalid(message: string): AfterimageError {
  return new AfterimageError('rating-invalid', message);
}

/** Now, or the time of the last change where this device's clock is behind the one that made it. */
function later(changed: string): string {
  const now = new Date().toISOString();
  return now > changed ? now : changed;
}

function asksTheSame(one: NewSearch, other: NewSearch): boolean {
  return one.query === other.query && one.collection === other.collection && one.model === other.model;
}

/** The thumbs of the newest search that asked the same, and when they changed; nothing where it has none. */
async function thumbsOfSame(store: Store, search: NewSearch): Promise<Partial<LoggedSearch>> {
  const { collection, query, model } = search;
  const same = IDBKeyRange.bound([collection, query], [collection, query, []]); // a list is above every text
  let cursor = await store.index('asked').openCursor(same, 'prev');
  while (cursor && cursor.value.model !== model) cursor = await cursor.continue();
  if (!cursor || Object.keys(cursor.value.judgements).length === 0) return {};
  const { judgements, changed } = cursor.value;
  return { judgements, changed };
}

function bounded(search: NewSearch): NewSearch {
  const text = search.text.slice(0, LIMITS.text);
  return {
    ...search,
    query: search.query.length > LIMITS.query ? serialise(textQuery(text)) : search.query, // cut, it could not be read
    text,
    model: search.model.slice(0, LIMITS.name),
    collection: search.collection.slice(0, LIMITS.name),
    results: search.results.slice(0, LIMITS.results).map(({ id, name, title, score }) => ({
      id: id.slice(0, LIMITS.name),
      name: name.slice(0, LIMITS.itemName),
      title: title?.slice(0, LIMITS.itemTitle) ?? null,
      score,
    })),
  };
}
