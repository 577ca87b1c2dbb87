import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeferred } from './deferred.ts';
import { createStallTimer, withTimeLimit } from './timeouts.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

test('a stall is told once, when nothing has moved for so long', () => {
  const onStall = vi.fn();
  const timer = createStallTimer(1000, onStall);
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(999);
    timer.moved();
  }
  expect(onStall).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(onStall).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(10_000);
  expect(onStall).toHaveBeenCalledOnce();
});

test('once stopped, it tells nothing', () => {
  const onStall = vi.fn();
  createStallTimer(1000, onStall).stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('what comes in time is passed on, and no timer stays', async () => {
  const late = vi.fn(() => 'late');
  expect(await withTimeLimit(1000, Promise.resolve('in time'), late)).toBe('in time');
  await expect(withTimeLimit(1000, Promise.reject(new Error('no')), late)).rejects.toThrow('no');
  expect(vi.getTimerCount()).toBe(0);
  expect(late).not.toHaveBeenCalled();
});

test('what does not is replaced by what is said for it, or thrown', async () => {
  const { promise, reject } = createDeferred<string>();
  const answers = [
    withTimeLimit(1000, promise, () => 'late'),
    withTimeLimit(1000, promise, () => {
      throw new Error('too late');
    }),
  ];
  vi.advanceTimersByTime(1000);
  expect(await answers[0]).toBe('late');
  await expect(answers[1]).rejects.toThrow('too late');
  reject(new Error('nobody waits for this'));
});
