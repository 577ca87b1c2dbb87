import { createRoot, createSignal } from 'solid-js';
import { expect, it, vi } from 'vitest';
import { type Query, textQuery } from '../../engine/query/query.ts';
import { bySimilarity } from '../../engine/search/ranking.ts';
import type { CollectionInfo, SearchResponse } from '../../protocol/query-worker.ts';
import { createSearch } from './search.ts';

const TOTAL = 1000;

/** Answers in which rank r shows row TOTAL − 1 − r, the first 200 at once. */
const client = {
  search: async (query: Query) =>
    ({
      ...{
        query,
        collection: 'demo',
        modelId: 'm',
        good: 5,
        cutoff: 0.5,
        total: TOTAL,
        index: 'hnsw',
        device: 'wasm',
      },
      ...{ encodeMs: 1, searchMs: 1, encodeCached: false },
      ...{ approximate: false, items: [], ...ranks(0, 200) },
    }) as SearchResponse,
  rank: vi.fn(async (_query: Query, from: number, count: number) => ({ from, ...ranks(from, count) })),
};

function ranks(from: number, count: number) {
  const rows = Uint32Array.from({ length: count }, (_, i) => TOTAL - 1 - from - i);
  return { ...bySimilarity(rows, new Float32Array(count)) };
}

it('finds the rank of a picture far below what the index gave, and asks no further', async () => {
  const collection = { manifest: { name: 'demo', count: TOTAL } } as CollectionInfo;
  const { search, dispose } = createRoot((dispose) => ({
    search: createSearch(
      client,
      () => textQuery('dog'),
      () => collection,
      { put: () => {} },
    ),
    dispose,
  }));
  await expect.poll(() => search.response()).toBeDefined();
  expect(search.rankOf(499)).toBe(-1);

  await search.seek(499);

  expect(search.rankOf(499)).toBe(500);
  expect(client.rank).toHaveBeenCalledTimes(2); // ranks 200 … 399 and 400 … 599
  await search.seek(499);
  expect(client.rank).toHaveBeenCalledTimes(2);
  dispose();
});

it('asks again for the shown answer without a sign of waiting, and keeps what is on the page until then', async () => {
  const refined = vi.fn();
  const collection = { manifest: { name: 'demo', count: TOTAL } } as CollectionInfo;
  const [query, setQuery] = createSignal(textQuery('dog'));
  const { search, dispose } = createRoot((dispose) => ({
    search: createSearch(client, query, () => collection, { put: () => {} }, refined),
    dispose,
  }));
  await expect.poll(() => search.response()).toBeDefined();
  const first = search.response();
  search.want(200, 201);
  await expect.poll(() => search.at(200)).toBeDefined();

  const refining = search.refine();
  expect(search.pending()).toBe(false);
  await refining;
  expect(search.response()).not.toBe(first);
  expect(refined).toHaveBeenCalledExactlyOnceWith(first, search.response());
  expect(search.at(200)).toEqual({ row: 799, similarity: 0, score: 0 }); // of the former answer

  const shown = search.response();
  const late = search.refine();
  setQuery(textQuery('cat'));
  await late;
  await expect.poll(() => search.response()?.query).toEqual(textQuery('cat'));
  expect(refined).toHaveBeenCalledTimes(1);
  expect(search.response()).not.toBe(shown);
  expect(search.at(200)).toBeUndefined();
  dispose();
});
