import { expect, test } from 'vitest';
import { pieceKey } from '../../site/kept-pieces.ts';
import { createPieces } from './pieces.browser.ts';
import { createMemoryCache } from './testing.browser.ts';

const LENGTH = 100;
const key = (n: number) => pieceKey('a'.repeat(64), n * LENGTH, LENGTH);

async function keep(cache: ReturnType<typeof createMemoryCache>, pieces: ReturnType<typeof createPieces>, n: number) {
  await cache.put(key(n), new Uint8Array(LENGTH));
  await pieces.added(key(n));
}

test('what was not used the longest leaves when there is too much, what others kept first', async () => {
  const cache = createMemoryCache();
  for (const n of [0, 1]) await cache.put(key(n), new Uint8Array(LENGTH));
  await cache.put('b'.repeat(64), new Uint8Array(10_000));
  const pieces = createPieces(cache, 5 * LENGTH);
  for (const n of [2, 3, 4]) await keep(cache, pieces, n);
  expect(await cache.pieces()).toEqual([0, 1, 2, 3, 4].map(key));
  pieces.used(key(2));
  await keep(cache, pieces, 5);
  expect(await cache.pieces()).toEqual([2, 3, 4, 5].map(key));
  await keep(cache, pieces, 6);
  await keep(cache, pieces, 7);
  expect(await cache.pieces()).toEqual([2, 5, 6, 7].map(key));
  expect(await cache.has('b'.repeat(64))).toBe(true);
});

test('many at a time come to no more than the limit', async () => {
  const cache = createMemoryCache();
  const pieces = createPieces(cache, 20 * LENGTH);
  await Promise.all(Array.from({ length: 200 }, (_, n) => keep(cache, pieces, n)));
  await keep(cache, pieces, 200);
  expect((await cache.pieces()).length).toBeLessThanOrEqual(20);
  expect(await cache.pieces()).toContain(key(200));
});
