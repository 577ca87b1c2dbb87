import { createRoot, createSignal } from 'solid-js';
import type { Database } from '../../db/database.ts';
import { createTestDatabases } from '../../db/testing.browser.ts';
import type { Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { textQuery } from '../../engine/query/query.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import { createLog, type LogOptions } from './log.ts';
import { createRatings, type Ratable } from './ratings.ts';

const databases = createTestDatabases();
export const cleanups: (() => void)[] = [];
let name = '';

/** A name that no database has; `open`, `page` and `failing` take it from now on. */
export function newName(): void {
  name = databases.newName();
}

/** Ends everything that was made, and deletes the database. */
export async function clear(): Promise<void> {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await databases.clear();
}

/** A connection of its own, as another tab has. */
export const open = () => databases.open();

export function item(row: number): Item {
  const picture = { path: 'thumbs/00/0.webp', width: 1, height: 1 };
  const file = { licence: null, width: 1, height: 1, bytes: 1, date: null, thumbnail: picture, preview: null };
  return { id: `${row}`.padStart(16, '0'), name: `${row}.png`, title: null, ...file };
}

export function response(text = 'dog'): SearchResponse {
  return {
    query: textQuery(text),
    collection: 'demo',
    modelId: 'afterimage-mini',
    rows: Uint32Array.from({ length: 200 }, (_, i) => 199 - i),
    similarities: Float32Array.from({ length: 200 }, (_, i) => 0.2 - i / 1000),
    scores: Float32Array.from({ length: 200 }, (_, i) => 0.3 - i / 1000),
    good: 3,
    cutoff: 0.2,
    total: 1500,
    index: 'hnsw',
    device: 'wasm',
    encodeMs: 4.123456,
    searchMs: 0.25,
    encodeCached: false,
    approximate: false,
    items: [],
  };
}

/** A log with the ratings of one search, as the page has them. */
export function page(options: Partial<LogOptions> = {}, onJudged?: Parameters<typeof createRatings>[2]) {
  return createRoot((dispose) => {
    cleanups.push(dispose);
    const log = createLog({
      name,
      items: async (rows) => rows.map(item),
      open,
      ...options,
    });
    const [current, setCurrent] = createSignal<Ratable>();
    return { log, ratings: createRatings(log, current, onJudged), setCurrent };
  });
}

export const off = () => Promise.reject(new AfterimageError('database-unavailable', 'There is no database here.'));

/** A database of which the next `verb` fails. */
export function failing(verb: 'logSearch' | 'rate' | 'judge') {
  let fail = false;
  return {
    failNext: () => {
      fail = true;
    },
    open: async (): Promise<Database> => {
      const database = await open();
      const real = database[verb];
      const replaced = (...values: never[]) => {
        if (!fail) return (real as (...all: never[]) => Promise<unknown>)(...values);
        fail = false;
        return Promise.reject(new AfterimageError('quota-exceeded', 'The disk is full.'));
      };
      return { ...database, [verb]: replaced };
    },
  };
}
