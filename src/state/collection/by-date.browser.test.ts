import { createRoot, createSignal } from 'solid-js';
import { expect, it } from 'vitest';
import { createDeferred } from '../../engine/async/deferred.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { CollectionInfo, DateOrder, FoundTimeline, SearchResponse } from '../../protocol/query-worker.ts';
import type { Sort } from '../search/address.ts';
import { createByDate, createDatedOrder, type DatablePictures } from './by-date.ts';

const COLLECTION = { manifest: { name: 'demo' } } as unknown as CollectionInfo;
const timelineOf = (...rows: number[]): FoundTimeline => ({
  rows: Uint32Array.from(rows),
  months: [{ month: '2024-05', from: 0, count: rows.length }],
  years: [],
});
const answerOf = (good: number | null, total: number, ...rows: number[]) =>
  ({ rows: Uint32Array.from(rows), good, total }) as SearchResponse;

/** The order of dates, as somebody asks for it; `asked` has what the worker was asked. */
function setUp(timeline: (first: DateOrder, rows: Uint32Array | undefined) => Promise<FoundTimeline>) {
  const [sort, setSort] = createSignal<Sort>('similarity');
  const [answer, setAnswer] = createSignal<SearchResponse>();
  const [pictures, setPictures] = createSignal<DatablePictures>({ collection: COLLECTION, rows: undefined });
  const asked: (readonly [DateOrder, number[] | undefined])[] = [];
  const client = {
    timeline: (first: DateOrder, rows: Uint32Array | undefined) => {
      asked.push([first, rows && [...rows]]);
      return timeline(first, rows);
    },
  };
  const byDate = createRoot(() => createByDate(client, sort, pictures, answer));
  return { byDate, setSort, setAnswer, setPictures, asked };
}

it('all pictures while browsing, the good matches of an answer, and nothing by similarity', async () => {
  const { byDate, setSort, setAnswer, asked } = setUp(async () => timelineOf(2, 0, 1));
  expect(byDate.shown()).toBeUndefined();
  expect(byDate.pending()).toBe(false);
  setSort('newest');
  expect(byDate.pending()).toBe(true);
  await expect.poll(() => byDate.shown()?.timeline.rows).toEqual(Uint32Array.of(2, 0, 1));
  setAnswer(answerOf(2, 90, 7, 5, 3));
  expect(byDate.shown()).toBeUndefined();
  await expect.poll(() => byDate.shown()).toBeDefined();
  setAnswer(answerOf(0, 90, 7, 5, 3));
  expect(byDate.pending()).toBe(false);
  // Nobody can tell what is good: all, where all are at hand.
  setAnswer(answerOf(null, 3, 7, 5, 3));
  setAnswer(answerOf(null, 90, 7, 5, 3));
  setSort('similarity');
  expect(byDate.shown()).toBeUndefined();
  expect(asked).toEqual([
    ['newest', undefined],
    ['newest', [7, 5]],
    ['newest', [7, 5, 3]],
  ]);
});

it('what filters alone list is by date from the start, and stays so while pictures come and go', async () => {
  const { byDate, setSort, setAnswer, asked } = setUp(async (_, rows) => timelineOf(...(rows ?? [])));
  const list = (listed: 'newest' | 'unsorted', ...rows: number[]): SearchResponse => ({
    ...answerOf(null, rows.length, ...rows),
    query: { terms: [], filters: [{ field: 'type', value: 'png' }] },
    listed,
  });
  setAnswer(list('unsorted', 3, 1));
  expect(byDate.pending()).toBe(false);
  const first = list('newest', 3, 1);
  setAnswer(first);
  await expect.poll(() => byDate.shown()?.timeline.rows).toEqual(Uint32Array.of(3, 1));
  const next = list('newest', 5, 3, 1);
  setAnswer(next);
  expect(byDate.shown()?.timeline.rows).toEqual(Uint32Array.of(3, 1));
  expect(createDatedOrder(byDate.shown(), next)?.rowAt(0)).toBe(3);
  await expect.poll(() => byDate.shown()?.timeline.rows).toEqual(Uint32Array.of(5, 3, 1));
  setSort('oldest');
  await expect.poll(() => byDate.shown()?.sort).toBe('oldest');
  expect(asked.map(([first]) => first)).toEqual(['newest', 'newest', 'oldest']);
});

it('what comes late for what is not shown any more is dropped, and a failure is told', async () => {
  const late = createDeferred<FoundTimeline>();
  const { byDate, setSort } = setUp((first) =>
    first === 'newest' ? late.promise : Promise.reject(new AfterimageError('network', 'It does not answer.')),
  );
  setSort('newest');
  setSort('oldest');
  await expect.poll(() => byDate.error()?.message).toBe('It does not answer.');
  late.resolve(timelineOf(1));
  await late.promise;
  expect(byDate.shown()).toBeUndefined();
  expect(byDate.pending()).toBe(false);
});

it('while pictures come and go, their order stays until the new one is known', async () => {
  const { byDate, setSort, setPictures, asked } = setUp(async (_, rows) => timelineOf(...(rows ?? [1, 0])));
  setSort('oldest');
  await expect.poll(() => byDate.shown()).toBeDefined();
  setPictures({ collection: COLLECTION, rows: Uint32Array.of(4) });
  expect(byDate.shown()?.timeline.rows).toEqual(Uint32Array.of(1, 0));
  await expect.poll(() => byDate.shown()?.timeline.rows).toEqual(Uint32Array.of(4));
  expect(asked.at(-1)).toEqual(['oldest', [4]]);
  setPictures({ collection: { ...COLLECTION }, rows: Uint32Array.of(5) });
  expect(byDate.shown()).toBeUndefined();
});

it('cells by date lead to ranks and rows, and rows to cells', () => {
  const answer = answerOf(3, 90, 7, 5, 3, 9);
  const order = createDatedOrder({ timeline: timelineOf(3, 7, 5), answer, sort: 'newest' }, answer);
  expect([0, 1, 2, 3].map((cell) => order?.rankAt(cell))).toEqual([2, 0, 1, undefined]);
  expect([3, 7, 5, 9].map((row) => order?.cellOf(row))).toEqual([0, 1, 2, undefined]);
  expect(createDatedOrder({ timeline: timelineOf(3), answer, sort: 'newest' }, undefined)).toBeUndefined();
});
