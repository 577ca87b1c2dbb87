import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { AnsweringKind } from '../engine/collection/types.ts';
import type { Device } from '../engine/model/model.ts';
import { textQuery } from '../engine/query/query.ts';
import { MAX_SERIALISED, serialise } from '../engine/query/serialise.ts';

export type Judgement = 'up' | 'down';

/** One result as it was shown. Text comes from collections: untrusted. */
export interface LoggedResult {
  readonly id: string;
  readonly name: string;
  readonly title: string | null;
  readonly score: number;
}

/** One completed search. */
export interface LoggedSearch {
  /** 32 hex digits, random. */
  readonly id: string;
  /** When it was logged: ISO 8601 in UTC with milliseconds, so that the order of strings is the order of time. */
  readonly time: string;
  /** When rating or judgements last changed, in the same form; of two records with one id the newer one counts. */
  readonly changed: string;
  /** What was asked, as engine/query/serialise.ts writes it. */
  readonly query: string;
  /** The same in words, to be read and looked for. */
  readonly text: string;
  readonly model: string;
  readonly collection: string;
  /** Pictures in the collection. */
  readonly total: number;
  /** How many of the results, from the top, were above the cut-off. */
  readonly good: number;
  /** The best results, at most `LIMITS.results`. */
  readonly results: readonly LoggedResult[];
  readonly device: Device;
  readonly engine: AnsweringKind;
  readonly encodeMs: number;
  readonly searchMs: number;
  /** 1–10, or null while the search is not rated. */
  readonly rating: number | null;
  /** Item id → thumb. An item without a thumb has no key. */
  readonly judgements: Readonly<Record<string, Judgement>>;
}

/** What is known when a search is logged. */
export type NewSearch = Omit<LoggedSearch, 'id' | 'changed' | 'rating' | 'judgements'>;

/**
 * Bounds of a record, in UTF-16 units where they are of text. They are chosen so that the longest possible record,
 * every character escaped, is one line of at most `MAX_LINE_BYTES` in an export: what can be logged can be imported.
 */
export const LIMITS = {
  query: MAX_SERIALISED,
  text: 2_000,
  /** Of model, collection and item ids. */
  name: 64,
  itemName: 400,
  itemTitle: 200,
  results: 50,
  judgements: 500,
} as const;

export interface AfterimageSchema extends DBSchema {
  searches: {
    key: string;
    value: LoggedSearch;
    indexes: {
      time: [time: string, id: string];
      collection: [collection: string, time: string, id: string];
      /** Finds the newest search that asked the same. */
      asked: [collection: string, query: string, time: string];
      /** Unrated searches are not in it, because null is no key. */
      rating: number;
      /** Read by key alone: the plot of latencies loads no records. */
      latency: [time: string, encodeMs: number, searchMs: number];
    };
  };
}

export const DATABASE_VERSION = 4;

/** A record of version 2, and a line of version 1 of an export: every query was a text. */
export type SearchV2 = Omit<LoggedSearch, 'text'>;

/** A record of version 1: judgements as a list, no time of change. */
interface SearchV1 extends Omit<SearchV2, 'changed' | 'judgements'> {
  readonly judgements: readonly { readonly item: string; readonly value: Judgement }[];
}

type UpgradeTransaction = IDBPTransaction<AfterimageSchema, ['searches'], 'versionchange'>;

/**
 * Bring a database of any older version to `DATABASE_VERSION`. Runs inside the version change transaction: a failure
 * anywhere aborts it, and the browser then keeps the old version with its data.
 */
export async function upgrade(
  database: IDBPDatabase<AfterimageSchema>,
  oldVersion: number,
  transaction: UpgradeTransaction,
): Promise<void> {
  if (oldVersion < 1) database.createObjectStore('searches', { keyPath: 'id' }).createIndex('time', 'time');
  if (oldVersion < 2) {
    const store = transaction.objectStore('searches');
    store.deleteIndex('time');
    store.createIndex('time', ['time', 'id']);
    store.createIndex('collection', ['collection', 'time', 'id']);
    store.createIndex('rating', 'rating');
    store.createIndex('latency', ['time', 'encodeMs', 'searchMs']);
  }
  if (oldVersion > 0 && oldVersion < 3) {
    for await (const cursor of transaction.objectStore('searches')) {
      const record: unknown = cursor.value;
      await cursor.update(fromV2(oldVersion < 2 ? fromV1(record as SearchV1) : (record as SearchV2)));
    }
  }
  if (oldVersion < 4) {
    transaction.objectStore('searches').createIndex('asked', ['collection', 'query', 'time']);
  }
}

function fromV1(search: SearchV1): SearchV2 {
  const judgements = Object.fromEntries(search.judgements.map(({ item, value }) => [item, value]));
  return { ...search, changed: search.time, judgements };
}

/** The record with its text as a query. */
export function fromV2(search: SearchV2): LoggedSearch {
  return { ...search, query: serialise(textQuery(search.query)), text: search.query };
}
