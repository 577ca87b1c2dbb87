import type { IDBPDatabase } from 'idb';
import { cleanWords } from '../../engine/query/clean-words.ts';
import type { AfterimageSchema, LoggedSearch } from '../schema.ts';

export interface ListOptions {
  /** Searches whose text contains this, whatever its case. */
  readonly text?: string;
  /** One rating, `rated` for any, or `unrated`. */
  readonly rating?: number | 'rated' | 'unrated';
  readonly collection?: string;
  /** Continue after the page that gave this. */
  readonly before?: LogCursor;
  readonly limit: number;
  /** A text that few queries contain is looked for in the whole log. */
  readonly signal?: AbortSignal;
}

/** The last search of a page. */
export type LogCursor = Pick<LoggedSearch, 'time' | 'id'>;

export interface LogPage {
  /** Newest first. */
  readonly searches: readonly LoggedSearch[];
  /** Where the next page continues; undefined after the last. */
  readonly next: LogCursor | undefined;
}

/** In one read transaction: newest first, by the index of time or that of the collection, the rest filtered on the way. */
export async function list(database: IDBPDatabase<AfterimageSchema>, options: ListOptions): Promise<LogPage> {
  const matches = createFilter(options);
  const searches: LoggedSearch[] = [];
  for await (const search of newestFirst(database, options)) {
    options.signal?.throwIfAborted();
    if (!matches(search)) continue;
    // One more than asked for tells that there is a next page.
    if (searches.length === options.limit) return { searches, next: searches.at(-1) };
    searches.push(search);
  }
  return { searches, next: undefined };
}

async function* newestFirst(
  database: IDBPDatabase<AfterimageSchema>,
  { collection, before }: ListOptions,
): AsyncGenerator<LoggedSearch> {
  const { store } = database.transaction('searches');
  const upper = before ? [before.time, before.id] : [[]]; // in IndexedDB's order of keys a list is above every text
  if (collection === undefined) {
    const range = IDBKeyRange.upperBound(upper, true);
    for await (const cursor of store.index('time').iterate(range, 'prev')) yield cursor.value;
  } else {
    const range = IDBKeyRange.bound([collection], [collection, ...upper], true, true);
    for await (const cursor of store.index('collection').iterate(range, 'prev')) yield cursor.value;
  }
}

function createFilter({ text = '', rating }: ListOptions): (search: LoggedSearch) => boolean {
  const wanted = fold(text);
  return (search) => hasRating(search.rating, rating) && fold(search.text).includes(wanted);
}

function hasRating(rating: number | null, wanted: ListOptions['rating']): boolean {
  if (wanted === undefined) return true;
  if (wanted === 'rated') return rating !== null;
  if (wanted === 'unrated') return rating === null;
  return rating === wanted;
}

function fold(text: string): string {
  return cleanWords(text).toLowerCase();
}
