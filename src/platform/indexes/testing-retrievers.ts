/** What every Retriever does, whatever holds its vectors. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { AnsweringKind } from '../../engine/collection/types.ts';
import { createBitset, hasBit, setBit } from '../../engine/index/bitset.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors } from '../../engine/numeric/testing-vectors.ts';
import { RANKED_BY_INDEX, type Retrieved, type Retriever } from '../../engine/search/retriever.ts';
import { COUNT, DIM, type TestCollection } from './testing-collections.ts';

const queries = clusteredVectors(20, DIM, 2);
const [query] = queries as [Embedding];

export interface RetrieverUnderTest {
  readonly kind: AnsweringKind;
  /** Least mean recall@10; 1: the ranking is the exact one. */
  readonly recall: number;
  /** A retriever over the rows of a test collection. */
  create(): Promise<{ readonly collection: TestCollection; readonly retriever: Retriever }>;
}

function expectInOrder({ rows, scores, similarities }: Retrieved): void {
  expect(scores).toEqual(similarities);
  expect([similarities.length, scores.length]).toEqual([rows.length, rows.length]);
  expect(new Set(rows).size).toBe(rows.length);
  for (let i = 1; i < rows.length; i++) {
    const [before, score] = [scores[i - 1] as number, scores[i] as number];
    expect(before).toBeGreaterThanOrEqual(score);
    if (before === score) expect(rows[i - 1]).toBeLessThan(rows[i] as number);
  }
}

export function describeRetriever(title: string, { kind, recall, create }: RetrieverUnderTest): void {
  describe(title, () => {
    let collection: TestCollection;
    let retriever: Retriever;
    beforeAll(async () => {
      ({ collection, retriever } = await create());
      return () => retriever.dispose();
    });
    const truthOf = (query: Embedding, k: number, filter?: Uint32Array) =>
      collection.truth.search(query, { k, ...(filter && { filter }) }).map(({ row }) => row);

    test('says what it is', () => {
      expect(retriever).toMatchObject({ kind, dim: DIM, size: COUNT });
      expect(retriever.pageSize).toBeGreaterThanOrEqual(1);
    });

    test('ranks the best rows, in order, by their cosine', async () => {
      let found = 0;
      for (const query of queries) {
        const ranking = await retriever.retrieve(query, { k: 10 });
        expectInOrder(ranking);
        const right = truthOf(query, 10);
        if (recall === 1) expect([...ranking.rows]).toEqual(right);
        found += right.filter((row) => ranking.rows.includes(row)).length;
        if (ranking.approximate) continue;
        const all = collection.truth.rankAll(query);
        ranking.rows.forEach((row, i) => {
          expect(ranking.similarities[i]).toBeCloseTo(all.similarities[all.rows.indexOf(row)] as number, 4);
        });
      }
      expect(found / (10 * queries.length)).toBeGreaterThanOrEqual(recall);
    });

    test('gives as many as are wanted, or as there are', async () => {
      const around = RANKED_BY_INDEX;
      for (const k of [0, 1, 7, around - 1, around, around + 1, 2 * around, COUNT - 1, COUNT, COUNT + 1, 10 * COUNT]) {
        const ranking = await retriever.retrieve(query, { k });
        expect(ranking.rows).toHaveLength(Math.min(k, COUNT));
        expectInOrder(ranking);
      }
    });

    test('equal rows come by their numbers', async () => {
      const twins = collection.vectors.flatMap((vector, row) =>
        vector === collection.vectors.find((one, at) => one === vector && at !== row) ? [row] : [],
      );
      expect(twins).toHaveLength(3);
      const { rows } = await retriever.retrieve(collection.vectors[twins[0] as number] as Embedding, { k: 3 });
      expect([...rows]).toEqual(twins);
    });

    test('a filter lets its rows through, the best of them and no others', async () => {
      const filter = createBitset(COUNT);
      for (let row = 0; row < COUNT; row += 20) setBit(filter, row);
      for (const query of queries) {
        const ranking = await retriever.retrieve(query, { k: 10, filter });
        expectInOrder(ranking);
        expect([...ranking.rows].every((row) => hasBit(filter, row))).toBe(true);
        const right = truthOf(query, 10, filter);
        // Cells that are far from a query are not looked into.
        const missed = right.filter((row) => !ranking.rows.includes(row));
        if (!ranking.approximate) expect(missed.length).toBeLessThanOrEqual(kind === 'cells' ? 3 : 0);
        const passing = await retriever.retrieve(query, { k: COUNT, filter });
        expectInOrder(passing);
        expect(new Set(passing.rows)).toEqual(new Set(truthOf(query, COUNT, filter)));
      }
      const none = { k: 10, filter: createBitset(COUNT) };
      expect((await retriever.retrieve(query, none)).rows).toHaveLength(0);
      expect((await retriever.retrieve(query, { ...none, k: COUNT })).rows).toHaveLength(0);
    });

    test('the same question has the same answer, also when several are asked at once', async () => {
      const one = await Promise.all(queries.map((query) => retriever.retrieve(query, { k: 20 })));
      for (const [i, query] of queries.entries()) {
        const again = await retriever.retrieve(query, { k: 20 });
        // Blocks that other queries brought may have made an estimate better meanwhile.
        if (!again.approximate && !one[i]?.approximate) expect(again).toEqual(one[i]);
      }
    });

    test('what it gave is the caller’s', async () => {
      const before = await retriever.retrieve(query, { k: COUNT });
      const copy = [...before.rows];
      for (const k of [10, COUNT]) {
        const given = await retriever.retrieve(query, { k });
        for (const values of [given.rows, given.similarities, given.scores]) values.fill(0);
      }
      expect([...(await retriever.retrieve(query, { k: COUNT })).rows]).toEqual(copy);
    });

    test('a query of another dimension is refused', async () => {
      const short = clusteredVectors(1, DIM - 1)[0] as Embedding;
      for (const k of [10, COUNT]) {
        await expect(retriever.retrieve(short, { k })).rejects.toMatchObject({ code: 'dimension-mismatch' });
      }
    });

    test('what is not wanted any more is not begun', async () => {
      const reason = new Error('Another was asked for.');
      const signal = AbortSignal.abort(reason);
      for (const k of [10, COUNT]) await expect(retriever.retrieve(query, { k, signal })).rejects.toBe(reason);
    });
  });
}
