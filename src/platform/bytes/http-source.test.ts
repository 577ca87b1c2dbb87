import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FileHash } from '../../engine/ports.ts';
import { sha256 } from '../hashes/sha256.ts';
import { createHttpSource, type HttpSource, type Version } from './http-source.browser.ts';
import { createFakeServer, createMemoryCache, createSlowBody, type FakeServer } from './testing.browser.ts';

const BASE = 'https://afterimage.test/app/';
const PATH = 'models/mini/onnx/text_model.onnx';
const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
const expected = { sha256: await sha256(bytes), bytes: bytes.length };
const damaged = bytes.with(5000, 99);

const version = (path: string, text: string, ...files: FileHash[]): Version => ({ path, text, files });

let server: FakeServer;
let cache: ReturnType<typeof createMemoryCache>;
let source: HttpSource;

beforeEach(() => {
  server = createFakeServer(BASE);
  server.files.set(PATH, bytes);
  vi.stubGlobal('fetch', server.fetch);
  cache = createMemoryCache();
  source = createHttpSource(BASE, cache);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('read', () => {
  test('gives the verified bytes, with progress up to the end, and keeps them', async () => {
    const progress: number[] = [];
    const read = await source.read(PATH, expected, { onProgress: (loaded) => progress.push(loaded) });
    expect(read).toEqual(bytes);
    expect(progress.at(-1)).toBe(bytes.length);
    await expect.poll(() => cache.content.has(expected.sha256)).toBe(true);

    expect(await source.read(PATH, expected)).toEqual(bytes);
    expect(server.requests).toHaveLength(1);
  });

  test('what is forgotten is downloaded again', async () => {
    await source.read(PATH, expected);
    expect(await source.commit([version('models/mini/model.json', 'It.', expected)])).toBeUndefined();
    expect([await source.isKept(expected), await source.kept('models/mini/model.json')]).toEqual([true, 'It.']);
    await source.forget(['models/mini/model.json'], [expected]);
    expect([await source.isKept(expected), await source.kept('models/mini/model.json')]).toEqual([false, undefined]);
    expect(await source.read(PATH, expected)).toEqual(bytes);
    expect(server.requests).toHaveLength(2);
  });

  test('memory that cannot be had is told, and not taken for the network', async () => {
    await expect(source.read(PATH, { ...expected, bytes: 1e15 })).rejects.toMatchObject({
      code: 'collection-too-large',
      message: expect.stringContaining('not enough memory'),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a damaged copy of an earlier visit is fetched again', async () => {
    cache.content.set(expected.sha256, damaged);
    expect(await source.read(PATH, expected)).toEqual(bytes);
    await expect.poll(() => cache.content.get(expected.sha256)?.[5000]).toBe(bytes[5000]);
  });

  test.each([
    ['a flipped byte', damaged],
    ['a truncated file', bytes.slice(0, -1)],
    ['a longer file', Uint8Array.of(...bytes, 1)],
    ['an empty file', new Uint8Array()],
  ])('%s is refused after a second try past the HTTP cache, and never kept', async (_what, wrong) => {
    server.files.set(PATH, wrong);
    await expect(source.read(PATH, expected)).rejects.toMatchObject({ code: 'part-corrupt' });
    expect(server.requests).toEqual([`${PATH} default`, `${PATH} reload`]);
    expect(cache.content.size).toBe(0);
  });

  test('an outdated copy in the HTTP cache does no harm', async () => {
    server.fault = () => (server.requests.length === 1 ? new Response(damaged) : undefined);
    expect(await source.read(PATH, expected)).toEqual(bytes);
  });

  describe('of a file that the host has packed besides', () => {
    const gzipped = new Uint8Array(gzipSync(bytes));
    const packed = { ...expected, packed: { by: 'gzip', bytes: gzipped.length } } as const;

    test('reads the packed form, verifies and keeps what comes out, and says how far that is', async () => {
      server.files.set(`${PATH}.gz`, gzipped);
      const progress: [number, number][] = [];
      const onProgress = (loaded: number, total: number) => progress.push([loaded, total]);
      expect(await source.read(PATH, packed, { onProgress })).toEqual(bytes);
      expect(server.requests).toEqual([`${PATH}.gz default`]);
      expect(progress.at(-1)).toEqual([bytes.length, bytes.length]);
      await expect.poll(() => cache.content.get(expected.sha256)).toEqual(bytes);
    });

    test('takes one that the browser has unpacked already', async () => {
      server.files.set(`${PATH}.gz`, bytes);
      expect(await source.read(PATH, packed)).toEqual(bytes);
      expect(server.requests).toEqual([`${PATH}.gz default`]);
    });

    test.each([
      ['is missing', undefined],
      ['is damaged', gzipped.with(gzipped.length >> 1, 1 ^ (gzipped[gzipped.length >> 1] ?? 0))],
      ['is cut off', gzipped.slice(0, -9)],
      ['is of another file', new Uint8Array(gzipSync(damaged))],
      ['is of a longer file', new Uint8Array(gzipSync(Uint8Array.of(...bytes, 1)))],
    ])('reads the file itself where the packed form %s', async (_what, there) => {
      if (there) server.files.set(`${PATH}.gz`, there);
      expect(await source.read(PATH, packed)).toEqual(bytes);
      expect(server.requests).toEqual([`${PATH}.gz default`, `${PATH} default`]);
    });

    test('is told that the network is away, and reads nothing else meanwhile', async () => {
      server.fault = () => new TypeError('Failed to fetch');
      await expect(source.read(PATH, packed)).rejects.toMatchObject({ code: 'network' });
      expect(server.requests).toEqual([`${PATH}.gz default`]);
    });
  });

  test('says what is wrong with the network', async () => {
    server.fault = () => new TypeError('Failed to fetch');
    await expect(source.read(PATH, expected)).rejects.toMatchObject({ code: 'network' });
    vi.stubGlobal('navigator', { onLine: false });
    await expect(source.read(PATH, expected)).rejects.toMatchObject({ code: 'offline' });
    server.fault = () => new Response(null, { status: 503 });
    await expect(source.read(PATH, expected)).rejects.toMatchObject({ code: 'network' });
    await expect(source.read('models/none', expected)).rejects.toMatchObject({ code: 'network' });
    server.fault = undefined;
    await expect(source.read('models/none', expected)).rejects.toMatchObject({ code: 'part-missing' });
  });

  test('a server that stops sending is given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.fault = () => 'hang';
    const read = source.read(PATH, expected);
    const refused = expect(read).rejects.toMatchObject({ code: 'network' });
    await vi.advanceTimersByTimeAsync(45_000);
    await refused;
  });

  test('of the same file at the same time is one, which goes on until nobody waits for it', async () => {
    const [impatient, patient] = [new AbortController(), new AbortController()];
    const progress: number[] = [];
    const { body, send, end } = createSlowBody();
    server.fault = () => new Response(body);
    const reads = [
      source.read(PATH, expected, { signal: impatient.signal }),
      source.read(PATH, expected, { signal: patient.signal, onProgress: (loaded) => progress.push(loaded) }),
      source.read(PATH, expected),
    ] as const;
    impatient.abort(new Error('no longer wanted'));
    await expect(reads[0]).rejects.toThrow('no longer wanted');
    send(bytes);
    end();
    expect(await Promise.all(reads.slice(1))).toEqual([bytes, bytes]);
    expect(progress.at(-1)).toBe(bytes.length);
    expect(server.requests).toHaveLength(1);
  });

  test('is aborted when all who waited for it were, and begun anew for whoever asks next', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    vi.stubGlobal('fetch', ((input, init) => {
      signals.push(init?.signal ?? undefined);
      return server.fetch(input, init);
    }) satisfies typeof fetch);
    server.fault = () => 'hang';
    const [one, other] = [new AbortController(), new AbortController()];
    const reads = [one, other].map(({ signal }) => source.read(PATH, expected, { signal }).catch(String));
    await expect.poll(() => server.requests).toHaveLength(1);
    one.abort('one');
    expect(await reads[0]).toBe('one');
    expect(signals[0]?.aborted).toBe(false);
    other.abort('other');
    expect(await reads[1]).toBe('other');
    expect(signals[0]?.aborted).toBe(true);
    server.fault = undefined;
    expect(await source.read(PATH, expected)).toEqual(bytes);
  });

  test('can be aborted', async () => {
    server.fault = () => 'hang';
    const controller = new AbortController();
    const read = source.read(PATH, expected, { signal: controller.signal });
    controller.abort(new Error('no longer wanted'));
    await expect(read).rejects.toThrow('no longer wanted');
  });

  test('a full disk does not stop it', async () => {
    cache.full = true;
    expect(await source.read(PATH, expected)).toEqual(bytes);
    expect(await source.commit([version('models/mini/model.json', expected.sha256, expected)])).toMatch('no space');
    expect(await cache.getText('models/mini/model.json')).toBeUndefined();
  });
});

test('prefetch reads what was not read, and hands nothing out', async () => {
  await source.prefetch(PATH, expected);
  await source.prefetch(PATH, expected);
  await source.read(PATH, expected);
  expect(server.requests).toEqual([`${PATH} default`]);
  await createHttpSource(BASE, cache).prefetch(PATH, expected);
  expect(server.requests).toHaveLength(1);
  await expect(source.prefetch('models/none', expected)).resolves.toBeUndefined(); // the same content
  await expect(source.prefetch(PATH, { ...expected, sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'part-corrupt',
  });
});

describe('newest', () => {
  const LIST = 'collections/index.json';
  const text = (value: string) => new TextEncoder().encode(value);

  test('asks the network first, and tells what was kept', async () => {
    server.files.set(LIST, text('new'));
    expect(await source.newest(LIST)).toEqual({ text: 'new', kept: undefined, problem: undefined });
    await cache.putText(LIST, 'old');
    expect(await source.newest(LIST)).toEqual({ text: 'new', kept: 'old', problem: undefined });
    expect(server.requests).toEqual([`${LIST} no-cache`, `${LIST} no-cache`]);
  });

  test('without a network gives what was kept, else an error', async () => {
    server.fault = () => new TypeError('Failed to fetch');
    await expect(source.newest(LIST)).rejects.toMatchObject({ code: 'network' });
    await cache.putText(LIST, 'old');
    expect(await source.newest(LIST)).toMatchObject({ text: 'old', problem: { code: 'network' } });
  });

  test('does not wait long for a slow server when there is something to show', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await cache.putText(LIST, 'old');
    server.fault = () => 'hang';
    const newest = source.newest(LIST);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await newest).toMatchObject({ text: 'old', problem: { message: expect.stringContaining('4 seconds') } });
  });

  test('tells a server that fails from a network that is not there', async () => {
    await cache.putText(LIST, 'old');
    server.fault = () => new Response(null, { status: 503 });
    expect((await source.newest(LIST))?.problem?.message).toContain('503');
    vi.stubGlobal('navigator', { onLine: false });
    server.fault = () => new TypeError('Failed to fetch');
    expect((await source.newest(LIST))?.problem?.code).toBe('offline');
  });

  test('what the server misses is not forgotten, but told', async () => {
    expect(await source.newest(LIST)).toBeUndefined();
    await cache.putText(LIST, 'old');
    expect(await source.newest(LIST)).toMatchObject({ text: 'old', problem: { code: 'part-missing' } });
    expect(await cache.getText(LIST)).toBe('old');
  });
});

describe('commit', () => {
  const MODEL = 'models/mini/model.json';
  const COLLECTION = 'collections/demo/manifest.json';
  const missing = { sha256: 'f'.repeat(64), bytes: 1 };

  test('keeps all texts when all files are there, or none', async () => {
    await source.read(PATH, expected);
    const model = version(MODEL, expected.sha256, expected);
    expect(await source.commit([model, version(COLLECTION, 'new', missing)])).toEqual(expect.any(String));
    expect([await cache.getText(MODEL), await cache.getText(COLLECTION)]).toEqual([undefined, undefined]);
    expect(await source.commit([model, version(COLLECTION, 'new')])).toBeUndefined();
    expect([await cache.getText(MODEL), await cache.getText(COLLECTION)]).toEqual([expected.sha256, 'new']);
  });

  test('tells of files that are gone, though the text is kept', async () => {
    await cache.putText(MODEL, 'text');
    expect(await source.commit([version(MODEL, 'text', missing)])).toEqual(expect.any(String));
  });
});

test('sweep deletes what no kept text names, and leaves what was read for something that is not kept yet', async () => {
  const [orphan, named] = ['0'.repeat(64), '1'.repeat(64)];
  await Promise.all([cache.put(orphan, bytes), cache.put(named, bytes)]);
  await cache.putText('models/mini/model.json', named);
  await source.read(PATH, expected);
  await source.commit([]);
  await source.sweep();
  expect([...cache.content.keys()].sort()).toEqual([expected.sha256, named].sort());
  await createHttpSource(BASE, cache).sweep();
  expect([...cache.content.keys()]).toEqual([named]);
});
