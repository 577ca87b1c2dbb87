import { batch, createRoot, createSignal } from 'solid-js';
import { expect, test, vi } from 'vitest';
import type { RerankClient } from '../../client/rerank-client.ts';
import { createDeferred } from '../../engine/async/deferred.ts';
import type { Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Judgements } from '../../engine/query/filter-rows.ts';
import { textQuery } from '../../engine/query/query.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { RerankedTop, RerankRequest } from '../../protocol/rerank-worker.ts';
import { createReranking } from './reranking.ts';

const OFFER = { id: 'tiny', title: 'Tiny', licence: 'MIT', bytes: 3, missing: 3, kept: 0 };
const HERE = { ...OFFER, missing: 0, kept: 3 };

function answerTo(text: string): SearchResponse {
  const similarities = Float32Array.of(0.3, 0.2, 0.1);
  return {
    ...{ query: textQuery(text), collection: 'demo', good: null, total: 3, items: [] },
    ...{ rows: Uint32Array.of(7, 8, 9), similarities, scores: similarities },
  } as unknown as SearchResponse;
}

/** The order turned round. */
function turned({ rows, similarities, scores }: RerankRequest): RerankedTop {
  const top = { rows: rows.toReversed(), similarities: similarities.toReversed(), scores };
  return { ...top, modelId: 'tiny', from: [2, 1, 0], matches: [0.9, 0.5, 0.1], ms: 1, looked: 3 };
}

interface Visit {
  readonly msPerPicture?: number;
  readonly offer?: typeof OFFER;
  readonly chosen?: 'on' | 'off';
  readonly onGpu?: boolean;
  readonly thumbs?: Judgements;
}

function page({ msPerPicture = 1, offer = HERE, chosen, onGpu = false, thumbs }: Visit = {}) {
  return createRoot(() => {
    const [response, setResponse] = createSignal<SearchResponse>();
    const [query, setQuery] = createSignal(textQuery('dog'));
    const [held, setHeld] = createSignal(false);
    const [ready, setReady] = createSignal(false);
    const client = {
      load: vi.fn(async () => ({ msPerPicture })),
      rerank: vi.fn(async (request: RerankRequest): Promise<RerankedTop | undefined> => turned(request)),
      drop: vi.fn(),
      stop: vi.fn(),
    } satisfies RerankClient;
    const load = vi.fn(async () => client);
    const replace = (shown: SearchResponse, by: SearchResponse) => {
      if (response() !== shown) return false;
      setResponse(by);
      return true;
    };
    const choice = { read: () => chosen, write: vi.fn() };
    const reranking = createReranking({
      client: { rerankers: async () => [offer] },
      ...{ ready, choice, onGpu: () => onGpu, modelsChanged: () => undefined },
      search: { query, response, replace, contextOf: () => (thumbs ? { thumbs } : undefined) },
      items: { get: (row) => ({ id: `id-${row}` }) as Item },
      pictures: () => ({ picture: (item) => ({ url: `${item.id}.webp` }) }),
      held,
      load,
    });
    const rows = () => [...(response()?.rows ?? [])];
    const offered = async () => {
      setReady(true);
      await expect.poll(reranking.offer).toEqual(offer);
    };
    return { client, load, choice, reranking, setQuery, response, setResponse, setHeld, rows, offered };
  });
}

test('nothing is downloaded before somebody agrees', async () => {
  const { client, load, choice, reranking, offered } = page({ offer: OFFER });
  await offered();
  await reranking.turnOn();
  expect(reranking.status()).toBe('asking');
  reranking.dismiss();
  expect(reranking.status()).toBe('off');
  await reranking.turnOn();
  expect([load, choice.write].map((one) => one.mock.calls.length)).toEqual([0, 0]);
  await reranking.agree();
  expect([reranking.status(), client.load.mock.calls.length, choice.write.mock.calls]).toEqual(['on', 1, [['on']]]);
});

test('the fast answer is shown first, and off restores it and gives the memory back', async () => {
  const { client, load, choice, reranking, setResponse, rows, offered } = page();
  await reranking.turnOn(); // there is nothing to turn on yet
  await offered();
  setResponse(answerTo('dog'));
  expect(load).not.toHaveBeenCalled();
  await reranking.turnOn();
  expect(reranking.status()).toBe('on');
  expect(rows()).toEqual([7, 8, 9]);
  await expect.poll(rows).toEqual([9, 8, 7]);
  expect(client.rerank.mock.calls[0]?.[0]).toMatchObject({
    text: 'dog',
    pictures: [7, 8, 9].map((row) => ({ key: `demo//id-${row}`, from: { url: `id-${row}.webp` } })),
  });
  expect(client.rerank).toHaveBeenCalledTimes(1); // its own answer is not looked at again
  reranking.turnOff();
  expect(rows()).toEqual([7, 8, 9]);
  await expect.poll(() => client.stop.mock.calls.length).toBe(1);
  expect(choice.write.mock.calls).toEqual([['on'], ['off']]);
});

test('what was judged stays where it is', async () => {
  const { client, reranking, setResponse, offered } = page({ thumbs: new Map([['id-7', 'up']]) });
  await offered();
  setResponse(answerTo('dog'));
  await reranking.turnOn();
  await expect.poll(() => client.rerank.mock.calls.length).toBe(1);
  const keys = client.rerank.mock.calls[0]?.[0].pictures.map((picture) => picture?.key);
  expect(keys).toEqual([undefined, 'demo//id-8', 'demo//id-9']);
});

test('where it is slow it is off, says how long it takes, and can be turned on all the same', async () => {
  const { client, choice, reranking, setResponse, rows, offered } = page({ msPerPicture: 500 });
  await offered();
  setResponse(answerTo('dog'));
  await reranking.turnOn();
  expect(reranking.status()).toBe('slow');
  expect(reranking.expectedMs()).toBe(10_000);
  expect(client.rerank).not.toHaveBeenCalled();
  expect([client.stop.mock.calls.length, choice.write.mock.calls.length]).toEqual([1, 0]);
  await reranking.agree();
  await expect.poll(rows).toEqual([9, 8, 7]);
  expect(choice.write.mock.calls).toEqual([['on']]);
});

test.each<readonly [string, Visit, boolean]>([
  ['it was left on', { chosen: 'on' }, true],
  ['it was left on, however slow it is', { chosen: 'on', msPerPicture: 500 }, true],
  ['it was left on, and its files are gone', { chosen: 'on', offer: OFFER }, false],
  ['it was left off, on a GPU', { chosen: 'off', onGpu: true }, false],
  ['nobody has said, on a GPU', { onGpu: true }, true],
  ['nobody has said, on a GPU that is slow', { onGpu: true, msPerPicture: 500 }, false],
  ['nobody has said, without a GPU', {}, false],
])('on a later visit: %s', async (_, visit, isOn) => {
  const { reranking, setResponse, response, offered } = page(visit);
  await offered();
  setResponse(answerTo('dog'));
  if (isOn) await expect.poll(() => response()?.reranked).toBeDefined();
  else await new Promise((resolve) => setTimeout(resolve, 50));
  expect(reranking.status() === 'on').toBe(isOn);
});

test('an answer that comes to an older search is dropped, and a newer query gives up what is looked at', async () => {
  const { client, reranking, setQuery, response, setResponse, offered } = page();
  await offered();
  await reranking.turnOn();
  const slow = createDeferred<void>();
  client.rerank.mockImplementationOnce(async (request) => {
    await slow.promise;
    return turned(request);
  });
  setResponse(answerTo('dog'));
  await expect.poll(() => client.rerank.mock.calls.length).toBe(1);
  expect(client.drop).not.toHaveBeenCalled();
  setQuery(textQuery('cat'));
  await expect.poll(() => client.drop.mock.calls.length).toBe(1);
  setResponse(answerTo('cat'));
  slow.resolve();
  await expect.poll(() => response()?.reranked).toBeDefined();
  expect(response()?.query).toEqual(textQuery('cat'));
});

test('while somebody is at one of the pictures, they stay where they are', async () => {
  const { reranking, setResponse, setHeld, rows, offered } = page();
  await offered();
  await reranking.turnOn();
  batch(() => {
    setHeld(true);
    setResponse(answerTo('dog'));
  });
  await expect.poll(reranking.waits).toBe(true);
  expect(rows()).toEqual([7, 8, 9]);
  setHeld(false);
  expect(rows()).toEqual([9, 8, 7]);
});

test('a refined answer comes in its order at once, and as it is where the reranker fails', async () => {
  const { client, reranking, offered } = page();
  await offered();
  const answer = answerTo('dog');
  expect(await reranking.arrange(answer)).toBe(answer);
  await reranking.turnOn();
  expect([...(await reranking.arrange(answer)).rows]).toEqual([9, 8, 7]);
  client.rerank.mockRejectedValueOnce(new Error('gone'));
  expect(await reranking.arrange(answer)).toBe(answer);
});

test('what goes wrong is told, and it can be tried again; a download that is stopped is no failure', async () => {
  const { client, reranking, setResponse, rows, offered } = page();
  await offered();
  client.load.mockRejectedValueOnce(new AfterimageError('part-corrupt', 'It is damaged.'));
  await reranking.turnOn();
  expect([reranking.status(), reranking.error()?.message]).toEqual(['off', 'It is damaged.']);
  await expect.poll(() => client.stop.mock.calls.length).toBe(1);
  const stopped = createDeferred<never>();
  client.load.mockImplementationOnce(() => stopped.promise);
  const loading = reranking.agree();
  await expect.poll(() => client.load.mock.calls.length).toBe(2);
  reranking.turnOff();
  await expect.poll(() => client.stop.mock.calls.length).toBe(2);
  stopped.reject(new AfterimageError('worker-died', 'It was stopped.'));
  await loading;
  expect([reranking.status(), reranking.error()]).toEqual(['off', undefined]);
  await reranking.turnOn();
  setResponse(answerTo('dog'));
  await expect.poll(rows).toEqual([9, 8, 7]);
});
