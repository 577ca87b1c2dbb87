import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { normalise, queryText, textQuery } from '../../engine/query/query.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
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

/** A page on which every query is answered when `answer` is called, and logged when `write` is. */
function page() {
  return createRoot((end) => {
    dispose = end;
    const address = createAddressBar();
    const [response, setResponse] = createSignal<SearchResponse>();
    const query = () => normalise(address.current().query);
    const committed: string[] = [];
    const asked: { response: SearchResponse; id: string }[] = [];
    const [written, write] = createSignal<ReadonlyMap<SearchResponse, string>>(new Map());
    const log = {
      logSearch: async (logged: SearchResponse, id = 'new') => {
        committed.push(queryText(logged.query));
        asked.push({ response: logged, id });
        return id;
      },
      loggedId: (logged: SearchResponse) => written().get(logged),
    };
    const [composing, setComposing] = createSignal(false);
    const { commit } = createCommits({ query, response }, address, log, composing);
    const answer = () => setResponse({ query: query() } as SearchResponse);
    return {
      ...{ address, answer, commit, committed, asked, setComposing },
      /** @param id what the log gave, where it is not what it was asked for */
      write: (id?: string) => write(new Map(asked.map((each) => [each.response, id ?? each.id]))),
    };
  });
}

async function back(): Promise<void> {
  const popped = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
  history.back();
  await popped;
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

test('a pause in composing completes nothing; one after it does', () => {
  const { address, answer, committed, setComposing } = page();
  address.type('dog');
  answer();
  setComposing(true);
  vi.advanceTimersByTime(5000);
  expect(committed).toEqual([]);
  address.type('dog犬');
  answer();
  setComposing(false);
  vi.advanceTimersByTime(1000);
  expect(committed).toEqual(['dog犬']);
});

test('nothing is completed behind another page', () => {
  const { address, answer, commit, committed } = page();
  address.go({ query: textQuery('dog'), view: 'log' });
  commit();
  answer();
  vi.advanceTimersByTime(1000);
  expect(committed).toEqual([]);
  address.go({ view: 'search' });
  commit();
  expect(committed).toEqual(['dog']);
});

test('an entry that is left before its search is in the log keeps its id, and so does what opens above it', async () => {
  const { address, answer, asked, commit, write } = page();
  address.type('dog');
  answer();
  commit();
  const id = asked[0]?.id;
  address.go({ item: 'a' }, { overlay: true });
  expect(address.logged()).toBe(id);
  write();
  await back();
  expect(location.search).toBe('?q=dog');
  expect(address.logged()).toBe(id);
});

test('Back to a completed search completes it at once, under the id it has', async () => {
  const { address, answer, asked, commit, committed, write } = page();
  address.type('dog');
  answer();
  commit();
  address.type('cat');
  answer();
  write();
  expect(address.logged(), 'nothing is completed yet').toBeUndefined();
  await back();
  expect(committed).toEqual(['dog']);
  answer();
  expect(committed).toEqual(['dog', 'dog']);
  expect(asked[1]?.id).toBe(asked[0]?.id);
});

test('every entry that shows an answer has its id, whichever was there when it was completed', async () => {
  const { address, answer, asked, commit, write } = page();
  address.type('dog');
  commit();
  address.go({ item: 'a' }, { overlay: true });
  answer();
  write();
  await back();
  expect(location.search).toBe('?q=dog');
  expect(address.logged()).toBe(asked[0]?.id);

  address.type('dog ');
  expect(address.logged(), 'the same search in another entry').toBe(asked[0]?.id);
  address.type('dogs');
  expect(address.logged()).toBeUndefined();
});

test('an entry takes the id under which its search was logged, where it had that of another', () => {
  const { address, answer, commit, write } = page();
  address.go({ query: textQuery('dog') });
  address.setLogged('of another collection');
  answer();
  commit();
  write('another');
  expect(address.logged()).toBe('another');
  address.go({ item: 'a' }, { overlay: true });
  expect(new URLSearchParams(location.search).get('p')).toBe('a');
});

test('a new entry shows the address it was given, and the one before keeps its own', async () => {
  const { address, answer, commit, write } = page();
  address.type('dog');
  answer();
  commit();
  write();
  address.go({ query: textQuery('dog'), item: 'a' }, { overlay: true }); // a search of its own: the id is set as it opens
  expect(location.search).toBe('?q=dog&p=a');
  await back();
  expect(location.search).toBe('?q=dog');
});
