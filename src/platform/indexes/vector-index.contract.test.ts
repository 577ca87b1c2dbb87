import { describe, expect, test } from 'vitest';
import { createBitset, hasBit, setBit } from '../../engine/index/bitset.ts';
import type { Hit } from '../../engine/index/vector-index.ts';
import { dot, type Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors } from '../../engine/numeric/testing-vectors.ts';
import { CANDIDATES, DIM, indexes, inInt8 } from './testing-indexes.ts';

const queries = clusteredVectors(60, DIM, 2);

/** The definition: every row that passes, sorted. */
const createTruth =
  (vectors: readonly Embedding[]) =>
  (query: Embedding, k: number, passes: (row: number) => boolean = () => true): Hit[] =>
    vectors
      .map((vector, row) => ({ row, similarity: dot(vector, query) }))
      .filter(({ row }) => passes(row))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k);

function recall(found: readonly Hit[], truth: readonly Hit[]): number {
  const rows = new Set(truth.map(({ row }) => row));
  return found.filter(({ row }) => rows.has(row)).length / truth.length;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function expectInOrder(hits: readonly Hit[]): void {
  const sorted = hits.toSorted((a, b) => b.similarity - a.similarity || a.row - b.row);
  expect(hits).toEqual(sorted);
  expect(new Set(hits.map(({ row }) => row)).size).toBe(hits.length);
}

describe.each(indexes)('%s', (name, create, vectors = inInt8) => {
  const groundTruth = createTruth(vectors);

  test('recall@10 against the ground truth', async () => {
    const index = await create(vectors);
    const recalls = queries.map((query) => {
      const hits = index.search(query, { k: 10 });
      expect(hits).toHaveLength(10);
      expectInOrder(hits);
      return recall(hits, groundTruth(query, 10));
    });
    if (index.kind === 'exact') expect(Math.min(...recalls)).toBe(1);
    else expect(mean(recalls)).toBeGreaterThanOrEqual(0.99);
    index.dispose();
  });

  test('similarity is the cosine', async () => {
    const index = await create(vectors);
    for (const query of queries) {
      for (const { row, similarity, approximate } of index.search(query, { k: 200 })) {
        if (approximate) continue;
        // The query of int8 rows has 16 bits.
        expect(similarity).toBeCloseTo(dot(query, vectors[row] as Embedding), name.includes('int8') ? 4 : 5);
      }
    }
    index.dispose();
  });

  test('equal rows come in the order of their similarities, then of their numbers', async () => {
    const [twin, ...others] = vectors.slice(0, 20) as [Embedding, ...Embedding[]];
    const index = await create([twin, ...others, twin, twin]);
    const hits = index.search(twin, { k: 3 });
    expect(hits.map(({ row }) => row).sort((a, b) => a - b)).toEqual([0, 20, 21]);
    // A live index has them from two indexes, which may round their sums differently. All others give them the same one.
    if (name !== 'hnsw, live') expect(new Set(hits.map(({ similarity }) => similarity)).size).toBe(1);
    for (const [i, { row, similarity }] of hits.slice(1).entries()) {
      const before = hits[i] as Hit;
      expect(before.similarity > similarity || (before.similarity === similarity && before.row < row)).toBe(true);
      expect(before.similarity - similarity).toBeLessThan(1e-6);
    }
    index.dispose();
  });

  test('no more than k, no more than there are', async () => {
    const index = await create(vectors.slice(0, 30));
    const query = queries[0] as Embedding;
    expect(index.search(query, { k: 0 })).toEqual([]);
    expect(index.search(query, { k: 7 })).toHaveLength(7);
    expect(index.search(query, { k: 1000 })).toHaveLength(30);
    index.dispose();
  });

  test('an empty index finds nothing and can be added to', async () => {
    const index = await create([]);
    expect(index.size).toBe(0);
    expect(index.search(queries[0] as Embedding, { k: 5 })).toEqual([]);
    for (let row = 0; row < 40; row++) expect(index.add(vectors[row] as Embedding)).toBe(row);
    expect(index.size).toBe(40);
    expect(index.search(vectors[33] as Embedding, { k: 1 })[0]?.row).toBe(33);
    index.dispose();
  });

  test('a filter lets only its rows through', async () => {
    const index = await create(vectors);
    const filter = createBitset(vectors.length);
    for (let row = 0; row < vectors.length; row += 3) setBit(filter, row);
    const passes = (row: number) => hasBit(filter, row);
    const recalls = queries.map((query) => {
      const hits = index.search(query, { k: 10, filter });
      expect(hits.every(({ row }) => passes(row))).toBe(true);
      return recall(hits, groundTruth(query, 10, passes));
    });
    expect(mean(recalls)).toBeGreaterThanOrEqual(0.99);
    expect(index.search(queries[0] as Embedding, { k: 10, filter: createBitset(vectors.length) })).toEqual([]);
    index.dispose();
  });

  test('rows added later are found, rows that were there keep their numbers', async () => {
    const index = await create(vectors.slice(0, 500));
    for (let row = 500; row < vectors.length; row++) expect(index.add(vectors[row] as Embedding)).toBe(row);
    expect(index.size).toBe(vectors.length);
    const recalls = queries.map((query) => recall(index.search(query, { k: 10 }), groundTruth(query, 10)));
    expect(mean(recalls)).toBeGreaterThanOrEqual(0.99);
    index.dispose();
  });

  test('an added vector may be reused by the caller', async () => {
    const index = await create(vectors.slice(0, 10));
    const vector = (vectors[10] as Embedding).slice() as Embedding;
    index.add(vector);
    vector.fill(0);
    expect(index.search(vectors[10] as Embedding, { k: 1 })[0]?.row).toBe(10);
    index.dispose();
  });

  test('removed rows never return', async () => {
    const index = await create(vectors);
    const removed = new Set(queries.flatMap((query) => groundTruth(query, 3).map(({ row }) => row)));
    for (const row of removed) index.remove(row);
    for (const row of [...removed, -1, 0.5, vectors.length, Number.NaN]) index.remove(row); // ignored
    expect(index.size).toBe(vectors.length - removed.size);
    const recalls = queries.map((query) => {
      const hits = index.search(query, { k: 10 });
      expect(hits.some(({ row }) => removed.has(row))).toBe(false);
      return recall(
        hits,
        groundTruth(query, 10, (row) => !removed.has(row)),
      );
    });
    expect(mean(recalls)).toBeGreaterThanOrEqual(0.99);
    index.dispose();
  });

  test('where all near rows were removed, others are found', async () => {
    const index = await create(vectors);
    const [query] = queries as [Embedding];
    const ranked = groundTruth(query, vectors.length).map(({ row }) => row);
    const gone = 2 * CANDIDATES + 10;
    for (const row of ranked.slice(0, gone)) index.remove(row);
    for (const filter of [undefined, createBitset(vectors.length).fill(2 ** 32 - 1)]) {
      const hits = index.search(query, { k: 10, ...(filter && { filter }) });
      expect(hits.map(({ row }) => ranked.indexOf(row)).filter((place) => place < gone)).toEqual([]);
      expect(recall(hits, groundTruth(query, gone + 10).slice(gone))).toBeGreaterThanOrEqual(0.9);
    }
    index.dispose();
  });

  test('a row added and removed at once is gone', async () => {
    const index = await create(vectors.slice(0, 5));
    index.remove(index.add(vectors[5] as Embedding));
    expect(index.size).toBe(5);
    expect(index.search(vectors[5] as Embedding, { k: 10 }).map(({ row }) => row)).not.toContain(5);
    index.dispose();
  });

  test('the same rows give the same answers', async () => {
    const [one, two] = await Promise.all([create(vectors), create(vectors)]);
    for (const query of queries) expect(one.search(query, { k: 50 })).toEqual(two.search(query, { k: 50 }));
    one.dispose();
    two.dispose();
  });

  test('a vector of another dimension is refused', async () => {
    const index = await create(vectors.slice(0, 10));
    const short = clusteredVectors(1, DIM - 1)[0] as Embedding;
    expect(() => index.search(short, { k: 1 })).toThrow(expect.objectContaining({ code: 'dimension-mismatch' }));
    expect(() => index.add(short)).toThrow(expect.objectContaining({ code: 'dimension-mismatch' }));
    expect(index.size).toBe(10);
    index.dispose();
  });

  test(`says what it is`, async () => {
    const index = await create(vectors.slice(0, 3));
    expect({ kind: index.kind, dim: index.dim, size: index.size }).toEqual({
      kind: name.split(',')[0],
      dim: DIM,
      size: 3,
    });
    index.dispose();
  });
});
