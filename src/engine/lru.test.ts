import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createPromiseCache } from './lru.ts';

test('loads a key once, also while it is loading', async () => {
  const cache = createPromiseCache<number>(2);
  const load = vi.fn(async () => 7);
  const first = cache.get('a', load);
  const second = cache.get('a', load);
  expect([first.cached, second.cached]).toEqual([false, true]);
  expect(await Promise.all([first.value, second.value])).toEqual([7, 7]);
  expect(load).toHaveBeenCalledOnce();
});

test('forgets what failed, and only that', async () => {
  const cache = createPromiseCache<string>(2);
  const failed = cache.get('a', () => Promise.reject(new Error('no')));
  await expect(failed.value).rejects.toThrow('no');
  expect(await cache.get('a', async () => 'yes').value).toBe('yes');
  expect(cache.get('a', async () => 'again').cached).toBe(true);
});

test('a failure that comes late does not take its successor along', async () => {
  const cache = createPromiseCache<string>(1);
  let fail: (reason: Error) => void = () => {};
  const late = cache.get('a', () => new Promise((_, reject) => (fail = reject)));
  cache.get('b', async () => 'b'); // pushes a out
  cache.get('a', async () => 'new');
  fail(new Error('late'));
  await expect(late.value).rejects.toThrow('late');
  expect(cache.get('a', async () => 'unused').cached).toBe(true);
});

test('keeps exactly the most recently used keys', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e')), async (keys) => {
      const cache = createPromiseCache<string>(3);
      let recent: string[] = [];
      for (const key of keys) {
        expect(cache.get(key, async () => key).cached).toBe(recent.includes(key));
        recent = [key, ...recent.filter((other) => other !== key)].slice(0, 3);
      }
    }),
  );
});
