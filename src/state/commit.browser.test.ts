import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SearchResponse } from '../protocol.ts';
import { createAddressBar } from './address.ts';
import { createCommits } from './commit.ts';

let dispose = () => {};
beforeEach(() => {
  history.replaceState(null, '', location.pathname);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  dispose();
  vi.useRealTimers();
});

/** A page on which every query is answered when `answer` is called. */
function page() {
  return createRoot((end) => {
    dispose = end;
    const address = createAddressBar();
    const [response, setResponse] = createSignal<SearchResponse>();
    const text = () => address.current().query;
    const committed: string[] = [];
    const { commit } = createCommits({ text, response }, address, (each) => committed.push(each.text));
    const answer = () => setResponse({ text: text() } as SearchResponse);
    return { address, answer, commit, committed };
  });
}

test('a pause in typing completes a search, to which Back returns', async () => {
  const { address, answer, committed } = page();
  const before = history.length;
  address.type('do');
  answer();
  address.type('dog');
  answer();
  expect(committed).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(committed).toEqual(['dog']);
  expect(history.length - before).toBe(1);
  address.type('cat');
  expect(history.length - before, 'the next letter begins another entry').toBe(2);
});

test('Enter completes a search as soon as its answer is there, once', () => {
  const { address, answer, commit, committed } = page();
  address.type('dog');
  commit();
  expect(committed).toEqual([]);
  answer();
  commit();
  vi.advanceTimersByTime(1000);
  expect(committed).toEqual(['dog']);
});

test('nothing is completed behind another page', () => {
  const { address, answer, commit, committed } = page();
  address.go({ query: 'dog', view: 'log' });
  commit();
  answer();
  vi.advanceTimersByTime(1000);
  expect(committed).toEqual([]);
  address.go({ view: 'search' });
  commit();
  expect(committed).toEqual(['dog']);
});
