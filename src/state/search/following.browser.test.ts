import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import { createFollowing } from './following.ts';

let dispose = () => {};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  dispose();
  vi.useRealTimers();
});

function page() {
  return createRoot((end) => {
    dispose = end;
    const [changed, setChanged] = createSignal<readonly number[]>([]);
    const [held, setHeld] = createSignal(false);
    const [pending, setPending] = createSignal(false);
    const refine = vi.fn(async () => {});
    createFollowing({ response: () => ({}) as SearchResponse, pending, refine }, changed, held);
    return { refine, setHeld, setPending, change: () => setChanged([]) };
  });
}

test('several changes are one question, and nothing is asked without a change', () => {
  const { refine, change } = page();
  vi.advanceTimersByTime(10_000);
  expect(refine).not.toHaveBeenCalled();
  for (let i = 0; i < 5; i++) change();
  vi.advanceTimersByTime(10_000);
  expect(refine).toHaveBeenCalledTimes(1);
  change();
  vi.advanceTimersByTime(10_000);
  expect(refine).toHaveBeenCalledTimes(2);
});

test('changes that do not end do not put it off', () => {
  const { refine, change } = page();
  for (let i = 0; i < 30; i++) {
    change();
    vi.advanceTimersByTime(100);
  }
  expect(refine.mock.calls.length).toBeGreaterThan(4);
});

test('nothing is replaced while somebody looks at a picture, but afterwards', () => {
  const { refine, change, setHeld } = page();
  setHeld(true);
  change();
  vi.advanceTimersByTime(10_000);
  expect(refine).not.toHaveBeenCalled();
  setHeld(false);
  vi.advanceTimersByTime(10_000);
  expect(refine).toHaveBeenCalledTimes(1);
});

test('an answer that was on its way when pictures came is asked for again', () => {
  const { refine, change, setPending } = page();
  setPending(true);
  change();
  vi.advanceTimersByTime(10_000);
  expect(refine).not.toHaveBeenCalled();
  setPending(false);
  vi.advanceTimersByTime(10_000);
  expect(refine).toHaveBeenCalledTimes(1);
});
