import { afterEach, describe, expect, test, vi } from 'vitest';
import { createDeferred } from '../engine/async/deferred.ts';
import { AfterimageError } from '../engine/errors.ts';
import { queryText, textQuery } from '../engine/query/query.ts';
import type { CollectionInfo, SearchResponse } from '../protocol/query-worker.ts';
import { type Behaviour, type Bench, createBench, fails, never, response } from './testing.ts';

let bench: Bench;

async function openBench(device: 'wasm' | 'webgpu', behave?: (worker: number) => Behaviour): Promise<Bench> {
  bench = createBench(device, behave);
  await bench.client.open('demo');
  return bench;
}

afterEach(() => {
  bench.client.dispose();
  vi.useRealTimers();
});

describe('opening', () => {
  test('loads encoder and index behind the collection, and tells of both', async () => {
    const { client, typesOfEvents, workers } = await openBench('wasm');
    const { encoder, index } = await client.ready();
    expect(encoder).toMatchObject({ device: 'wasm', modelId: 'mini', deviceReason: 'Chosen by the test.' });
    expect(index.kind).toBe('hnsw');
    expect(typesOfEvents().sort()).toEqual(['encoder', 'index']);
    expect(workers).toHaveLength(1);
  });

  test('the worker is told how many threads were asked for, and the device when it asks', async () => {
    const devices: string[] = [];
    const behave = (): Behaviour => ({
      openCollection: async (name, _index, device) => {
        devices.push(await device());
        return { manifest: { name, model: { id: 'm' } } } as unknown as CollectionInfo;
      },
    });
    bench = createBench('wasm', behave, { threads: 3 });
    await bench.client.open('demo');
    expect((await bench.client.ready()).encoder.threads).toBe(3);
    expect(devices).toEqual(['wasm']);
  });

  test('what is out of date is opened again when it is asked for, and only that', async () => {
    const { client, typesOfEvents, workers } = await openBench('wasm');
    await client.ready();
    const heard = () => typesOfEvents().filter((type) => type === 'collection-outdated').length;
    const opened = () => workers[0]?.calls.filter((call) => call.startsWith('openCollection')).length;
    workers[0]?.emit({ type: 'collection-outdated', name: 'other' });
    await expect.poll(heard).toBe(1);
    await client.open('demo');
    expect(opened()).toBe(1);
    workers[0]?.emit({ type: 'collection-outdated', name: 'demo' });
    await expect.poll(heard).toBe(2);
    await client.open('demo');
    await client.ready();
    expect(opened()).toBe(2);
  });

  test('the library is asked for without a collection', async () => {
    const bytes = { bytes: Uint8Array.of(1), type: 'image/webp' };
    bench = createBench('wasm', () => ({ countLibrary: async () => 3, libraryPicture: async () => bytes }));
    expect(await bench.client.countLibrary()).toBe(3);
    expect(await bench.client.libraryPicture('a', 'thumbnail')).toEqual(bytes);
  });

  test('before a collection is open, asking is a coded error', async () => {
    bench = createBench('wasm');
    await expect(bench.client.ready()).rejects.toMatchObject({ code: 'collection-not-found' });
    await expect(bench.client.items([0])).rejects.toMatchObject({ code: 'collection-not-found' });
  });

  test('what the worker throws keeps its code, and asking again asks the worker again', async () => {
    let attempts = 0;
    bench = createBench('wasm', () => ({
      openCollection: async (name) =>
        attempts++ === 0 ? fails('offline') : ({ manifest: { name, model: { id: 'm' } } } as unknown as CollectionInfo),
    }));
    await expect(bench.client.open('demo')).rejects.toMatchObject({ code: 'offline', message: 'Injected.' });
    await expect(bench.client.open('demo')).resolves.toMatchObject({ manifest: { name: 'demo' } });
    expect(bench.workers).toHaveLength(1);
  });

  test('an encoder that cannot be fetched is told, and loaded when it is asked for again', async () => {
    let attempts = 0;
    const { client, events, workers } = await openBench('webgpu', () => ({
      loadEncoder: async (request) => (attempts++ === 0 ? fails('network') : ({ ...request } as never)),
    }));
    await expect(client.ready()).rejects.toMatchObject({ code: 'network' });
    expect(events).toContainEqual({ type: 'failed', code: 'network', message: 'Injected.' });
    await expect(client.ready()).resolves.toMatchObject({ encoder: { device: 'webgpu' } });
    expect(workers).toHaveLength(1);
  });
});

describe('searching', () => {
  test('one runs, one waits, and the newest takes the place of the one that waits', async () => {
    const gate = createDeferred<SearchResponse>();
    const asked: string[] = [];
    const { client } = await openBench('wasm', () => ({
      search: async (query) => {
        asked.push(queryText(query));
        return queryText(query) === 'd' ? gate.promise : response(query);
      },
    }));
    await client.ready();
    const first = client.search(textQuery('d'));
    await expect.poll(() => asked).toEqual(['d']);
    const stale = [client.search(textQuery('do')), client.search(textQuery('dog'))];
    const newest = client.search(textQuery('dogs'));
    expect(await Promise.all(stale)).toEqual([undefined, undefined]);
    gate.resolve(response(textQuery('d')));
    expect((await first)?.query).toEqual(textQuery('d'));
    expect((await newest)?.query).toEqual(textQuery('dogs'));
    expect(asked).toEqual(['d', 'dogs']);
  });

  test('what waits for a server is stopped for a newer query, and says nothing', async () => {
    const gate = createDeferred<SearchResponse>();
    const { client, workers } = await openBench('wasm', () => ({
      search: (query) => (queryText(query) === 'slow' ? gate.promise : Promise.resolve(response(query))),
      stopSearch: async () => gate.reject(new AfterimageError('search-superseded', 'A newer one waits.')),
    }));
    await client.ready();
    const slow = client.search(textQuery('slow'));
    await expect.poll(() => workers[0]?.calls).toContain('search slow');
    expect(workers[0]?.calls).not.toContain('stopSearch');
    const newest = client.search(textQuery('dog'));
    expect(await slow).toBeUndefined();
    expect((await newest)?.query).toEqual(textQuery('dog'));
    // The worker is as good as before.
    expect(workers).toHaveLength(1);
  });

  test('while the encoder loads, only the newest query waits for it', async () => {
    const loaded = createDeferred<never>();
    const { client, workers } = await openBench('wasm', () => ({ loadEncoder: () => loaded.promise }));
    const answers = [client.search(textQuery('r')), client.search(textQuery('ro')), client.search(textQuery('rocket'))];
    loaded.resolve({ device: 'wasm' } as never);
    expect((await Promise.all(answers)).map((answer) => answer?.query)).toEqual([
      undefined,
      undefined,
      textQuery('rocket'),
    ]);
    expect(workers[0]?.calls.filter((call) => call.startsWith('search'))).toEqual(['search rocket']);
  });

  test('opening another collection drops what was asked of the first', async () => {
    const { client, workers } = await openBench('wasm', () => ({
      search: (query) => (queryText(query) === 'slow' ? never() : Promise.resolve(response(query))),
    }));
    await client.ready();
    const slow = client.search(textQuery('slow'));
    await expect.poll(() => workers[0]?.calls).toContain('search slow');
    const waiting = client.search(textQuery('waiting'));
    await client.open('other');
    expect(await Promise.all([slow, waiting])).toEqual([undefined, undefined]);
  });

  test('an error of a query is its own: the worker lives on', async () => {
    const { client, workers } = await openBench('wasm', () => ({
      search: async (query) => (queryText(query) === '' ? fails('query-empty') : response(query)),
    }));
    await expect(client.search(textQuery(' '))).rejects.toMatchObject({ code: 'query-empty' });
    expect((await client.search(textQuery('dog')))?.query).toEqual(textQuery('dog'));
    expect(workers).toHaveLength(1);
  });
});
