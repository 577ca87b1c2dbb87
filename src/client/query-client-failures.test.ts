import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createDeferred } from '../engine/async/deferred.ts';
import { queryText, textQuery } from '../engine/query/query.ts';
import type { CollectionInfo } from '../protocol/query-worker.ts';
import { type Behaviour, type Bench, createBench, fails, never, response } from './testing.ts';

/** The query client while its workers die, hang or compute nonsense. */
let bench: Bench;

async function openBench(device: 'wasm' | 'webgpu', behave?: (worker: number) => Behaviour): Promise<Bench> {
  bench = createBench(device, behave);
  await bench.client.open('demo');
  return bench;
}

/** Unlike `expect.poll`, this lets no faked time pass. */
async function until(condition: () => boolean | undefined): Promise<void> {
  while (!condition()) await nextTurn();
}

afterEach(() => {
  bench.client.dispose();
  vi.useRealTimers();
});

describe('death', () => {
  test('in mid-query: a fresh worker opens the same collection and answers the same query', async () => {
    const { client, workers, events } = await openBench('wasm', (number) =>
      number === 0 ? { search: () => never() } : {},
    );
    await client.ready();
    const answer = client.search(textQuery('dog'));
    await expect.poll(() => workers[0]?.calls).toContain('search dog');
    workers[0]?.crash('out of memory');
    expect((await answer)?.query).toEqual(textQuery('dog'));
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
    expect(workers[1]?.calls).toContain('openCollection demo auto');
    expect(events).toContainEqual({ type: 'restarted', reason: expect.stringContaining('started again') });
  });

  test('a worker that closed itself is noticed through its lock', async () => {
    const { client, workers } = await openBench('wasm', (number) => (number === 0 ? { items: () => never() } : {}));
    await client.ready();
    const items = client.items([1]);
    await expect.poll(() => workers[0]?.calls).toContain('items');
    workers[0]?.vanish();
    expect(await items).toEqual([]);
    expect(workers).toHaveLength(2);
  });

  test('while nothing is asked: another worker is made ready at once', async () => {
    const { client, workers } = await openBench('wasm');
    await client.ready();
    workers[0]?.vanish();
    await expect.poll(() => workers[1]?.calls).toContain('loadEncoder');
    expect(await client.rowOf('x')).toBe(1);
  });

  test('a query that kills every worker ends in an error, and the next one starts anew', async () => {
    const { client, workers, events } = await openBench('wasm', (number) => ({
      search: (query) => {
        if (queryText(query) === 'dog') return Promise.resolve(response(query));
        queueMicrotask(() => workers[number]?.crash('killed'));
        return never();
      },
    }));
    await expect(client.search(textQuery('poison'))).rejects.toMatchObject({ code: 'worker-died' });
    expect(workers).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'worker-died' });
    expect((await client.search(textQuery('dog')))?.query).toEqual(textQuery('dog'));
    expect(workers).toHaveLength(5);
  });

  test('after dispose everything is rejected and no worker is started', async () => {
    const { client, workers } = await openBench('wasm', () => ({ items: () => never() }));
    const items = client.items([1]);
    client.dispose();
    await expect(items).rejects.toMatchObject({ code: 'worker-died' });
    await expect(client.items([1])).rejects.toMatchObject({ code: 'worker-died' });
    expect(workers).toHaveLength(1);
  });
});

describe('the GPU', () => {
  const causes = ['device-nonsense', 'device-unavailable', 'internal'] as const;
  test.each(causes)('%s while loading ends in a fresh worker on WebAssembly', async (code) => {
    const { client, workers, events } = await openBench('webgpu', (number) =>
      number === 0 ? { loadEncoder: () => fails(code, 'It broke.') } : {},
    );
    const { encoder } = await client.ready();
    expect(encoder).toMatchObject({ device: 'wasm', deviceReason: expect.stringContaining('It broke.') });
    expect(workers[0]?.terminated).toBe(true);
    expect(events).toContainEqual({ type: 'restarted', reason: expect.stringContaining('processor') });
  });

  test('lost while a query runs: the query is answered on WebAssembly', async () => {
    const { client, workers } = await openBench('webgpu', (number) => (number === 0 ? { search: () => never() } : {}));
    await client.ready();
    const answer = client.search(textQuery('dog'));
    await expect.poll(() => workers[0]?.calls).toContain('search dog');
    workers[0]?.emit({ type: 'device-lost', reason: 'reset' });
    expect((await answer)?.query).toEqual(textQuery('dog'));
    expect((await client.ready()).encoder.device).toBe('wasm');
  });

  test('nonsense in a query is computed again on WebAssembly; on WebAssembly it is an error', async () => {
    const { client, workers } = await openBench('webgpu', () => ({ search: () => fails('embedding-invalid') }));
    await expect(client.search(textQuery('dog'))).rejects.toMatchObject({ code: 'embedding-invalid' });
    expect(workers).toHaveLength(2);
  });
});

describe('time-outs', () => {
  async function openWithFakeTime(behave: (worker: number) => Behaviour): Promise<Bench> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    return openBench('wasm', behave);
  }

  test('a query without an answer is asked of a fresh worker after 30 seconds', async () => {
    const called = createDeferred<void>();
    const { client, workers } = await openWithFakeTime((number) =>
      number === 0 ? { search: () => never(called.resolve()) } : {},
    );
    await client.ready();
    const answer = client.search(textQuery('dog'));
    await called.promise;
    vi.advanceTimersByTime(29_999);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect((await answer)?.query).toEqual(textQuery('dog'));
    expect(workers).toHaveLength(2);
  });

  test('heartbeats put it off; what arrives behind an index that answers does not', async () => {
    const called = createDeferred<void>();
    const { client, workers, events } = await openWithFakeTime((number) =>
      number === 0 ? { items: () => never(called.resolve()) } : {},
    );
    await client.ready();
    const items = client.items([1]);
    await called.promise;
    for (let loaded = 1; loaded <= 3; loaded++) {
      vi.advanceTimersByTime(29_000);
      workers[0]?.emit({ type: 'heartbeat' });
      workers[0]?.emit({ type: 'progress', stage: 'vectors', loaded, total: 9 });
      await until(() => events.some((event) => event.type === 'progress' && event.loaded === loaded));
    }
    expect(events.some(({ type }) => type === 'heartbeat')).toBe(false);
    vi.advanceTimersByTime(29_000);
    workers[0]?.emit({ type: 'progress', stage: 'vectors', loaded: 4, total: 9 });
    await until(() => events.some((event) => event.type === 'progress' && event.loaded === 4));
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(workers).toHaveLength(2);
    expect(await items).toEqual([]);
  });

  test('a query that waits for another collection to load has the time of a load', async () => {
    const called = createDeferred<void>();
    let open = '';
    const { client, workers } = await openWithFakeTime(() => ({
      openCollection: async (name) => {
        open = name;
        return { manifest: { name, model: { id: 'm' } } } as unknown as CollectionInfo;
      },
      indexReady: async () => (open === 'other' ? never() : ({ kind: 'hnsw' } as never)),
      search: async (query) => (open === 'other' ? never(called.resolve()) : response(query)),
    }));
    await client.search(textQuery('dog'));
    await client.open('other');
    client.search(textQuery('dog')).catch(() => undefined);
    await called.promise;
    vi.advanceTimersByTime(59_000);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(workers).toHaveLength(2);
  });

  test('a load may take long while bytes arrive, but not stand still for 60 seconds', async () => {
    const { client, workers } = await openWithFakeTime((number) =>
      number === 0 ? { loadEncoder: () => never() } : {},
    );
    await until(() => workers[0]?.calls.includes('loadEncoder'));
    for (let loaded = 1; loaded <= 3; loaded++) {
      vi.advanceTimersByTime(50_000);
      workers[0]?.emit({ type: 'progress', stage: 'text encoder', loaded, total: 9 });
      await until(() => bench.events.some((event) => event.type === 'progress' && event.loaded === loaded));
    }
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    expect(workers).toHaveLength(2);
    await expect(client.ready()).resolves.toMatchObject({ encoder: { device: 'wasm' } });
  });
});
