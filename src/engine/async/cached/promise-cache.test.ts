import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createPromiseCache } from './promise-cache.ts';

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

test('what is being loaded is not pushed out, and is not loaded twice', async () => {
  const cache = createPromiseCache<string>(1);
  const load = vi.fn((key: string) => Promise.resolve(key));
  const asked = ['a', 'b', 'c', 'a', 'b', 'c'].map((key) => cache.get(key, () => load(key)));
  expect(asked.map(({ cached }) => cached)).toEqual([false, false, false, true, true, true]);
  expect(await Promise.all(asked.map(({ value }) => value))).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  expect(load).toHaveBeenCalledTimes(3);
  expect(cache.get('c', () => load('c')).cached).toBe(true);
  expect(cache.get('a', () => load('a')).cached).toBe(false);
});

test('keeps exactly the most recently used keys', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e')), async (keys) => {
      const cache = createPromiseCache<string>(3);
      let recent: string[] = [];
      for (const key of keys) {
        const { value, cached } = cache.get(key, async () => key);
        expect(cached).toBe(recent.includes(key));
        await value;
        recent = [key, ...recent.filter((other) => other !== key)].slice(0, 3);
      }
    }),
  );
});
