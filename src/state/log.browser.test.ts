import { deleteDB } from 'idb';
import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../db/database.ts';
import type { Item } from '../engine/collection/types.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { SearchResponse } from '../protocol.ts';
import { createLog, type LogOptions } from './log.ts';
import { createLogNotice } from './log-notice.ts';
import { createNotices } from './notices.ts';
import { createRatings, type Ratable } from './ratings.ts';

let name = '';
let count = 0;
const cleanups: (() => void)[] = [];

beforeEach(() => {
  name = `state-${Date.now()}-${count++}`;
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await deleteDB(name);
});

async function connect(): Promise<Database> {
  const database = await openDatabase({ name });
  cleanups.push(() => database.close());
  return database;
}

function item(row: number): Item {
  const picture = { path: 'thumbs/00/0.webp', width: 1, height: 1 };
  const file = { licence: null, width: 1, height: 1, bytes: 1, date: null, thumbnail: picture, preview: null };
  return { id: `${row}`.padStart(16, '0'), name: `${row}.png`, title: null, ...file };
}

function response(text = 'dog'): SearchResponse {
  return {
    text,
    collection: 'demo',
    modelId: 'afterimage-mini',
    rows: Uint32Array.from({ length: 200 }, (_, i) => 199 - i),
    scores: Float32Array.from({ length: 200 }, (_, i) => 0.3 - i / 1000),
    good: 3,
    cutoff: 0.2,
    total: 1500,
    engine: 'hnsw',
    device: 'wasm',
    encodeMs: 4.123456,
    searchMs: 0.25,
    encodeCached: false,
    approximate: false,
    items: [],
  };
}

/** A log with the ratings of one search, as the page has them. */
function page(options: Partial<LogOptions> = {}) {
  return createRoot((dispose) => {
    cleanups.push(dispose);
    const log = createLog({
      name,
      items: async (rows) => rows.map(item),
      open: () => openDatabase({ name }),
      ...options,
    });
    const [current, setCurrent] = createSignal<Ratable>();
    return { log, ratings: createRatings(log, current), setCurrent };
  });
}

const off = () => Promise.reject(new AfterimageError('database-unavailable', 'There is no database here.'));

/** A database of which the next `verb` fails. */
function failing(verb: 'logSearch' | 'rate' | 'judge') {
  let fail = false;
  return {
    failNext: () => {
      fail = true;
    },
    open: async (): Promise<Database> => {
      const database = await openDatabase({ name });
      const real = database[verb];
      const replaced = (...values: never[]) => {
        if (!fail) return (real as (...all: never[]) => Promise<unknown>)(...values);
        fail = false;
        return Promise.reject(new AfterimageError('quota-exceeded', 'The disk is full.'));
      };
      return { ...database, [verb]: replaced };
    },
  };
}

describe('the log', () => {
  it('keeps the best fifty results of a search, with their scores', async () => {
    const { log } = page();
    const id = await log.logSearch(response());
    const search = await (await connect()).get(id ?? '');
    expect(search?.results).toHaveLength(50);
    expect(search?.results[1]).toEqual({ id: item(198).id, name: '198.png', title: null, score: 0.299 });
    expect(search).toMatchObject({ query: 'dog', total: 1500, good: 3, encodeMs: 4.123, rating: null });
    expect(log.status()).toBe('on');
  });

  it('has a search once whose answer was refined, before or after it was logged', async () => {
    const { log } = page();
    const [first, second, third] = [response(), response(), response()];
    log.continueAs(response(), first); // not logged: nothing follows from it
    expect(log.loggedId(first)).toBeUndefined();
    const logging = log.logSearch(first);
    log.continueAs(first, second);
    const id = await logging;
    log.continueAs(second, third);
    expect(await Promise.all([log.logSearch(second), log.logSearch(third)])).toEqual([id, id]);
    expect([log.loggedId(second), log.loggedId(third)]).toEqual([id, id]);
  });

  it('has a response once, however often it is committed', async () => {
    const { log } = page();
    const answer = response();
    const ids = await Promise.all([log.logSearch(answer), log.logSearch(answer)]);
    expect(ids[0]).toBe(ids[1]);
    expect(await log.logSearch(answer)).toBe(ids[0]);
    expect(log.loggedId(answer)).toBe(ids[0]);
    expect(await log.logSearch(response())).not.toBe(ids[0]);
    expect((await (await log.database()).stats()).count).toBe(2);
  });

  it('continues a search of an earlier visit where it asks the same', async () => {
    const first = await page().log.logSearch(response());
    const { log } = page();
    expect(await log.logSearch(response(), first)).toBe(first);
    expect(await log.logSearch(response('cat'), first)).not.toBe(first);
    expect(await log.logSearch(response(), 'gone'), 'logged under the id that its entry has').toBe('gone');
    expect((await (await log.database()).get('gone'))?.query).toBe('dog');
  });

  it('knows a search again of which it kept the beginning', async () => {
    const long = response('dog '.repeat(1000));
    const first = await page().log.logSearch(long);
    expect(await page().log.logSearch({ ...long }, first)).toBe(first);
  });

  it('says on the page why it is off, until it works', async () => {
    let works = false;
    const { log } = page({ open: () => (works ? openDatabase({ name }) : off()) });
    const notices = createNotices();
    createRoot((dispose) => {
      cleanups.push(dispose);
      createLogNotice(log, notices);
    });
    await log.logSearch(response());
    expect(notices.list()).toEqual([{ id: 'database', text: 'There is no database here.' }]);
    works = true;
    await log.logSearch(response());
    expect(notices.list()).toEqual([]);
  });

  it('is off without a database, says why, and tries again', async () => {
    let works = false;
    const { log } = page({ open: () => (works ? openDatabase({ name }) : off()) });
    const answer = response();
    expect(await log.logSearch(answer)).toBeUndefined();
    expect(log.status()).toBe('off');
    expect(log.error()).toBe('There is no database here.');
    works = true;
    expect(await log.logSearch(answer)).toBeDefined();
    expect(log.status()).toBe('on');
    expect(log.error()).toBeUndefined();
  });

  it('says when a search could not be kept, and takes it later', async () => {
    const { failNext, open } = failing('logSearch');
    const { log } = page({ open });
    const answer = response();
    failNext();
    expect(await log.logSearch(answer)).toBeUndefined();
    expect(log.error()).toBe('The disk is full.');
    expect(await log.logSearch(answer)).toBeDefined();
    expect(log.error()).toBeUndefined();
  });
});

describe('ratings', () => {
  it('log the search first, change at once, and are kept', async () => {
    const { log, ratings, setCurrent } = page();
    const answer = response();
    setCurrent(answer);
    const saved = ratings.rate(8);
    expect(ratings.rating()).toBe(8);
    await saved;
    expect(ratings.rating()).toBe(8);
    await ratings.judge('a', 'up');
    await ratings.judge('b', 'down');
    await ratings.judge('a', null);
    expect([ratings.judgement('a'), ratings.judgement('b')]).toEqual([null, 'down']);
    const search = await (await connect()).get(log.loggedId(answer) ?? '');
    expect(search).toMatchObject({ rating: 8, judgements: { b: 'down' } });
    await ratings.rate(null);
    expect(ratings.rating()).toBeNull();
  });

  it('fall back when they cannot be saved, and say why', async () => {
    const { failNext, open } = failing('rate');
    const { ratings, setCurrent } = page({ open });
    setCurrent(response());
    await ratings.rate(3);
    failNext();
    const saved = ratings.rate(9);
    expect(ratings.rating()).toBe(9);
    await saved;
    expect(ratings.rating()).toBe(3);
    expect(ratings.error()).toBe('The disk is full.');
    await ratings.rate(10);
    expect([ratings.rating(), ratings.error()]).toEqual([10, undefined]);
  });

  it('keep a newer change when an older one fails', async () => {
    const { failNext, open } = failing('judge');
    const { ratings, setCurrent } = page({ open });
    setCurrent(response());
    await ratings.rate(1);
    failNext();
    const older = ratings.judge('a', 'up');
    const newer = ratings.judge('a', 'down');
    await older;
    expect(ratings.judgement('a')).toBe('down');
    await newer;
    expect(ratings.judgement('a')).toBe('down');
  });

  it('are off without a database', async () => {
    const { ratings, setCurrent } = page({ open: off });
    setCurrent(response());
    await ratings.rate(5);
    expect(ratings.rating()).toBeNull();
    expect(ratings.off()).toBe(true);
    expect(ratings.error()).toBe('There is no database here.');
  });

  it('belong to one search', async () => {
    const { ratings, setCurrent } = page();
    setCurrent(response());
    await ratings.rate(5);
    setCurrent(response('cat'));
    expect(ratings.rating()).toBeNull();
    const late = ratings.rate(2);
    setCurrent(response('cow'));
    await late;
    expect(ratings.rating()).toBeNull();
  });

  it('follow what another tab does', async () => {
    const { log, ratings, setCurrent } = page();
    const answer = response();
    setCurrent(answer);
    const id = (await log.logSearch(answer)) ?? '';
    const other = await connect();
    await other.rate(id, 4);
    await vi.waitFor(() => expect(ratings.rating()).toBe(4));
    await other.judge(id, 'a', 'up');
    await vi.waitFor(() => expect(ratings.judgement('a')).toBe('up'));
  });

  it('are refused for a search that was deleted', async () => {
    const { log, ratings, setCurrent } = page();
    const answer = response();
    setCurrent(answer);
    const id = (await log.logSearch(answer)) ?? '';
    await (await log.database()).remove(id);
    await ratings.rate(4);
    expect(ratings.rating()).toBeNull();
    expect(ratings.error()).toMatch(/no search/);
  });

  it('come back with a search that is continued', async () => {
    const first = page();
    const answer = response();
    first.setCurrent(answer);
    await first.ratings.rate(6);
    const { log, ratings, setCurrent } = page();
    const again = response();
    setCurrent(again);
    await log.logSearch(again, first.log.loggedId(answer));
    await vi.waitFor(() => expect(ratings.rating()).toBe(6));
  });
});
