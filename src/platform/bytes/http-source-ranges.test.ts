import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ByteRange, FileHash } from '../../engine/ports.ts';
import { sha256 } from '../hashes/sha256.ts';
import { createHttpSource, type HttpSource } from './http-source.browser.ts';
import { createFakeServer, createMemoryCache, createSlowBody, type FakeServer } from './testing.browser.ts';

const BASE = 'https://afterimage.test/app/';
const PATH = 'models/mini/onnx/text_model.onnx';
const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
const expected = { sha256: await sha256(bytes), bytes: bytes.length };

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

/** Unlike `expect.poll`, this lets hardly any faked time pass: what stretches wait for each other. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await nextTurn();
    if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(1);
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('readRange', () => {
  const large = Uint8Array.from({ length: 2 ** 20 + 500 }, (_, i) => (i * 7) % 253);
  const LARGE = 'collections/demo/items-0123456789abcdef.bin';
  const [offset, length] = [300_000, 1000];
  const piece = large.slice(offset, offset + length);
  const bytesOf = `bytes=${offset}-${offset + length - 1}`;
  let whole: FileHash;
  let range: ByteRange;

  beforeEach(async () => {
    whole = { sha256: await sha256(large), bytes: large.length };
    range = { offset, length, hash: (await sha256(piece)).slice(0, 32) };
    server.files.set(LARGE, large);
  });

  test('asks for the range alone, verifies and keeps it', async () => {
    expect(await source.readRange(LARGE, whole, range)).toEqual(piece);
    expect(server.requests).toEqual([`${LARGE} ${bytesOf}`]);
    await until(() => cache.content.size === 1);
    server.fault = () => new TypeError('Failed to fetch');
    expect(await source.readRange(LARGE, whole, range)).toEqual(piece);
    await createHttpSource(BASE, cache).sweep();
    expect(cache.content.size).toBe(0);
  });

  test('takes it from the whole where that is kept', async () => {
    await cache.put(whole.sha256, large);
    expect(await source.readRange(LARGE, whole, range)).toEqual(piece);
    expect(server.requests).toEqual([]);
  });

  test('a server without ranges is asked once, then for whole files, each of them once', async () => {
    server.ranges = false;
    expect(await source.readRange(LARGE, whole, range)).toEqual(piece);
    cache.content.clear();
    expect(await source.readRange(LARGE, whole, range)).toEqual(piece);
    expect(server.requests).toEqual([`${LARGE} ${bytesOf}`, `${LARGE} default`]);
  });

  describe('of many files of a server without ranges', () => {
    const FILES = 6;
    let pieces: { path: string; whole: FileHash; range: ByteRange; content: Uint8Array }[];

    beforeEach(async () => {
      server.ranges = false;
      cache.full = true;
      pieces = [];
      for (let n = 0; n < 3 * FILES; n++) {
        const path = `collections/demo/vectors-${n % FILES}.bin`;
        const file = large.with(0, n % FILES);
        server.files.set(path, file);
        const content = file.slice(n * 50, n * 50 + 1000);
        const range = { offset: n * 50, length: 1000, hash: (await sha256(content)).slice(0, 32) };
        pieces.push({ path, whole: { sha256: await sha256(file), bytes: file.length }, range, content });
      }
    });

    const readAll = () => Promise.all(pieces.map(({ path, whole, range }) => source.readRange(path, whole, range)));

    test('each is read once for all who ask at the same time, and four at a time', async () => {
      let running = 0;
      let most = 0;
      let allowed = () => {};
      const fourRun = new Promise<void>((resolve) => {
        allowed = resolve;
      });
      vi.stubGlobal('fetch', async (input: string, init: RequestInit) => {
        if (new Headers(init.headers).has('range')) return server.fetch(input, init);
        running++;
        most = Math.max(most, running);
        if (running === 4) allowed();
        await fourRun;
        await new Promise((resolve) => setTimeout(resolve, 10)); // for a fifth, if it came
        return server.fetch(input, init).finally(() => running--);
      });
      expect(await readAll()).toEqual(pieces.map(({ content }) => content));
      const paths = server.requests.filter((request) => request.endsWith('default'));
      expect(paths.sort()).toEqual([...new Set(pieces.map(({ path }) => `${path} default`))].sort());
      expect(most).toBe(4);
    });

    test('all wait for a server that stands still no longer than one', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      server.fault = (_path, asked) => (asked ? undefined : 'hang');
      const outcomes = Promise.allSettled(pieces.map(({ path, whole, range }) => source.readRange(path, whole, range)));
      await until(() => server.requests.filter((request) => request.endsWith('default')).length === 4);
      await vi.advanceTimersByTimeAsync(15_000);
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'network' } });
      }
      server.fault = undefined;
      expect(await readAll()).toEqual(pieces.map(({ content }) => content));
    });
  });

  describe('of a server that stands still', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });

    test('is given up after 15 seconds, before the page gives the worker up', async () => {
      server.fault = () => 'hang';
      const read = expect(source.readRange(LARGE, whole, range)).rejects.toMatchObject({
        code: 'network',
        message: expect.stringContaining('15 seconds'),
      });
      await until(() => server.requests.length === 1);
      await vi.advanceTimersByTimeAsync(15_000);
      await read;
    });

    test('what others wait for longer is not taken from them', async () => {
      server.ranges = false;
      let isKnown = false;
      void source.readRange(LARGE, whole, range).then(() => {
        isKnown = true; // that there are none
      });
      await until(() => isKnown);
      source = createHttpSource(BASE, createMemoryCache());
      const { body, send, end } = createSlowBody();
      server.fault = (_path, asked) => (asked ? undefined : new Response(body));
      const all = source.read(LARGE, whole);
      let failure: unknown;
      source.readRange(LARGE, whole, range).catch((error: unknown) => {
        failure = error;
      });
      for (let seconds = 0; seconds < 40 && !failure; seconds++) await vi.advanceTimersByTimeAsync(1000);
      expect(failure).toMatchObject({ code: 'network' });
      send(large);
      end();
      expect(Buffer.compare(await all, large)).toBe(0);
    });

    test('while one moves, the others wait, and all show it', async () => {
      const { body, send, end } = createSlowBody();
      server.fault = (_path, asked) => (asked === bytesOf ? new Response(body, partial(offset, length)) : 'hang');
      const seen: number[] = [];
      const onProgress = (loaded: number) => seen.push(loaded);
      const moving = source.readRange(LARGE, whole, range, { onProgress });
      let isOver = false;
      const waiting = source
        .readRange(LARGE, whole, { ...range, offset: 0 })
        .catch((error: unknown) => error)
        .finally(() => {
          isOver = true;
        });
      await until(() => server.requests.length === 2);
      for (const from of [0, 400]) {
        await vi.advanceTimersByTimeAsync(14_000);
        send(piece.slice(from, from + 400));
        await until(() => seen.includes(from + 400));
      }
      await vi.advanceTimersByTimeAsync(14_000);
      expect(isOver).toBe(false);
      send(piece.slice(800));
      end();
      expect(await moving).toEqual(piece);
      expect(seen.at(-1)).toBe(length);
      await vi.advanceTimersByTimeAsync(15_000);
      expect(await waiting).toMatchObject({ code: 'network' });
    });
  });

  test('tells its end, wherever it comes from', async () => {
    const seen: number[][] = [];
    const onProgress = (...progress: [number, number]) => void seen.push(progress);
    await source.readRange(LARGE, whole, range, { onProgress });
    await until(() => cache.content.size === 1);
    await source.readRange(LARGE, whole, range, { onProgress });
    expect(seen.slice(-1)).toEqual([[length, length]]);
    expect(server.requests).toHaveLength(1);
    expect(seen.length).toBeGreaterThan(1);
  });

  test('small files are read whole', async () => {
    const small = { offset: 10, length: 5, hash: (await sha256(bytes.slice(10, 15))).slice(0, 32) };
    expect(await source.readRange(PATH, expected, small)).toEqual(bytes.slice(10, 15));
    expect(server.requests).toEqual([`${PATH} default`]);
  });

  test.each<[string, Response]>([
    ['other bytes', new Response(piece.with(3, 0), partial(offset, length))],
    ['fewer bytes', new Response(piece.slice(1), partial(offset, length))],
    ['more bytes', new Response(large, partial(offset, length))],
    ['another place', new Response(piece, partial(offset + 1, length))],
    ['a file of another length', new Response(piece, partial(offset, length, 7))],
    ['no place', new Response(piece, { status: 206 })],
    ['a refusal', new Response(null, { status: 416 })],
  ])('an answer of %s is not taken; the whole is', async (_what, answer) => {
    server.fault = (_path, asked) => (asked ? answer : undefined);
    expect(await source.readRange(LARGE, whole, range)).toEqual(piece);
    expect(server.requests).toEqual([`${LARGE} ${bytesOf}`, `${LARGE} default`]);
  });

  test('a damaged copy of an earlier visit does no harm', async () => {
    await cache.put(`${whole.sha256}.${offset}.${length}`, piece.with(0, 1));
    await cache.put(whole.sha256, large.with(offset, 99));
    expect(await source.readRange(LARGE, whole, range)).toEqual(piece);
  });

  test('a file that is damaged on the server, or does not hold what it should, is refused', async () => {
    const wrong = { ...range, hash: '0'.repeat(32) };
    await expect(source.readRange(LARGE, whole, wrong)).rejects.toMatchObject({ code: 'part-corrupt' });
    server.files.set(LARGE, large.with(offset + 2, 99));
    source = createHttpSource(BASE, createMemoryCache());
    await expect(source.readRange(LARGE, whole, range)).rejects.toMatchObject({ code: 'part-corrupt' });
    server.files.delete(LARGE);
    await expect(source.readRange(LARGE, whole, range)).rejects.toMatchObject({ code: 'part-missing' });
    server.fault = () => new Response(null, { status: 503 });
    await expect(source.readRange(LARGE, whole, range)).rejects.toMatchObject({ code: 'network' });
  });

  function partial(first: number, size: number, total = large.length): ResponseInit {
    return { status: 206, headers: { 'content-range': `bytes ${first}-${first + size - 1}/${total}` } };
  }
});
