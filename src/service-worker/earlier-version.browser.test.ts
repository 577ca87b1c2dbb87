import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { earlierFile, isCode, putEarlierAside } from './earlier-version.ts';

const BASE = `${location.origin}/earlier-test/`;
const PRECACHE = `workbox-precache-v2-${BASE}`;
const asset = (name: string) => `${BASE}assets/${name}`;

/** What workbox has kept. */
async function keep(...urls: readonly string[]): Promise<void> {
  const cache = await caches.open(PRECACHE);
  for (const url of urls) await cache.put(url, new Response(`of ${url}`));
}

const text = async (url: string) => (await earlierFile(url, BASE))?.text();

async function forget(): Promise<void> {
  for (const name of await caches.keys()) if (name.includes('/earlier-test/')) await caches.delete(name);
}

beforeEach(forget);
afterEach(async () => {
  vi.restoreAllMocks();
  await forget();
});

test('code of the version before stays, what both versions have is not kept twice', async () => {
  await keep(asset('detail-old.js'), asset('same.css'), `${BASE}index.html?__WB_REVISION__=1`);
  await putEarlierAside(new Set([asset('detail-new.js'), asset('same.css')]), BASE);
  await caches.delete(PRECACHE);
  expect(await text(asset('detail-old.js'))).toBe(`of ${asset('detail-old.js')}`);
  expect(await text(asset('same.css'))).toBeUndefined();
  expect(await text(`${BASE}index.html?__WB_REVISION__=1`)).toBeUndefined();
});

test('only the version before is kept', async () => {
  await keep(asset('first.js'));
  await putEarlierAside(new Set([asset('second.js')]), BASE);
  await caches.delete(PRECACHE);
  await keep(asset('second.js'));
  await putEarlierAside(new Set([asset('third.js')]), BASE);
  expect(await text(asset('first.js'))).toBeUndefined();
  expect(await text(asset('second.js'))).toBeDefined();
});

test('another site of the same origin is left alone', async () => {
  const elsewhere = `workbox-precache-v2-${location.origin}/other/`;
  await (await caches.open(elsewhere)).put(asset('theirs.js'), new Response('theirs'));
  await putEarlierAside(new Set(), BASE);
  expect(await text(asset('theirs.js'))).toBeUndefined();
  await caches.delete(elsewhere);
});

test('without space nothing is kept, and the new version is installed all the same', async () => {
  await keep(asset('detail-old.js'));
  vi.spyOn(Cache.prototype, 'put').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
  await putEarlierAside(new Set(), BASE);
  expect(await text(asset('detail-old.js'))).toBeUndefined();
  vi.spyOn(CacheStorage.prototype, 'match').mockRejectedValue(new Error('UnknownError'));
  expect(await text(asset('detail-old.js'))).toBeUndefined();
});

test.each([
  ['assets/detail-old.js', true],
  ['assets/page.css', true],
  ['assets/onnxruntime-wasm-0123456789abcdef.wasm', false],
  ['boot.js', false],
])('%s is code that is named by its content: %s', (path, expected) => {
  expect(isCode(BASE + path, BASE)).toBe(expected);
});
