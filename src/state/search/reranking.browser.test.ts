import { batch, createRoot, createSignal } from 'solid-js';
import { expect, test, vi } from 'vitest';
import type { RerankClient } from '../../client/rerank-client.ts';
import { createDeferred } from '../../engine/async/deferred.ts';
import type { Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { textQuery } from '../../engine/query/query.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { RerankedTop, RerankRequest } from '../../protocol/rerank-worker.ts';
import { createReranking } from './reranking.ts';

const OFFER = { id: 'tiny', title: 'Tiny', licence: 'MIT', bytes: 3, missing: 3 };

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

function page({ msPerPicture = 1 } = {}) {
  return createRoot(() => {
    const [response, setResponse] = createSignal<SearchResponse>();
    const [held, setHeld] = createSignal(false);
    const [ready, setReady] = createSignal(false);
    const client = {
      load: vi.fn(async () => ({ title: 'Tiny', device: 'wasm' as const, dtype: 'q8' as const, msPerPicture })),
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
    const reranking = createReranking({
      client: { rerankers: async () => [OFFER] },
      ready,
      search: { response, replace },
      items: { get: (row) => ({ id: `id-${row}` }) as Item },
      pictures: () => ({ picture: (item) => ({ url: `${item.id}.webp` }) }),
      held,
      load,
    });
    const rows = () => [...(response()?.rows ?? [])];
    const offered = async () => {
      setReady(true);
      await expect.poll(reranking.offer).toEqual(OFFER);
    };
    return { client, load, reranking, response, setResponse, setHeld, rows, offered };
  });
}

test('nothing is loaded before it is turned on; then the fast answer is shown first, and off restores it', async () => {
  const { client, load, reranking, setResponse, rows, offered } = page();
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
});

test('where it is slow it is off, says how long it takes, and can be turned on all the same', async () => {
  const { client, reranking, setResponse, rows, offered } = page({ msPerPicture: 500 });
  await offered();
  setResponse(answerTo('dog'));
  await reranking.turnOn();
  expect(reranking.status()).toBe('slow');
  expect(reranking.expectedMs()).toBe(10_000);
  expect(client.rerank).not.toHaveBeenCalled();
  await reranking.turnOn();
  await expect.poll(rows).toEqual([9, 8, 7]);
  expect(client.load).toHaveBeenCalledTimes(1);
});

test('an answer that comes to an older search is dropped', async () => {
  const { client, reranking, response, setResponse, offered } = page();
  await offered();
  await reranking.turnOn();
  const slow = createDeferred<void>();
  client.rerank.mockImplementationOnce(async (request) => {
    await slow.promise;
    return turned(request);
  });
  setResponse(answerTo('dog'));
  await expect.poll(() => client.rerank.mock.calls.length).toBe(1);
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
  const stopped = createDeferred<never>();
  client.load.mockImplementationOnce(() => stopped.promise);
  const loading = reranking.turnOn();
  await expect.poll(() => client.load.mock.calls.length).toBe(2);
  reranking.turnOff();
  await expect.poll(() => client.stop.mock.calls.length).toBe(1);
  stopped.reject(new AfterimageError('worker-died', 'It was stopped.'));
  await loading;
  expect([reranking.status(), reranking.error()]).toEqual(['off', undefined]);
  await reranking.turnOn();
  setResponse(answerTo('dog'));
  await expect.poll(rows).toEqual([9, 8, 7]);
});
