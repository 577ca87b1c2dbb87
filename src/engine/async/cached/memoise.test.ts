import { expect, test, vi } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { memoise } from './memoise.ts';

test('loads once for all who ask, not before', async () => {
  const load = vi.fn(async () => 7);
  const memo = memoise(load);
  expect(memo.peek()).toBeUndefined();
  expect(load).not.toHaveBeenCalled();
  expect(await Promise.all([memo.get(), memo.get(), memo.peek()])).toEqual([7, 7, 7]);
  expect(load).toHaveBeenCalledOnce();
});

test('after a failure, and after it was told to forget, it loads again', async () => {
  let attempts = 0;
  const memo = memoise(async () => {
    if (++attempts === 1) throw new Error('no');
    return attempts;
  });
  await expect(memo.get()).rejects.toThrow('no');
  expect(memo.peek()).toBeUndefined();
  expect(await memo.get()).toBe(2);
  memo.forget();
  expect(memo.peek()).toBeUndefined();
  expect(await memo.get()).toBe(3);
});

test('a failure of what was forgotten does not forget what came after it', async () => {
  const first = createDeferred<number>();
  const values = [first.promise, Promise.resolve(2)];
  const memo = memoise(() => values.shift() ?? Promise.resolve(3));
  const failing = memo.get();
  memo.forget();
  expect(await memo.get()).toBe(2);
  first.reject(new Error('late'));
  await expect(failing).rejects.toThrow('late');
  expect(await memo.get()).toBe(2);
});
