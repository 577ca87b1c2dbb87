import type { IDBPDatabase } from 'idb';
import type { AfterimageSchema } from '../schema.ts';

export interface Latency {
  readonly time: string;
  readonly encodeMs: number;
  readonly searchMs: number;
}

export interface LogStats {
  readonly count: number;
  /** How many searches have the rating 1, 2 … 10. */
  readonly ratings: readonly number[];
  /** Of the newest searches (at most `MAX_LATENCIES`), oldest first. */
  readonly latencies: readonly Latency[];
  /** Names of the collections that were searched, in alphabetical order. */
  readonly collections: readonly string[];
}

const MAX_LATENCIES = 5_000;

type Handle = IDBPDatabase<AfterimageSchema>;

/** Figures of the whole log, from the keys of its indexes alone: no record is loaded. */
export async function stats(database: Handle): Promise<LogStats> {
  const [count, ratings, latencies, collections] = await Promise.all([
    database.count('searches'),
    countRatings(database),
    readLatencies(database),
    readCollections(database),
  ]);
  return { count, ratings, latencies, collections };
}

function countRatings(database: Handle): Promise<number[]> {
  return Promise.all(Array.from({ length: 10 }, (_, i) => database.countFromIndex('searches', 'rating', i + 1)));
}

async function readLatencies(database: Handle): Promise<Latency[]> {
  const latencies: Latency[] = [];
  let cursor = await database.transaction('searches').store.index('latency').openKeyCursor(null, 'prev');
  while (cursor && latencies.length < MAX_LATENCIES) {
    const [time, encodeMs, searchMs] = cursor.key;
    latencies.push({ time, encodeMs, searchMs });
    cursor = await cursor.continue();
  }
  return latencies.reverse();
}

async function readCollections(database: Handle): Promise<string[]> {
  const names: string[] = [];
  let cursor = await database.transaction('searches').store.index('collection').openKeyCursor();
  while (cursor) {
    const [name] = cursor.key;
    names.push(name);
    // To the first key of another collection: in IndexedDB's order of keys a list is above every text.
    cursor = await cursor.continue([name, []] as unknown as typeof cursor.key);
  }
  return names;
}
