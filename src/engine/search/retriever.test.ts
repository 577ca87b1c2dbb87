import { expect, test, vi } from 'vitest';
import { AfterimageError } from '../errors.ts';
import { createExactIndex } from '../index/exact/exact-index.ts';
import type { Hit } from '../index/vector-index.ts';
import type { Embedding } from '../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../numeric/testing-vectors.ts';
import { createIndexRetriever, type IndexRetrieverOptions, RANKED_BY_INDEX } from './retriever.ts';

const [COUNT, DIM] = [500, 12];
const [query, ...rows] = clusteredVectors(COUNT + 1, DIM) as [Embedding, ...Embedding[]];

function create(changes: Partial<IndexRetrieverOptions> = {}) {
  const index = createExactIndex(flatten(rows, DIM), DIM);
  const search = vi.spyOn(index, 'search');
  const rankAll = vi.fn(index.rankAll);
  return { retriever: createIndexRetriever({ index, rankAll, ...changes }), index, search, rankAll };
}

test('the index ranks what a person looks at, and further ranks are those of all rows', async () => {
  const { retriever, search, rankAll } = create();
  await retriever.retrieve(query, { k: RANKED_BY_INDEX });
  expect([search.mock.calls.length, rankAll.mock.calls.length]).toEqual([1, 0]);
  await retriever.retrieve(query, { k: RANKED_BY_INDEX + 1 });
  expect([search.mock.calls.length, rankAll.mock.calls.length]).toEqual([1, 1]);
});

test.each([
  [true, {}],
  [false, { unreachable: true }],
] as const)('waits for what the query needs, and tells whether it came (%s)', async (came, told) => {
  const order: string[] = [];
  const { retriever, search } = create({
    prepare: async () => {
      await Promise.resolve();
      order.push('prepared');
      return came;
    },
  });
  search.mockImplementation(() => {
    order.push('searched');
    return [{ row: 3, similarity: 0.5 }];
  });
  const { rows, similarities, scores, ...rest } = await retriever.retrieve(query, { k: 5 });
  expect(order).toEqual(['prepared', 'searched']);
  expect([[...rows], [...similarities]]).toEqual([[3], [0.5]]);
  expect(scores).toBe(similarities);
  expect(rest).toEqual({ approximate: false, ...told });
});

test('one estimate among the hits makes the ranking approximate', async () => {
  const { retriever, search } = create();
  const hits: Hit[] = [
    { row: 3, similarity: 0.5 },
    { row: 4, similarity: 0.25, approximate: true },
  ];
  search.mockReturnValue(hits);
  expect((await retriever.retrieve(query, { k: 2 })).approximate).toBe(true);
  search.mockReturnValue(hits.slice(0, 1));
  expect((await retriever.retrieve(query, { k: 2 })).approximate).toBe(false);
});

test('so does a scan that estimated', async () => {
  const { index } = create();
  const { retriever } = create({ rankAll: (asked) => ({ ...index.rankAll(asked), approximate: true }) });
  expect((await retriever.retrieve(query, { k: COUNT })).approximate).toBe(true);
});

test.each(['prepare', 'search', 'rankAll'] as const)('what goes wrong is passed on (%s)', async (where) => {
  const error = new AfterimageError('part-corrupt', 'Damaged.');
  const fail = () => {
    throw error;
  };
  const { retriever, search } = create(
    where === 'prepare' ? { prepare: async () => fail() } : where === 'rankAll' ? { rankAll: fail } : {},
  );
  if (where === 'search') search.mockImplementation(fail);
  await expect(retriever.retrieve(query, { k: where === 'rankAll' ? COUNT : 10 })).rejects.toBe(error);
});

test('a query that is given up is not searched for when what it needs comes', async () => {
  let come = (_: boolean) => {};
  const prepare = () =>
    new Promise<boolean>((resolve) => {
      come = resolve;
    });
  const { retriever, search } = create({ prepare });
  const controller = new AbortController();
  const waiting = retriever.retrieve(query, { k: 10, signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  come(true);
  await new Promise((resolve) => setTimeout(resolve));
  expect(search).not.toHaveBeenCalled();
});
