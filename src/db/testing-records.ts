import { textQuery } from '../engine/query/query.ts';
import { serialise } from '../engine/query/serialise.ts';
import type { LoggedSearch, NewSearch } from './schema.ts';

/** What a record says of a query that is a text. */
export function asks(text: string): Pick<LoggedSearch, 'query' | 'text'> {
  return { query: serialise(textQuery(text)), text };
}

/** A search as the page logs it, for tests. */
export function newSearch(changes: Partial<NewSearch> = {}): NewSearch {
  return {
    time: new Date().toISOString(),
    ...asks('dog'),
    model: 'afterimage-mini',
    collection: 'demo',
    total: 1_500,
    good: 2,
    results: [
      { id: '0123456789abcdef', name: 'dog-face.png', title: 'dog face', score: 0.31 },
      { id: 'fedcba9876543210', name: 'animals/wolf.png', title: null, score: 0.27 },
    ],
    device: 'wasm',
    engine: 'hnsw',
    encodeMs: 4.2,
    searchMs: 0.3,
    ...changes,
  };
}

/** A record of the log, for tests. `seed` decides id and time. */
export function loggedSearch(seed: number, changes: Partial<LoggedSearch> = {}): LoggedSearch {
  const time = new Date(Date.UTC(2026, 0, 1) + seed * 1_000).toISOString();
  return {
    ...newSearch(),
    id: seed.toString(16).padStart(32, '0'),
    time,
    changed: time,
    rating: null,
    judgements: {},
    ...changes,
  };
}

/** The lines of an export with these searches. */
export function exportOf(searches: readonly unknown[]): string {
  const header = { format: 'afterimage-log', version: 2, exported: '2026-01-31T12:00:00.000Z' };
  return [header, ...searches].map((line) => `${JSON.stringify(line)}\n`).join('');
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
