import { expect, test } from 'vitest';
import { memoise } from '../../../engine/async/cached/memoise.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { type Embedding, normalise } from '../../../engine/numeric/embedding.ts';
import { bySimilarity } from '../../../engine/search/ranking.ts';
import type { Retriever } from '../../../engine/search/retriever.ts';
import type { RemoteState } from '../../../protocol/query-worker.ts';
import { type Answering, createRemoteFirst } from './remote-first.ts';

const query = normalise(new Float32Array([3, 4]));

/** Finds its own row, or fails. */
function answering(row: number, retrieve = async () => {}): Answering {
  const retriever: Retriever = {
    ...{ kind: 'exact', dim: 2, size: 9, pageSize: 9, dispose: () => {} },
    async retrieve() {
      await retrieve();
      return { ...bySimilarity(Uint32Array.of(row), Float32Array.of(1)), approximate: false };
    },
  };
  return { retriever, vectors: { vectorsOf: async () => [new Float32Array([row, 0]) as Embedding] } };
}

function bench(local: () => Promise<Answering> = async () => answering(2)) {
  const bench = { away: undefined as AfterimageError | undefined, opened: 0, now: 0, states: [] as RemoteState[] };
  const first = createRemoteFirst({
    ...{ dim: 2, count: 9 },
    async openRemote() {
      bench.opened++;
      return answering(1, async () => {
        if (bench.away) throw bench.away;
      });
    },
    local: memoise(local),
    onState: (state) => bench.states.push(state),
    now: () => bench.now,
  });
  const ask = async (signal?: AbortSignal) => (await first.retriever.retrieve(query, { k: 1, signal })).rows[0];
  return Object.assign(bench, { first, ask });
}

const AWAY = new AfterimageError('remote-away', 'It cannot be reached.');

test('the server answers, what is here is not even read', async () => {
  const { ask, states } = bench(() => Promise.reject(new Error('Nobody may ask.')));
  expect([await ask(), await ask()]).toEqual([1, 1]);
  expect(states).toEqual([{ state: 'answers' }]);
});

test('where it does not, what is here does, and the server is left alone for a while', async () => {
  const page = bench();
  page.away = AWAY;
  expect(await page.ask()).toBe(2);
  expect(page.states).toEqual([{ state: 'away', reason: 'It cannot be reached.' }]);
  page.away = undefined;
  page.now = 29_000;
  expect(await page.ask()).toBe(2);
  expect(page.opened).toBe(1);
  page.now = 31_000;
  expect(await page.ask()).toBe(1);
  // It may be another collection by now.
  expect(page.opened).toBe(2);
  expect(page.states.map(({ state }) => state)).toEqual(['away', 'answers']);
});

test('the same of vectors', async () => {
  const page = bench();
  expect(await page.first.vectors.vectorsOf([0])).toEqual([new Float32Array([1, 0])]);
  page.away = AWAY;
  await page.ask();
  expect(await page.first.vectors.vectorsOf([0])).toEqual([new Float32Array([2, 0])]);
});

test('many vectors are read from the files, where these can be had', async () => {
  const many = Array.from({ length: 300 }, () => 0);
  expect(await bench().first.vectors.vectorsOf(many)).toEqual([new Float32Array([2, 0])]);
  const withoutFiles = bench(() => Promise.reject(new AfterimageError('index-too-large', 'It does not fit.')));
  expect(await withoutFiles.first.vectors.vectorsOf(many)).toEqual([new Float32Array([1, 0])]);
});

test('where nothing answers, the error says both, and the next search asks the server', async () => {
  const page = bench(() => Promise.reject(new AfterimageError('index-too-large', 'It does not fit.')));
  page.away = AWAY;
  await expect(page.ask()).rejects.toMatchObject({
    code: 'remote-away',
    message: expect.stringMatching(/cannot be reached.*It does not fit/),
  });
  expect(page.states).toEqual([{ state: 'away', reason: AWAY.message, problem: 'It does not fit.' }]);
  page.away = undefined;
  expect(await page.ask()).toBe(1);
});

test('what is not the server’s fault is not made good here', async () => {
  const page = bench();
  page.away = new AfterimageError('offline', 'No records.');
  await expect(page.ask()).rejects.toMatchObject({ code: 'offline' });
  expect(page.states).toEqual([]);
});

test('a search that is given up says nothing of the server', async () => {
  const page = bench();
  const controller = new AbortController();
  const reason = new Error('Another was asked for.');
  page.away = AWAY;
  const asked = page.ask(controller.signal);
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
  page.away = undefined;
  expect(await page.ask()).toBe(1);
  expect(page.states).toEqual([{ state: 'answers' }]);
});

test('a query of another dimension is refused before anybody is asked', async () => {
  const page = bench();
  const short = normalise(new Float32Array([1]));
  await expect(page.first.retriever.retrieve(short, { k: 1 })).rejects.toMatchObject({ code: 'dimension-mismatch' });
  expect(page.opened).toBe(0);
});
