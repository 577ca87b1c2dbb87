import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createContentCache } from '../bytes/content-cache.browser.ts';
import { fetchNewRuntimes, isRuntime, runtime } from './runtime-update.browser.ts';

const BASE = `${location.origin}/update-test/`;
const OLD = 'a'.repeat(64);
const url = (device: string, sha256: string) => `${BASE}assets/onnxruntime-${device}-${sha256.slice(0, 16)}.wasm`;
const NEW = [url('wasm', 'b'.repeat(64)), url('webgpu', 'c'.repeat(64))] as const;

let added: string[] = [];

beforeEach(() => {
  added = [];
  vi.spyOn(Cache.prototype, 'add').mockImplementation(async function (this: Cache, request) {
    added.push(String(request));
    await this.put(request, new Response('runtime'));
  });
  vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const name of await caches.keys()) if (name.endsWith('/update-test/')) await caches.delete(name);
});

test('a first visit fetches no runtime a second time', async () => {
  await fetchNewRuntimes(NEW, BASE);
  expect(added).toEqual([]);
});

test('an update brings the runtime that takes the place of the one in use, and it is there without a network', async () => {
  await createContentCache(BASE).putText('runtime/wasm', OLD);
  await fetchNewRuntimes(NEW, BASE);
  expect(added).toEqual([NEW[0]]);
  expect(await (await runtime(new Request(NEW[0]), BASE)).text()).toBe('runtime');
  await expect(runtime(new Request(NEW[1]), BASE)).rejects.toThrow('Failed to fetch');
  await expect(runtime(new Request(NEW[0], { cache: 'reload' }), BASE)).rejects.toThrow('Failed to fetch');
});

test('of a runtime that is there packed as well, that form is fetched, which the query worker asks for', async () => {
  await createContentCache(BASE).putText('runtime/wasm', OLD);
  const packed = `${NEW[0]}.xz`;
  await fetchNewRuntimes([...NEW, packed, `${NEW[1]}.gz`], BASE);
  expect(added).toEqual([packed]);
  expect(await (await runtime(new Request(packed), BASE)).text()).toBe('runtime');
});

test('one that stays the same is not fetched', async () => {
  await createContentCache(BASE).putText('runtime/webgpu', 'c'.repeat(64));
  await fetchNewRuntimes(NEW, BASE);
  expect(added).toEqual([]);
});

test('knows runtimes by their names', () => {
  expect([...NEW, `${NEW[0]}.xz`, `${NEW[0]}.gz`].every(isRuntime)).toBe(true);
  expect(isRuntime(`${NEW[0]}.br`)).toBe(false);
  expect(isRuntime(`${BASE}assets/onnxruntime-wasm-abc.js`)).toBe(false);
});
