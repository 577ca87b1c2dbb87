import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { untilRetry } from './network.browser.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  [1, 2_000],
  [2, 4_000],
  [5, 32_000],
  [6, 60_000],
  [1000, 60_000],
])('after %i failures it waits %i ms', async (failures, ms) => {
  const resolved = vi.fn();
  const waiting = untilRetry(failures).then(resolved);
  await vi.advanceTimersByTimeAsync(ms - 1);
  expect(resolved).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(vi.getTimerCount()).toBe(0);
});

test('it waits no longer when the network comes back, and leaves nothing behind', async () => {
  const waiting = untilRetry(1000);
  dispatchEvent(new Event('online'));
  await waiting;
  expect(vi.getTimerCount()).toBe(0);
});
