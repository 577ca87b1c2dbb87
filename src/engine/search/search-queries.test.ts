/** What the engine answers to queries that are more than a text. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createTestItems } from '../collection/items/testing-items.ts';
import { createExactIndex } from '../index/exact/exact-index.ts';
import { dot, type Embedding, normalise } from '../numeric/embedding.ts';
import { baselineOf, clusteredVectors, flatten } from '../numeric/testing-vectors.ts';
import type { Query, Term } from '../query/query.ts';
import { textQuery } from '../query/query.ts';
import { cutoff } from './cutoff.ts';
import { createIndexRetriever } from './retriever.ts';
import { createSearchEngine, type SearchContext } from './search-engine.ts';

const DIM = 12;
const COUNT = 700;
const vectors = clusteredVectors(COUNT, DIM);
const flat = flatten(vectors, DIM);
const embeddingOf = (text: string) => clusteredVectors(1, DIM, text.length)[0] as Embedding;

/** Every third picture is a GIF. */
function createEngine(ordinaryTexts: readonly Embedding[] = []) {
  const items = createTestItems(COUNT, (row) => ({ name: `${row}.${row % 3 === 0 ? 'gif' : 'png'}` }));
  const get = vi.spyOn(items, 'get');
  const encode = vi.fn(async (text: string) => embeddingOf(text));
  const index = createExactIndex(flat, DIM);
  const engine = createSearchEngine({
    collection: 'pictures',
    modelId: 'm',
    encoder: { modelId: 'm', dim: DIM, encode },
    items,
    vectors: { vectorsOf: async (rows) => rows.map((row) => vectors[row] as Embedding) },
    retriever: createIndexRetriever({ index, rankAll: index.rankAll }),
    baseline: baselineOf(flat, DIM, ordinaryTexts, 256),
  });
  return { engine, encode, get };
}

const withCode = (code: string) => expect.objectContaining({ code });
const gif = { field: 'type', value: 'gif' } as const;
const dog = textQuery('dog');
const away: Term = { kind: 'words', text: 'a cat', weight: -1 };
const filtered: Query = { ...dog, filters: [gif] };

test('what is more than a text is not measured against ordinary texts', async () => {
  const { engine } = createEngine([embeddingOf('ordinary'), embeddingOf('text')]);
  const { ordinary, ...baseline } = baselineOf(flat, DIM, [embeddingOf('ordinary'), embeddingOf('text')], 256);
  const query: Query = { terms: [...dog.terms, away], filters: [] };
  const composed = await engine.search(query);
  const sum = embeddingOf('dog').map((value, j) => value - 0.25 * (embeddingOf('a cat')[j] as number));
  const lineOf = (...given: Parameters<typeof cutoff>) => cutoff(...given).line ?? Number.NaN;
  const line = lineOf(normalise(sum), { ...baseline, ordinary: null }, composed.similarities);
  expect(composed.cutoff).toBeCloseTo(line, 5);
  const plain = await engine.search(dog);
  expect(plain.cutoff).toBeCloseTo(lineOf(embeddingOf('dog'), { ...baseline, ordinary }, plain.similarities), 5);
  expect(plain.cutoff).not.toBeCloseTo(
    lineOf(embeddingOf('dog'), { ...baseline, ordinary: null }, plain.similarities),
    5,
  );
});

test('good matches of a filtered search are measured against the pictures that pass', async () => {
  const { engine } = createEngine();
  const { similarities, total, good, cutoff: line } = await engine.search(filtered);
  const baseline = { ...baselineOf(flat, DIM, [], 256), count: total };
  expect(total).toBeLessThan(COUNT / 2);
  expect(cutoff(embeddingOf('dog'), baseline, similarities)).toMatchObject({ good, line });
});

test('an answer has the query in its one form', async () => {
  const { engine } = createEngine();
  const { query } = await engine.search({ terms: [...textQuery(' dog ').terms, away], filters: [gif, gif] });
  expect(query).toEqual({ terms: [...dog.terms, away], filters: [gif] });
});

test('what is pushed away and what it is like change the order as their sum does', async () => {
  const { engine } = createEngine();
  const item: Term = { kind: 'item', id: (42).toString(16).padStart(16, '0'), collection: null, weight: 0.5 };
  const { rows, scores } = await engine.search({ terms: [...dog.terms, away, item], filters: [] });
  const sum = embeddingOf('dog').map(
    (value, j) => value - 0.25 * (embeddingOf('a cat')[j] as number) + 0.5 * (vectors[42]?.[j] as number),
  );
  const norm = Math.hypot(...sum);
  expect(rows).not.toContain(42);
  for (const [rank, row] of [...rows].entries()) {
    expect(scores[rank]).toBeCloseTo(dot(sum, vectors[row] as Embedding) / norm, 5);
  }
  expect([...scores]).toEqual([...scores].sort((a, b) => b - a));
});

describe('a filter', () => {
  test('leaves the exact ranking of what passes, page by page', async () => {
    const truth = createExactIndex(flat, DIM).rankAll(embeddingOf('dog'));
    const right = [...truth.rows].filter((row) => row % 3 === 0);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 250 }), async (size) => {
        const { engine } = createEngine();
        const answer = await engine.search(filtered);
        expect([...answer.rows]).toEqual(right.slice(0, 200));
        expect(answer.total).toBe(right.length);
        const rows: number[] = [];
        for (let length = size; length === size; ) {
          const page = await engine.rank(filtered, rows.length, size);
          length = page.rows.length;
          rows.push(...page.rows);
        }
        expect(rows).toEqual(right);
      }),
      { numRuns: 10 },
    );
  });

  test('reads the records once, and the words are encoded once with and without it', async () => {
    const { engine, encode, get } = createEngine();
    await engine.search(dog);
    expect(get).not.toHaveBeenCalled();
    await engine.search(filtered);
    await engine.rank(filtered, 0, 10);
    await engine.search({ ...textQuery('cats'), filters: [gif] });
    expect(get).toHaveBeenCalledTimes(COUNT);
    expect((await engine.search({ terms: [...dog.terms, away], filters: [] })).encodeCached).toBe(false);
    expect(encode.mock.calls).toEqual([['dog'], ['cats'], ['a cat']]);
  });

  test('that nothing passes leaves nothing', async () => {
    const { engine } = createEngine();
    const none = { ...dog, filters: [{ field: 'type', value: 'webp' } as const] };
    expect(await engine.search(none)).toMatchObject({ total: 0, good: 0, rows: new Uint32Array(0) });
    expect((await engine.rank(none, 0, 10)).rows).toHaveLength(0);
  });

  test('alone lists all that passes, without the model, page by page', async () => {
    const { engine, encode } = createEngine();
    const alone: Query = { terms: [], filters: [gif] };
    const right = Array.from({ length: COUNT }, (_, row) => row).filter((row) => row % 3 === 0);
    const answer = await engine.search(alone);
    expect([...answer.rows]).toEqual(right);
    expect(answer).toMatchObject({ total: right.length, good: null, cutoff: null, listed: 'newest' });
    expect(new Set(answer.similarities)).toEqual(new Set([0]));
    expect([...(await engine.rank(alone, 200, 500)).rows]).toEqual(right.slice(200));
    await engine.search(dog);
    expect([...(await engine.rank(alone, 3, 4)).rows]).toEqual(right.slice(3, 7));
    expect(encode).toHaveBeenCalledTimes(1);
    expect((await engine.search(dog)).listed).toBeUndefined();
  });

  test('alone that nothing passes is an answer too', async () => {
    const { engine } = createEngine();
    const none: Query = { terms: [], filters: [{ field: 'type', value: 'webp' }] };
    expect(await engine.search(none)).toMatchObject({ total: 0, rows: new Uint32Array(0), listed: 'newest' });
    expect((await engine.rank(none, 0, 9)).rows).toHaveLength(0);
  });
});

describe('pictures that a query is like', () => {
  const like = (row: number, weight = 1, collection: string | null = null): Term => ({
    ...{ kind: 'item', weight, collection },
    id: row.toString(16).padStart(16, '0'),
  });

  test.each([
    ['one', [like(42)], []],
    ['one by the name of its collection', [like(42, 1, 'pictures')], []],
    ['two, with words', [like(42), like(45, 0.5), ...dog.terms], []],
    ['one that passes a filter, and one that does not', [like(42), like(43)], [gif]],
  ] as const)('are not among its answers: %s', async (_, terms, filters) => {
    const { engine } = createEngine();
    const query: Query = { terms, filters };
    const answer = await engine.search(query);
    const passing = vectors.map((_, row) => row).filter((row) => filters.length === 0 || row % 3 === 0);
    const liked = terms.flatMap((term) => (term.kind === 'item' ? [Number.parseInt(term.id, 16)] : []));
    const right = passing.filter((row) => !liked.includes(row));
    expect(answer.total).toBe(right.length);
    const further = await engine.rank(query, answer.rows.length, COUNT);
    expect([...answer.rows, ...further.rows].sort((a, b) => a - b)).toEqual(right);
    // Asked for by itself, the ranking is the same.
    const again = await createEngine().engine.rank(query, 0, COUNT);
    expect([...again.rows]).toEqual([...answer.rows, ...further.rows]);
  });

  test('do not draw the line', async () => {
    const { engine } = createEngine();
    const { similarities, good, cutoff: line } = await engine.search({ terms: [like(42)], filters: [] });
    const baseline = { ...baselineOf(flat, DIM, [], 256), ordinary: null };
    expect(cutoff(vectors[42] as Embedding, baseline, similarities)).toMatchObject({ good, line });
    expect(similarities[0]).toBeLessThan(0.9999);
  });

  test('stay where a query is pushed away from them', async () => {
    const { engine } = createEngine();
    const query: Query = { terms: [...dog.terms, like(42, -1)], filters: [] };
    expect((await engine.search(query)).total).toBe(COUNT);
    expect((await engine.rank(query, 0, COUNT)).rows).toContain(42);
  });
});

test('a picture that is in no collection is searched for by the embedding that comes along, alone and with words', async () => {
  const { engine } = createEngine();
  const picture: Term = { kind: 'picture', sha256: 'ab'.repeat(32), weight: 1 };
  const own = clusteredVectors(1, DIM, 99)[0] as Embedding;
  const context = { pictures: new Map([[picture.sha256, own]]) };
  const alone: Query = { terms: [picture], filters: [] };
  const truth = createExactIndex(flat, DIM).rankAll(own);
  const answer = await engine.search(alone, context);
  expect([...answer.rows]).toEqual([...truth.rows.subarray(0, 200)]);
  expect(answer.total).toBe(COUNT);
  expect([...(await engine.rank(alone, 200, COUNT, context)).rows]).toEqual([...truth.rows.subarray(200)]);

  const both = await engine.search({ ...alone, terms: [...dog.terms, picture] }, context);
  const sum = normalise(embeddingOf('dog').map((value, j) => value + (own[j] as number)));
  expect(both.similarities[0]).toBeCloseTo(dot(sum, vectors[both.rows[0] as number] as Embedding), 5);

  // Of another visit: the link does not hold it.
  const { engine: other } = createEngine();
  await expect(other.search(alone)).rejects.toEqual(withCode('picture-missing'));
  expect((await other.search(alone, context)).rows[0]).toBe(truth.rows[0]);
  const wrong = { pictures: new Map([[picture.sha256, new Float32Array(DIM + 1).fill(0.1) as Embedding]]) };
  await expect(createEngine().engine.search(alone, wrong)).rejects.toEqual(withCode('dimension-mismatch'));
});

test('what has no form is refused', async () => {
  const { engine, encode } = createEngine();
  for (const filter of [{ field: 'type', value: '*' } as const, { field: 'colour', value: 'red' } as never]) {
    await expect(engine.search({ ...dog, filters: [filter] })).rejects.toEqual(withCode('query-invalid'));
    await expect(engine.rank({ ...dog, filters: [filter] }, 0, 1)).rejects.toEqual(withCode('query-invalid'));
  }
  expect(encode).not.toHaveBeenCalled();
});

test('thumbs order the results of a query, page by page each once, with filters too, and no saved search', async () => {
  const { engine } = createEngine();
  const idOf = (row: number) => row.toString(16).padStart(16, '0');
  const plain = await engine.search(filtered);
  const [first, far] = [plain.rows[0] as number, 699];
  const thumbs = new Map([
    [idOf(first), 'down'],
    [idOf(far), 'up'],
    [idOf(1), 'up'], // it does not pass the filter
  ] as const);
  const answer = await engine.search(filtered, { thumbs });
  expect([answer.rows[0], answer.rows.at(-1)]).toEqual([far, first]);
  expect(answer.rows).not.toContain(1);
  expect(answer.total).toBe(plain.total);
  const all = await engine.rank(filtered, 0, COUNT, { thumbs });
  expect(new Set(all.rows).size).toBe(plain.total);
  expect((await engine.search(filtered)).rows[0]).toBe(first);

  const albums = new Map([['gifs', { query: filtered, names: false, collection: null, changed: '' }]]);
  const saved: Query = { terms: [], filters: [{ field: 'album', value: 'gifs' }] };
  const rowsOf = async (context: SearchContext) => [...(await engine.search(saved, { ...context, albums })).rows];
  expect(await rowsOf({ thumbs })).toEqual(await rowsOf({}));
});
