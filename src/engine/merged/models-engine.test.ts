import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createTestItems } from '../collection/items/testing-items.ts';
import { AfterimageError } from '../errors.ts';
import { createExactIndex } from '../index/exact/exact-index.ts';
import type { Embedding } from '../numeric/embedding.ts';
import { baselineOf, clusteredVectors, flatten } from '../numeric/testing-vectors.ts';
import { albumKey, albumName } from '../query/albums.ts';
import { type Query, textQuery } from '../query/query.ts';
import { createIndexRetriever } from '../search/retriever.ts';
import { createSearchEngine, type SearchEngine } from '../search/search-engine.ts';
import { fuseModels, type ModelAnswer } from './fuse-models.ts';
import { createModelsEngine, type ModelPart } from './models-engine.ts';

const answer = fc
  .record({
    similarities: fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { maxLength: 12 }),
    good: fc.option(fc.nat(12)),
  })
  .map(({ similarities, good }) => ({
    similarities: Float32Array.from(similarities).sort().reverse(),
    good: good && Math.min(good, similarities.length),
  }));

/** Rows of the answers follow one another. */
function numbered(answers: readonly { similarities: Float32Array; good: number | null }[]): ModelAnswer[] {
  let next = 0;
  return answers.map(({ similarities, good }) => ({
    rows: Uint32Array.from(similarities, () => next++),
    similarities,
    good,
    ...(good === null && { unjudged: 'few' as const }),
  }));
}

describe('what several models found', () => {
  test('begins with what each model is sure of, then what may be right', () => {
    const [a, b] = numbered([
      { similarities: Float32Array.of(0.3, 0.2, 0.1), good: 2 },
      { similarities: Float32Array.of(0.9, 0.8), good: 1 },
    ]) as [ModelAnswer, ModelAnswer];
    const fused = fuseModels([
      { ...a, sure: 1 },
      { ...b, sure: 0 },
    ]);
    expect([...fused.ranking.rows]).toEqual([0, 1, 3, 2, 4]);
    expect(fused).toMatchObject({ sure: 1, good: 3 });
    expect(fuseModels([{ ...a, sure: 1 }, b]).sure, 'one of them does not know').toBeUndefined();
  });

  test('is all there, each once, in the order of each, good matches of all before the rest', () => {
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 4 }), (answers) => {
        const parts = numbered(answers);
        const { ranking, good } = fuseModels(parts);
        expect([...ranking.rows].sort((a, b) => a - b)).toEqual(parts.flatMap(({ rows }) => [...rows]));
        for (const { rows } of parts) {
          const own = [...ranking.rows].filter((row) => rows.includes(row));
          expect(own).toEqual([...rows]);
        }
        const goodRows = parts.flatMap(({ rows, good: own }) => [...rows.subarray(0, own ?? 0)]);
        expect([...ranking.rows.subarray(0, goodRows.length)].sort((a, b) => a - b)).toEqual(goodRows);
        if (good !== null) expect(good).toBe(goodRows.length);
        for (const [i, score] of ranking.scores.entries())
          if (i > 0) expect(score).toBeLessThan(ranking.scores[i - 1] ?? 0);
      }),
    );
  });

  test('goes by ranks: another range of cosines changes nothing', () => {
    fc.assert(
      fc.property(fc.array(answer, { minLength: 2, maxLength: 3 }), fc.nat(2), (answers, which) => {
        const parts = numbered(answers);
        const scaled = parts.map((part, i) =>
          i === which ? { ...part, similarities: part.similarities.map((value) => value / 3 - 0.2) } : part,
        );
        expect(fuseModels(scaled).ranking.rows).toEqual(fuseModels(parts).ranking.rows);
      }),
    );
  });

  test('takes the ranks in turn, and gives the first 1', () => {
    const parts = numbered([
      { similarities: Float32Array.of(0.3, 0.2, 0.1), good: 2 },
      { similarities: Float32Array.of(0.9, 0.8), good: 1 },
    ]);
    const { ranking, good } = fuseModels(parts);
    expect([[...ranking.rows], good]).toEqual([[0, 3, 1, 2, 4], 3]);
    expect([...ranking.scores]).toEqual([1, 61 / 62, 61 / 63, 61 / 64, 61 / 65].map(Math.fround));
    expect(ranking.similarities).toEqual(Float32Array.of(0.3, 0.9, 0.2, 0.1, 0.8).map(Math.fround));
  });

  test('of what a model cannot judge, nothing is called good; where the others find nothing, nobody can tell', () => {
    const few = { similarities: Float32Array.of(0.9), good: null };
    const found = { similarities: Float32Array.of(0.3, 0.1), good: 1 };
    const nothing = { ...found, good: 0 };
    expect(fuseModels(numbered([found, few]))).toMatchObject({ good: 1 });
    expect(fuseModels(numbered([found, few])).unjudged).toBeUndefined();
    expect(fuseModels(numbered([nothing, few]))).toMatchObject({ good: null, unjudged: 'few' });
    expect(fuseModels(numbered([few, few]))).toMatchObject({ good: null, unjudged: 'few' });
    expect(fuseModels(numbered([nothing, nothing]))).toMatchObject({ good: 0 });
  });
});

/** A model of dimension `dim` with so many pictures, whose rows of all begin at `start`. */
function modelOf(id: string, dim: number, count: number, start: number) {
  const vectors = clusteredVectors(count, dim, dim);
  const flat = flatten(vectors, dim);
  const index = createExactIndex(flat, dim);
  const encode = vi.fn(async (text: string) => clusteredVectors(1, dim, text.length)[0] as Embedding);
  const engine = createSearchEngine({
    collection: '*',
    modelId: id,
    encoder: { modelId: id, dim, encode },
    items: createTestItems(count, (row) => ({ id: `${id}${row}`.padEnd(16, '0') })),
    vectors: { vectorsOf: async (rows) => rows.map((row) => vectors[row] as Embedding) },
    retriever: createIndexRetriever({ index, rankAll: index.rankAll }),
    baseline: baselineOf(flat, dim, [], 256),
  });
  const search = vi.spyOn(engine, 'search');
  const part: ModelPart = { modelId: id, engine, rowAt: (row) => start + row };
  return { part, engine, encode, search };
}

const all = { collection: '*', items: createTestItems(800, (row) => ({ name: `${row}.${row % 4 ? 'png' : 'gif'}` })) };

const likeOf = (id: string): Query => ({
  terms: [{ kind: 'item', id: id.padEnd(16, '0'), collection: null, weight: 1 }],
  filters: [],
});

describe('an engine over several models', () => {
  const setUp = () => {
    const [a, b] = [modelOf('a', 8, 500, 0), modelOf('b', 12, 300, 500)];
    return { a, b, both: createModelsEngine(all, [a.part, b.part]) };
  };

  test('encodes a query with each, and finds what each finds', async () => {
    const { a, b, both } = setUp();
    const query = textQuery('a dog');
    const [found, ofA, ofB] = await Promise.all([both.search(query), a.engine.search(query), b.engine.search(query)]);
    expect(found).toMatchObject({ collection: '*', modelId: 'a', models: ['a', 'b'], total: 800, cutoff: null });
    expect(found.good).toBe((ofA.good ?? 0) + (ofB.good ?? 0));
    expect([...found.rows].filter((row) => row < 500)).toEqual([...ofA.rows]);
    expect([...found.rows].filter((row) => row >= 500)).toEqual([...ofB.rows].map((row) => row + 500));
    const at = found.rows.indexOf((ofB.rows[0] ?? 0) + 500);
    expect(found.similarities[at]).toBe(ofB.similarities[0]);
    expect([a.encode.mock.calls, b.encode.mock.calls]).toEqual([[['a dog']], [['a dog']]]);
  });

  test('pages go on where the answer ended: each row once, scores descend, each model is searched once', async () => {
    const { a, both } = setUp();
    const query = textQuery('a dog');
    const found = await both.search(query);
    const rows = [...found.rows];
    const scores = [...found.scores];
    for (let from = rows.length; from < found.total; from += 150) {
      const page = await both.rank(query, from, 150);
      expect([page.from, page.rows.length]).toEqual([from, Math.min(150, found.total - from)]);
      rows.push(...page.rows);
      scores.push(...page.scores);
    }
    expect([...rows].sort((x, y) => x - y)).toEqual([...Array(800).keys()]);
    expect(scores.every((score, i) => i === 0 || score < (scores[i - 1] ?? 0))).toBe(true);
    expect(a.search).toHaveBeenCalledTimes(1);
    const across = await both.rank(query, found.rows.length - 5, 10);
    expect([...across.rows]).toEqual(rows.slice(found.rows.length - 5, found.rows.length + 5));
    expect((await both.rank(query, 800, 10)).rows.length).toBe(0);
  });

  test('filters alone list the pictures of all, also of models that are not loaded', async () => {
    const { a, b } = setUp();
    const gifs: Query = { terms: [], filters: [{ field: 'type', value: 'gif' }] };
    const order = () => Uint32Array.from({ length: 700 }, (_, row) => row);
    const engine = createModelsEngine({ ...all, order }, [a.part]);
    const found = await engine.search(gifs);
    expect([found.total, found.good, found.rows.length]).toEqual([175, null, 175]);
    expect(found.listed).toBe('newest');
    expect([...found.rows].every((row) => row % 4 === 0 && row < 700)).toBe(true);
    expect((await engine.rank(gifs, 170, 10)).rows).toEqual(found.rows.subarray(170));
    expect([a.encode.mock.calls.length, b.encode.mock.calls.length]).toEqual([0, 0]);
  });

  test('an album lists its pictures of all models', async () => {
    const { a } = setUp();
    const [ofA, ofB] = await Promise.all([all.items.get(3), all.items.get(603)]);
    const pictures = new Set([ofA, ofB].map((item) => albumKey('*', item.id)));
    const albums = new Map([[albumName('Trip'), { changed: '', pictures }]]);
    const query: Query = { terms: [], filters: [{ field: 'album', value: 'Trip' }] };
    const found = await createModelsEngine(all, [a.part]).search(query, { albums });
    expect([...found.rows].sort((x, y) => x - y)).toEqual([3, 603]);
  });

  test('a query that is like a picture is answered by the model that knows it', async () => {
    const { both } = setUp();
    const found = await both.search(likeOf('b7'));
    expect([found.models, found.total]).toEqual([['b'], 299]);
    expect([...found.rows].every((row) => row >= 500 && row !== 507)).toBe(true);
    await expect(both.search(likeOf('c7'))).rejects.toMatchObject({ code: 'item-not-found' });
  });

  test('embeddings that travel with a query are of the first model, and are given to no other', async () => {
    const { a, b, both } = setUp();
    const sha256 = 'f'.repeat(64);
    const pictures = new Map([[sha256, clusteredVectors(1, 8, 3)[0] as Embedding]]);
    const query: Query = { terms: [{ kind: 'picture', sha256, weight: 1 }], filters: [] };
    expect((await both.search(query, { pictures, names: true })).models).toEqual(['a']);
    expect(a.search.mock.calls[0]?.[1]).toEqual({ pictures, names: true });
    expect(b.search.mock.calls[0]?.[1]).toEqual({ pictures: undefined, names: true });
  });

  test('what fails otherwise fails for all', async () => {
    const { a } = setUp();
    const away = new AfterimageError('offline', 'There is no network.');
    const engine: SearchEngine = { ...a.engine, search: () => Promise.reject(away) };
    const both = createModelsEngine(all, [a.part, { ...a.part, engine }]);
    await expect(both.search(textQuery('a dog'))).rejects.toBe(away);
    await expect(createModelsEngine(all, []).search(textQuery('x'))).rejects.toMatchObject({
      code: 'collection-not-found',
    });
  });
});
