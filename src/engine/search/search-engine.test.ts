import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createTestItems } from '../collection/items/testing-items.ts';
import { AfterimageError } from '../errors.ts';
import { createExactIndex } from '../index/exact/exact-index.ts';
import type { VectorIndex } from '../index/vector-index.ts';
import type { Embedding } from '../numeric/embedding.ts';
import { baselineOf, clusteredVectors, flatten } from '../numeric/testing-vectors.ts';
import type { QueryEncoder } from '../ports.ts';
import { textQuery } from '../query/query.ts';
import { bySimilarity } from './ranking.ts';
import { createIndexRetriever, type IndexRetrieverOptions, RANKED_BY_INDEX, type Retriever } from './retriever.ts';
import { createSearchEngine, type SearchEngineOptions } from './search-engine.ts';

const DIM = 12;
const MODEL = 'a-model';
const vectors = clusteredVectors(700, DIM);

/** Any text is some direction; the same text always the same. */
function createFakeEncoder(): QueryEncoder & { encode: ReturnType<typeof vi.fn<QueryEncoder['encode']>> } {
  const seedOf = (text: string) => [...text].reduce((seed, char) => seed * 31 + (char.codePointAt(0) ?? 0), 7);
  const encode = vi.fn(async (text: string) => clusteredVectors(1, DIM, seedOf(text))[0] as Embedding);
  return { modelId: MODEL, dim: DIM, encode };
}

/** An approximate index at its worst: it misses rows, and its scores are off in the last digits. */
function createSloppyIndex(rows: readonly Embedding[]): VectorIndex {
  const exact = createExactIndex(flatten(rows, DIM), DIM);
  return {
    ...exact,
    kind: 'hnsw',
    get size() {
      return exact.size;
    },
    search: (query, options) =>
      exact
        .search(query, { ...options, k: options.k + 40 })
        .filter(({ row }) => row % 7 !== 3)
        .slice(0, options.k)
        .map(({ row, similarity }) => ({ row, similarity: similarity - 1e-6 })),
  };
}

type Changes = Partial<SearchEngineOptions & IndexRetrieverOptions>;

function createEngine(count = vectors.length, { index, prepare, ...changes }: Changes = {}) {
  const rows = vectors.slice(0, count);
  const flat = flatten(rows, DIM);
  const encoder = createFakeEncoder();
  const exact = vi.fn(createExactIndex(flat, DIM).rankAll);
  const options = {
    collection: 'pictures',
    modelId: MODEL,
    encoder,
    items: createTestItems(count),
    vectors: { vectorsOf: async (some: readonly number[]) => some.map((row) => vectors[row] as Embedding) },
    retriever: createIndexRetriever({ index: index ?? createSloppyIndex(rows), rankAll: exact, prepare }),
    baseline: baselineOf(flat, DIM, [], 256),
    ...changes,
  };
  return { engine: createSearchEngine(options), encoder, exact };
}

const withCode = (code: string) => expect.objectContaining({ code });

test.each([
  ['what the network did not give', false, true],
  ['nothing where it gave all', true, undefined],
])('tells %s', async (_, reached, unreachable) => {
  const prepare = vi.fn(async () => reached);
  const { engine } = createEngine(vectors.length, { prepare });
  expect((await engine.search(textQuery('a dog'))).unreachable).toBe(unreachable);
  expect(prepare).toHaveBeenCalledTimes(1);
});

describe('search', () => {
  test('answers with the best rows of the index, its own name and its times', async () => {
    const { engine } = createEngine();
    const answer = await engine.search(textQuery('a dog'));
    expect(answer).toMatchObject({
      query: textQuery('a dog'),
      collection: 'pictures',
      modelId: MODEL,
      index: 'hnsw',
      total: vectors.length,
      encodeCached: false,
    });
    expect(answer.rows).toHaveLength(RANKED_BY_INDEX);
    expect([...answer.scores]).toEqual([...answer.scores].sort((a, b) => b - a));
    expect(answer.good).toBeGreaterThanOrEqual(0);
    expect(answer.good).toBeLessThanOrEqual(answer.rows.length);
    const above = [...answer.scores].filter((score) => score >= (answer.cutoff ?? Number.NaN)).length;
    expect(above).toBe(answer.good);
    expect(answer.encodeMs).toBeGreaterThanOrEqual(0);
    expect(answer.searchMs).toBeGreaterThanOrEqual(0);
  });

  test('does not need the exact scan', async () => {
    const { engine, exact } = createEngine();
    await engine.search(textQuery('a dog'));
    expect(exact).not.toHaveBeenCalled();
  });

  test('encodes a text once, spaces around it or not', async () => {
    const { engine, encoder } = createEngine();
    await engine.search(textQuery('a dog'));
    const again = await engine.search(textQuery('  a dog '));
    await engine.rank(textQuery('a dog'), 0, 10);
    expect(again.encodeCached).toBe(true);
    expect(encoder.encode.mock.calls).toEqual([['a dog']]);
  });

  test('encodes again after a failure', async () => {
    const { engine, encoder } = createEngine();
    encoder.encode.mockRejectedValueOnce(new AfterimageError('device-lost', 'gone'));
    await expect(engine.search(textQuery('a dog'))).rejects.toThrow(withCode('device-lost'));
    expect((await engine.search(textQuery('a dog'))).encodeCached).toBe(false);
  });

  test.each(['', ' ', '\t\n '])('refuses the empty query %j', async (text) => {
    const { engine, encoder } = createEngine();
    await expect(engine.search(textQuery(text))).rejects.toThrow(withCode('query-empty'));
    await expect(engine.rank(textQuery(text), 0, 10)).rejects.toThrow(withCode('query-empty'));
    expect(encoder.encode).not.toHaveBeenCalled();
  });

  test('finds nothing in an empty collection', async () => {
    const { engine } = createEngine(0);
    expect(await engine.search(textQuery('a dog'))).toMatchObject({ rows: new Uint32Array(0), good: 0, total: 0 });
    expect((await engine.rank(textQuery('a dog'), 0, 10)).rows).toHaveLength(0);
  });
});

describe('what does not fit together is refused', () => {
  test('another model', () => {
    expect(() => createEngine(10, { modelId: 'another' })).toThrow(withCode('collection-model-mismatch'));
  });

  test('another dimension', () => {
    const index = createExactIndex(new Float32Array(0), DIM + 1);
    expect(() => createEngine(10, { index })).toThrow(withCode('dimension-mismatch'));
  });

  test('an encoder that does not give what it says', async () => {
    const encoder = { ...createFakeEncoder(), encode: async () => clusteredVectors(1, DIM + 1)[0] as Embedding };
    const { engine } = createEngine(10, { encoder });
    await expect(engine.search(textQuery('a dog'))).rejects.toThrow(withCode('dimension-mismatch'));
  });
});

describe('rank', () => {
  const descends = (scores: readonly number[]) => scores.every((score, i) => i === 0 || score <= (scores[i - 1] ?? 0));

  test('pages of any size show every row once: those of the search, then the others, each in order', async () => {
    const pages = fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.nat(vectors.length), pages, async (word, count, sizes) => {
        const text = `.${word}`; // never only spaces
        const { engine } = createEngine(count);
        const answer = await engine.search(textQuery(text));
        const rows: number[] = [];
        const scores: number[] = [];
        for (let i = 0; ; i++) {
          const size = sizes[i % sizes.length] as number;
          const page = await engine.rank(textQuery(text), rows.length, size);
          expect(page.from).toBe(rows.length);
          expect(page.scores.length).toBe(page.rows.length);
          rows.push(...page.rows);
          scores.push(...page.scores);
          if (page.rows.length < size) break;
        }
        const first = answer.rows.length;
        expect(rows.slice(0, first)).toEqual([...answer.rows]);
        expect(rows.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row));
        expect(descends(scores.slice(0, first)) && descends(scores.slice(first))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('scans once for all pages of a query', async () => {
    const { engine, exact } = createEngine();
    await engine.search(textQuery('a dog'));
    for (const from of [150, 200, 400, 600]) await engine.rank(textQuery('a dog'), from, 100);
    expect(exact).toHaveBeenCalledOnce();
  });

  test('shows every row once, also where a longer ranking puts others before those of a shorter one', async () => {
    const exact = createExactIndex(flatten(vectors, DIM), DIM);
    const retriever: Retriever = {
      ...{ kind: 'cells', dim: DIM, size: vectors.length, pageSize: 50, dispose: () => {} },
      // The more are asked for, the more are found: of few, none of every seventh row.
      async retrieve(query, { k }) {
        const { rows, similarities } = exact.rankAll(query);
        const found = Array.from(rows.keys()).filter((rank) => k >= 500 || (rows[rank] as number) % 7 !== 3);
        const some = found.slice(0, k);
        const values = Float32Array.from(some, (rank) => similarities[rank] as number);
        return {
          ...bySimilarity(
            Uint32Array.from(some, (rank) => rows[rank] as number),
            values,
          ),
          approximate: true,
        };
      },
    };
    const { engine } = createEngine(vectors.length, { retriever });
    const rows: number[] = [];
    for (let from = 0; from < vectors.length; from += 100) {
      rows.push(...(await engine.rank(textQuery('a dog'), from, 100)).rows);
    }
    expect(rows.toSorted((a, b) => a - b)).toEqual(vectors.map((_, row) => row));
  });

  test('ranks a text that was not searched for before', async () => {
    const { engine } = createEngine();
    await engine.search(textQuery('a cat'));
    const page = await engine.rank(textQuery('a dog'), 0, 200);
    expect(page.rows).toEqual((await engine.search(textQuery('a dog'))).rows);
  });

  test('survives that its answers are transferred away', async () => {
    const { engine } = createEngine();
    const answer = await engine.search(textQuery('a dog'));
    structuredClone(answer.rows, { transfer: [answer.rows.buffer] });
    const page = await engine.rank(textQuery('a dog'), 0, 300);
    structuredClone(page.rows, { transfer: [page.rows.buffer] });
    expect((await engine.rank(textQuery('a dog'), 0, 10)).rows).toHaveLength(10);
  });

  test('ends with the last row', async () => {
    const { engine } = createEngine();
    expect((await engine.rank(textQuery('a dog'), vectors.length - 3, 10)).rows).toHaveLength(3);
    expect((await engine.rank(textQuery('a dog'), vectors.length, 10)).rows).toHaveLength(0);
  });
});

describe('a collection that changes while it is open', () => {
  test('is answered as it is now: filters, totals and further pages are made anew', async () => {
    const index = createExactIndex(flatten(vectors.slice(0, 300), DIM), DIM);
    let revision = 0;
    const items = createTestItems(400, () => ({ width: 10 }));
    const present = { get: items.get, rowOf: items.rowOf, count: 300 };
    const { engine } = createEngine(300, {
      index,
      rankAll: index.rankAll,
      retriever: createIndexRetriever({ index, rankAll: index.rankAll }),
      items: present,
      live: { revision: () => revision, has: index.has },
    });
    const all = { ...textQuery('dog'), filters: [{ field: 'width', value: '1-' }] as const };
    const page = async (from: number) => [...(await engine.rank(textQuery('dog'), from, 400)).rows];
    expect([(await engine.search(all)).total, (await page(0)).length]).toEqual([300, 300]);
    index.remove(7);
    index.add(vectors[300] as Embedding);
    index.add(vectors[301] as Embedding);
    present.count = 302;
    revision++;
    expect((await engine.search(all)).total).toBe(301);
    const rows = await page(0);
    expect([rows.length, rows.includes(7), rows.includes(301)]).toEqual([301, false, true]);
  });
});
