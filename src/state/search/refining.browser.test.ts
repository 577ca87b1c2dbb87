import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { textQuery } from '../../engine/query/query.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { Progress } from '../collection/session.ts';
import { createRefining } from './refining.ts';

let dispose = () => {};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const answer = (more: Partial<SearchResponse> = {}) =>
  ({ query: textQuery('dog'), approximate: true, ...more }) as SearchResponse;

/** A page that shows an answer with estimates; asking again gives what `next` says. */
function page(first: Progress | undefined, next: () => SearchResponse = () => answer({ approximate: false })) {
  return createRoot((end) => {
    dispose = end;
    const [response, setResponse] = createSignal<SearchResponse | undefined>(answer());
    const [progress, setProgress] = createSignal(first);
    const [held, setHeld] = createSignal(false);
    const refine = vi.fn(async () => void setResponse(next()));
    const refining = createRefining({ response, refine }, progress, held);
    return { refine, refining, setResponse, setProgress, setHeld };
  });
}

const network = (online: boolean) => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(online);
  window.dispatchEvent(new Event(online ? 'online' : 'offline'));
};

test('asks once when the vectors have arrived, not before', () => {
  const { refine, refining, setProgress } = page({ loaded: 1, total: 3 });
  vi.advanceTimersByTime(60_000);
  expect(refine).not.toHaveBeenCalled();
  expect(refining.reason()).toBe('arriving');
  setProgress({ loaded: 3, total: 3 });
  vi.advanceTimersByTime(60_000);
  expect(refine).toHaveBeenCalledTimes(1);
  expect(refining.reason()).toBeUndefined();
});

test('asks for nothing while nothing is known of the vectors', () => {
  const { refine, refining } = page({ loaded: 0, total: 0 });
  vi.advanceTimersByTime(60_000);
  expect(refining.reason()).toBe('arriving');
  expect(refine).not.toHaveBeenCalled();
});

test('asks more and more rarely while the worker puts the last of them into place', () => {
  const times: number[] = [];
  const { refine } = page({ loaded: 3, total: 3 }, () => {
    times.push(Date.now());
    return answer({ approximate: times.length < 5 });
  });
  vi.advanceTimersByTime(60_000);
  expect(refine).toHaveBeenCalledTimes(5);
});

test('asks for nothing while a picture is open, and then once', () => {
  const { refine, setProgress, setHeld } = page({ loaded: 1, total: 3 });
  setHeld(true);
  setProgress({ loaded: 3, total: 3 });
  vi.advanceTimersByTime(60_000);
  expect(refine).not.toHaveBeenCalled();
  setHeld(false);
  vi.advanceTimersByTime(60_000);
  expect(refine).toHaveBeenCalledTimes(1);
});

test('leaves exact answers, and those of which only the best vectors are fetched, alone', () => {
  const { refine, refining, setResponse } = page(undefined);
  expect(refining.reason()).toBe('further');
  setResponse(answer({ approximate: false }));
  vi.advanceTimersByTime(60_000);
  expect(refining.reason()).toBeUndefined();
  expect(refine).not.toHaveBeenCalled();
});

test('without a network it says so, and asks again when it is back', () => {
  const { refine, refining, setResponse } = page(undefined, () => answer());
  network(false);
  setResponse(answer({ unreachable: true }));
  expect(refining.reason()).toBe('offline');
  expect(refine).not.toHaveBeenCalled();
  network(true);
  expect(refine).toHaveBeenCalledTimes(1);
  expect(refining.reason()).toBe('further');
});

test('a network that is there and gives nothing is told too', () => {
  const { refine, refining, setResponse } = page(undefined);
  setResponse(answer({ unreachable: true }));
  expect(refining.reason()).toBe('network');
  expect(refine).not.toHaveBeenCalled();
});

test('vectors that arrive no more for want of a network are told', () => {
  const { refining } = page({ loaded: 1, total: 3 });
  network(false);
  expect(refining.reason()).toBe('offline');
});
