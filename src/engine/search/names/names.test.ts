/** What the engine answers where names count. */
import { expect, test, vi } from 'vitest';
import { createTestItems } from '../../collection/items/testing-items.ts';
import { createExactIndex } from '../../index/exact/exact-index.ts';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import { baselineOf, clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { parseBox } from '../../query/box/read-box.ts';
import { textQuery } from '../../query/query.ts';
import { createIndexRetriever, RANKED_BY_INDEX } from '../retriever.ts';
import { createSearchEngine } from '../search-engine.ts';

const DIM = 12;
const COUNT = 900;
const vectors = clusteredVectors(COUNT, DIM);
const flat = flatten(vectors, DIM);
const query = vectors[17] as Embedding;
const isZebra = (row: number) => row % 100 === 99;

function createEngine(removed?: number) {
  const items = createTestItems(COUNT, (row) => ({
    name: `${isZebra(row) ? 'zebra' : 'x'}.${row % 2 ? 'gif' : 'png'}`,
  }));
  const get = vi.spyOn(items, 'get');
  const index = createExactIndex(flat, DIM);
  const engine = createSearchEngine({
    ...{ collection: 'pictures', modelId: 'm', items },
    encoder: { modelId: 'm', dim: DIM, encode: async () => query },
    vectors: { vectorsOf: async (rows) => rows.map((row) => vectors[row] as Embedding) },
    retriever: createIndexRetriever({ index, rankAll: index.rankAll }),
    baseline: baselineOf(flat, DIM, [], 256),
    ...(removed !== undefined && { live: { revision: () => 1, has: (row: number) => row !== removed } }),
  });
  return { engine, get };
}
const zebras = Array.from({ length: COUNT }, (_, row) => row).filter(isZebra);
const zebra = textQuery('zebra');

test('pictures with the name are good matches, by the order of similarity among them', async () => {
  const { engine, get } = createEngine();
  const plain = await engine.search(zebra);
  expect(plain.named).toBeUndefined();
  expect(plain.scores).toBe(plain.similarities);
  expect(get, 'no name is read while names do not count').not.toHaveBeenCalled();

  const named = await engine.search(zebra, { names: true });
  expect(new Set(named.named)).toEqual(new Set(zebras));
  const good = [...named.rows].slice(0, named.good ?? 0);
  expect(new Set(good)).toEqual(new Set([...plain.rows.slice(0, plain.good ?? 0), ...zebras]));
  const similarityOf = (row: number) => dot(vectors[row] as Embedding, query);
  const found = good.filter(isZebra).map(similarityOf);
  expect(found).toEqual([...found].sort((a, b) => b - a));
  for (const [rank, row] of named.rows.entries()) expect(named.similarities[rank]).toBeCloseTo(similarityOf(row), 5);
  expect(named.cutoff, 'the line is one of similarity').toBe(plain.cutoff);
  expect(named.total).toBe(COUNT);
});

test('filters hold for names too', async () => {
  const { engine } = createEngine();
  const gifs = await engine.search(parseBox('zebra type:png'), { names: true });
  expect(gifs.named).toHaveLength(0);
  const pngs = await engine.search(parseBox('zebra type:gif'), { names: true });
  expect(new Set(pngs.named)).toEqual(new Set(zebras));
});

test('further ranks have all others once, with the same first ones', async () => {
  const { engine } = createEngine();
  const first = await engine.search(zebra, { names: true });
  expect(first.rows.length).toBeGreaterThan(RANKED_BY_INDEX);
  const rest = await engine.rank(zebra, first.rows.length, COUNT, { names: true });
  expect(new Set([...first.rows, ...rest.rows]).size).toBe(COUNT);
  const again = createEngine().engine;
  expect((await again.rank(zebra, 0, first.rows.length, { names: true })).rows).toEqual(first.rows);
});

test('what was removed is not found by its name', async () => {
  const { engine } = createEngine(199);
  expect([...((await engine.search(zebra, { names: true })).named ?? [])]).not.toContain(199);
});
