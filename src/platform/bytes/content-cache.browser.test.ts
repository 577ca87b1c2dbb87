import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { contentCacheName, contentRoot, deletePieces, keptPieceBytes, pieceKey } from '../../site/kept-pieces.ts';
import { createContentCache } from './content-cache.browser.ts';

const BASE = new URL('/app/', location.href).href;
const OTHER = new URL('/other/', location.href).href;
const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const bytes = Uint8Array.of(1, 2, 3);

beforeEach(async () => {
  for (const base of [BASE, OTHER]) await caches.delete(contentCacheName(base));
});

afterEach(() => {
  vi.useRealTimers();
});

/** What was put until now is no longer new. */
function letTimePass(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
}

test('keeps content and texts, and forgets them when told', async () => {
  const cache = createContentCache(BASE);
  expect(await cache.get(A)).toBeUndefined();
  await cache.put(A, bytes);
  await cache.putText('collections/index.json', 'list');
  const later = createContentCache(BASE);
  expect(await later.get(A)).toEqual(bytes);
  expect([await later.has(A), await later.has(B)]).toEqual([true, false]);
  expect(await later.getText('collections/index.json')).toBe('list');
  await later.drop(A);
  expect(await cache.has(A)).toBe(false);
});

test('says which content is WebAssembly, which no browser compiles otherwise', async () => {
  const cache = createContentCache(BASE);
  await cache.put(A, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  await cache.put(B, bytes);
  const kept = await caches.open(contentCacheName(BASE));
  const typeOf = async (key: string) => (await kept.match(contentRoot(BASE) + key))?.headers.get('content-type');
  expect([await typeOf(A), await typeOf(B)]).toEqual(['application/wasm', null]);
});

test('keeps what the bytes were when they were put', async () => {
  const cache = createContentCache(BASE);
  const mine = bytes.slice();
  const put = cache.put(A, mine);
  mine.fill(0);
  await put;
  expect(await cache.get(A)).toEqual(bytes);
});

test('sweep deletes what no kept text names, but for what is spared, and nothing of an app in another folder', async () => {
  const cache = createContentCache(BASE);
  const neighbour = createContentCache(OTHER);
  await Promise.all([A, B, C].map((hash) => cache.put(hash, bytes)));
  await neighbour.put(B, bytes);
  await cache.putText('models/mini/model.json', JSON.stringify({ files: [{ sha256: A }] }));
  letTimePass();
  await cache.sweep(new Set([C]));
  expect([await cache.has(A), await cache.has(B), await cache.has(C)]).toEqual([true, false, true]);
  expect(await neighbour.has(B)).toBe(true);
});

test('sweep leaves what another tab has just put and will name, and takes it later where that never happens', async () => {
  const [here, there] = [createContentCache(BASE), createContentCache(BASE)];
  await there.put(A, bytes);
  await here.sweep(new Set());
  expect(await there.get(A)).toEqual(bytes);
  letTimePass();
  await here.sweep(new Set());
  expect(await there.has(A)).toBe(false);
});

test('gives stretches of what is kept, and keeps stretches of what is not for as long as the whole is named', async () => {
  const cache = createContentCache(BASE);
  await cache.put(A, bytes);
  expect(await cache.getRange(A, 1, 2)).toEqual(bytes.subarray(1));
  expect(await cache.getRange(A, 2, 9)).toEqual(bytes.subarray(2));
  expect(await cache.getRange(B, 0, 1)).toBeUndefined();
  const [named, orphan] = [pieceKey(B, 5, 3), pieceKey(C, 5, 3)];
  await cache.put(named, bytes);
  await cache.put(orphan, bytes);
  await cache.putText('collections/demo/manifest.json', JSON.stringify({ parts: [{ sha256: B }] }));
  letTimePass();
  await cache.sweep(new Set());
  expect([await cache.get(named), await cache.has(orphan)]).toEqual([bytes, false]);
});

test('pieces are counted by their bytes, and deleted without the files', async () => {
  const cache = createContentCache(BASE);
  expect(await keptPieceBytes(BASE)).toBe(0);
  await cache.put(A, bytes);
  await cache.put(pieceKey(B, 5, 3), bytes);
  await cache.put(pieceKey(B, 8, 400), bytes);
  await createContentCache(OTHER).put(pieceKey(B, 5, 7), bytes);
  expect(await cache.pieces()).toEqual([pieceKey(B, 5, 3), pieceKey(B, 8, 400)]);
  expect(await keptPieceBytes(BASE)).toBe(403);
  await deletePieces(BASE);
  expect([await keptPieceBytes(BASE), await keptPieceBytes(OTHER), await cache.has(A)]).toEqual([0, 7, true]);
});

describe('without a Cache API', () => {
  const nothingIsKept = async (why: string) => {
    const cache = createContentCache(BASE);
    expect(await cache.put(A, bytes)).toMatch(why);
    expect(await cache.putText('x', 'y')).toMatch(why);
    await cache.sweep(new Set());
    expect([await cache.get(A), await cache.has(A), await cache.getText('x')]).toEqual([undefined, false, undefined]);
  };

  test('that may be opened, nothing is kept and nothing fails', async () => {
    const open = vi.spyOn(caches, 'open').mockRejectedValue(new DOMException('No.', 'SecurityError'));
    await nothingIsKept('keeps nothing');
    open.mockRestore();
  });

  test('that may be written to, nothing is kept and nothing fails', async () => {
    const put = vi.spyOn(Cache.prototype, 'put').mockRejectedValue(new DOMException('Full.', 'QuotaExceededError'));
    await nothingIsKept('no space');
    put.mockRestore();
  });
});
