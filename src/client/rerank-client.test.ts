import { expect, test } from 'vitest';
import { createDeferred } from '../engine/async/deferred.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { RerankEvent, RerankerRequest, RerankRequest, RerankWorkerApi } from '../protocol/rerank-worker.ts';
import { createRerankClient } from './rerank-client.ts';
import { createFakeWorker, type FakeWorker } from './testing-worker.ts';

const NO_REQUEST = { text: 'dog', good: null, pictures: [] } as unknown as RerankRequest;
const nothing = () => {};

function bench(load: (request: RerankerRequest, worker: number) => Promise<void>, device: 'webgpu' | 'wasm' = 'wasm') {
  const workers: FakeWorker[] = [];
  const loads: string[] = [];
  const events: ((event: RerankEvent) => void)[] = [];
  const client = createRerankClient({
    ...{ baseUrl: 'https://afterimage.test/', device: 'auto', createWorkerLock: () => undefined },
    chooseDevice: async () => ({ device, reason: 'Chosen by the test.' }),
    createWorker() {
      const number = workers.length;
      const api: RerankWorkerApi = {
        async connect(_baseUrl, onEvent) {
          events[number] = onEvent;
          return false;
        },
        async load(request) {
          loads.push(request.device);
          await load(request, number);
          return { msPerPicture: 5 };
        },
        rerank: async () => undefined,
        drop: async () => {},
      };
      const worker = createFakeWorker(api, nothing);
      workers.push(worker);
      return worker;
    },
  });
  return { client, workers, loads, events };
}

test('where the GPU fails it is loaded on WebAssembly, in another worker', async () => {
  const fail = async ({ device }: RerankerRequest) => {
    if (device === 'webgpu') throw new AfterimageError('device-nonsense', 'It computes nonsense.');
  };
  const { client, workers, loads } = bench(fail, 'webgpu');
  expect(await client.load('tiny', nothing)).toEqual({ msPerPicture: 5 });
  expect(loads).toEqual(['webgpu', 'wasm']);
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
});

test('what is not of the device is not tried on another one, and ends the worker', async () => {
  const fail = () => Promise.reject(new AfterimageError('part-corrupt', 'It arrived damaged.'));
  const { client, workers, loads } = bench(fail, 'webgpu');
  await expect(client.load('tiny', nothing)).rejects.toMatchObject({ code: 'part-corrupt' });
  expect([loads, workers[0]?.terminated]).toEqual([['webgpu'], true]);
  await expect(client.rerank(NO_REQUEST)).rejects.toMatchObject({ code: 'worker-died' });
});

test('stopping ends the worker and what waits for it; later it is loaded anew', async () => {
  const endless = createDeferred<void>();
  const { client, workers, events } = bench((_, worker) => (worker === 0 ? endless.promise : Promise.resolve()));
  const told: number[] = [];
  const loading = client.load('tiny', (loaded) => told.push(loaded));
  await expect.poll(() => events.length).toBe(1);
  events[0]?.({ type: 'progress', loaded: 3, total: 9 });
  await expect.poll(() => told).toEqual([3]);
  client.stop();
  await expect(loading).rejects.toMatchObject({ code: 'worker-died' });
  expect(workers[0]?.terminated).toBe(true);
  expect(await client.load('tiny', nothing)).toEqual({ msPerPicture: 5 });
  expect(await client.rerank(NO_REQUEST)).toBeUndefined();
});

test('a GPU that is lost ends what waits for it', async () => {
  const { client, events, workers } = bench(async () => {}, 'webgpu');
  await client.load('tiny', nothing);
  events[0]?.({ type: 'device-lost', reason: 'The GPU was reset.' });
  await expect.poll(() => workers[0]?.terminated).toBe(true);
  await expect(client.rerank(NO_REQUEST)).rejects.toMatchObject({ code: 'worker-died' });
});
