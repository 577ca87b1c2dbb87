import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { LIMITS, type LoggedSearch } from './schema.ts';
import { createTestDatabases } from './testing.browser.ts';
import { asks, collect, exportOf, loggedSearch, newSearch } from './testing-records.ts';

const { open, fresh, clear } = createTestDatabases();
afterEach(clear);

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('searches', () => {
  it('are kept with everything about them', async () => {
    const database = await fresh();
    const id = await database.logSearch(newSearch());
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await database.get(id)).toEqual({
      ...newSearch(),
      id,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      changed: expect.any(String),
      rating: null,
      judgements: {},
    });
  });

  it('of one id are one search where they ask the same, also at the same time', async () => {
    const database = await fresh();
    const log = (text: string) => database.logSearch(newSearch(asks(text)), 'of an entry');
    const ids = await Promise.all([log('dog'), log('dog'), log('cat')]);
    expect(ids.slice(0, 2)).toEqual(['of an entry', 'of an entry']);
    expect(ids[2]).toMatch(/^[0-9a-f]{32}$/);
    expect((await database.get(ids[0] as string))?.text).toBe('dog');
    expect((await database.get(ids[2] as string))?.text).toBe('cat');
    expect((await database.stats()).count).toBe(2);
  });

  it('survive closing and opening', async () => {
    const database = await fresh();
    const id = await database.logSearch(newSearch());
    await database.rate(id, 7);
    database.close();
    const again = await open();
    expect(await again.get(id)).toMatchObject({ query: '1_w.dog', rating: 7 });
  });

  it('are cut to the limits of a record', async () => {
    const database = await fresh();
    const [result] = newSearch().results;
    if (!result) throw new Error('the fixture has results');
    const id = await database.logSearch(
      newSearch({
        ...asks('_'.repeat(LIMITS.query)), // as a query, every one of them is two characters
        results: Array.from({ length: LIMITS.results + 1 }, () => ({
          ...result,
          name: 'n'.repeat(LIMITS.itemName + 1),
        })),
      }),
    );
    const search = await database.get(id);
    expect(search).toMatchObject(asks('_'.repeat(LIMITS.text)));
    expect(search?.results).toHaveLength(LIMITS.results);
    expect(search?.results[0]?.name).toHaveLength(LIMITS.itemName);
  });

  it('are removed, restored and cleared', async () => {
    const database = await fresh();
    const id = await database.logSearch(newSearch());
    const kept = await database.logSearch(newSearch());
    const removed = await database.remove(id);
    expect(await database.get(id)).toBeUndefined();
    expect(await database.get(kept)).toBeDefined();
    expect(await database.remove(id)).toBeUndefined();
    if (removed) await database.restore(removed);
    expect(await database.get(id)).toEqual(removed);
    await database.clear();
    expect((await database.stats()).count).toBe(0);
  });
});

describe('ratings', () => {
  it('are given, changed and withdrawn', async () => {
    const database = await fresh();
    const id = await database.logSearch(newSearch());
    for (const rating of [1, 10, null]) {
      expect((await database.rate(id, rating)).rating).toBe(rating);
      expect((await database.get(id))?.rating).toBe(rating);
    }
  });

  it('need a logged search', async () => {
    const database = await fresh();
    await expect(database.rate('f'.repeat(32), 5)).rejects.toEqual(code('search-unknown'));
    await expect(database.judge('f'.repeat(32), 'item', 'up')).rejects.toEqual(code('search-unknown'));
    expect((await database.stats()).count).toBe(0);
  });

  it.each([0, 11, 5.5, Number.NaN, -1])('of %d are refused', async (rating) => {
    const database = await fresh();
    const id = await database.logSearch(newSearch());
    await expect(database.rate(id, rating)).rejects.toEqual(code('rating-invalid'));
  });

  it('and judgements note when they changed', async () => {
    const database = await fresh();
    await database.restore(loggedSearch(1));
    const { changed } = await database.judge(loggedSearch(1).id, 'item', 'up');
    expect(changed > loggedSearch(1).changed).toBe(true);
  });
});

describe('judgements', () => {
  it('are those of the newest search that asked the same of the same collection by the same model', async () => {
    const database = await fresh();
    const ask = async (time: string, changes: Parameters<typeof newSearch>[0] = {}) => {
      const id = await database.logSearch(newSearch({ time: `2026-01-0${time}T00:00:00.000Z`, ...changes }));
      return (await database.get(id)) as LoggedSearch;
    };
    const first = await ask('1');
    await database.judge(first.id, 'b', 'up');
    const { changed } = await database.judge(first.id, 'a', 'down');
    const second = await ask('2');
    expect(Object.entries(second.judgements), 'in their order').toEqual([
      ['b', 'up'],
      ['a', 'down'],
    ]);
    expect([second.changed, second.rating]).toEqual([changed, null]);
    for (const other of [asks('cat'), { collection: 'mine' }, { model: 'another' }]) {
      expect((await ask('3', other)).judgements).toEqual({});
    }
    expect((await ask('4')).judgements).toEqual({ b: 'up', a: 'down' });
    const last = await ask('5');
    await database.judgeAll(last.id, ['a', 'b'], null);
    expect((await ask('6')).judgements, 'withdrawn').toEqual({});
  });

  it('are those of a saved search where no search in the log has any', async () => {
    const database = await fresh();
    const ask = async (time: string, saved?: LoggedSearch['judgements']) => {
      const search = newSearch({ time: `2026-01-0${time}T00:00:00.000Z` });
      const id = await database.logSearch(search, undefined, saved);
      return (await database.get(id)) as LoggedSearch;
    };
    const first = await ask('1', { b: 'up', a: 'down' });
    expect(Object.entries(first.judgements)).toEqual([
      ['b', 'up'],
      ['a', 'down'],
    ]);
    await database.judgeAll(first.id, ['a', 'b'], null);
    expect((await ask('2', { c: 'up' })).judgements).toEqual({ c: 'up' });
    expect((await ask('3', { d: 'up' })).judgements).toEqual({ c: 'up' });
  });

  it('of an item are the newest of all searches', async () => {
    const database = await fresh();
    const [first, second] = [await database.logSearch(newSearch()), await database.logSearch(newSearch(asks('dog')))];
    await database.judge(second, 'a', 'up');
    await database.judge(second, 'b', 'up');
    await new Promise((resolve) => setTimeout(resolve, 5)); // times are in milliseconds
    await database.judge(first, 'a', 'down');
    await database.judge(first, 'c', 'up');
    await database.judge(first, 'c', null);
    expect(await database.judgements()).toEqual(
      new Map([
        ['a', 'down'],
        ['b', 'up'],
      ]),
    );
  });

  it('are given, changed and withdrawn, each for itself', async () => {
    const database = await fresh();
    const id = await database.logSearch(newSearch());
    await database.judge(id, 'a', 'up');
    await database.judge(id, 'b', 'down');
    await database.judge(id, 'a', 'down');
    expect((await database.get(id))?.judgements).toEqual({ a: 'down', b: 'down' });
    await database.judge(id, 'b', null);
    expect((await database.get(id))?.judgements).toEqual({ a: 'down' });
  });

  it('take ids that are called like members of objects', async () => {
    const database = await fresh();
    const id = await database.logSearch(newSearch());
    await database.judge(id, '__proto__', 'up');
    await database.judge(id, 'constructor', 'down');
    expect(Object.entries((await database.get(id))?.judgements ?? {})).toEqual([
      ['__proto__', 'up'],
      ['constructor', 'down'],
    ]);
  });

  it('are bounded', async () => {
    const database = await fresh();
    const judgements = Object.fromEntries(Array.from({ length: LIMITS.judgements }, (_, i) => [`${i}`, 'up' as const]));
    await database.restore(loggedSearch(1, { judgements }));
    const { id } = loggedSearch(1);
    await expect(database.judge(id, 'one more', 'up')).rejects.toEqual(code('rating-invalid'));
    expect((await database.judge(id, '7', 'down')).judgements['7']).toBe('down');
    await expect(database.judge(id, 'x'.repeat(LIMITS.name + 1), 'up')).rejects.toEqual(code('rating-invalid'));
  });
});

describe('the list', () => {
  async function filled(): Promise<Database> {
    const database = await fresh();
    for (let i = 0; i < 10; i++) {
      await database.restore(
        loggedSearch(i, {
          ...asks(i % 2 ? `red Rocket ${i}` : `dog ${i}`),
          collection: i < 5 ? 'demo' : 'demo2',
          rating: i < 3 ? i + 1 : null,
        }),
      );
    }
    return database;
  }
  const queries = async (database: Database, options: Partial<Parameters<Database['list']>[0]>) =>
    (await database.list({ limit: 50, ...options })).searches.map(({ text }) => text);

  it('is newest first and comes in pages', async () => {
    const database = await filled();
    const seen: string[] = [];
    let before: { time: string; id: string } | undefined;
    do {
      const page = await database.list({ limit: 3, ...(before && { before }) });
      seen.push(...page.searches.map(({ id }) => id));
      before = page.next;
    } while (before);
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => loggedSearch(9 - i).id));
  });

  it('has no further page where the last one is full', async () => {
    const database = await filled();
    expect((await database.list({ limit: 10 })).next).toBeUndefined();
  });

  it('keeps searches of one millisecond apart', async () => {
    const database = await fresh();
    const { time } = loggedSearch(0);
    for (let i = 0; i < 4; i++) await database.restore(loggedSearch(i, { time }));
    const first = await database.list({ limit: 2 });
    const second = await database.list({ limit: 2, ...(first.next && { before: first.next }) });
    expect(new Set([...first.searches, ...second.searches].map(({ id }) => id)).size).toBe(4);
  });

  it('filters by text, rating and collection', async () => {
    const database = await filled();
    expect(await queries(database, { text: ' rOCKET 7' })).toEqual(['red Rocket 7']);
    expect(await queries(database, { collection: 'demo', text: 'dog' })).toEqual(['dog 4', 'dog 2', 'dog 0']);
    expect(await queries(database, { collection: 'demo2' })).toHaveLength(5);
    expect(await queries(database, { collection: 'dem' })).toEqual([]);
    expect(await queries(database, { rating: 2 })).toEqual(['red Rocket 1']);
    expect(await queries(database, { rating: 'rated' })).toHaveLength(3);
    expect(await queries(database, { rating: 'unrated' })).toHaveLength(7);
    const { next } = await database.list({ collection: 'demo', limit: 2 });
    expect(await queries(database, { collection: 'demo', ...(next && { before: next }) })).toHaveLength(3);
  });

  it('can be stopped', async () => {
    const database = await filled();
    await expect(database.list({ limit: 5, signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('has its figures', async () => {
    const database = await filled();
    const stats = await database.stats();
    expect(stats.count).toBe(10);
    expect(stats.ratings).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(stats.collections).toEqual(['demo', 'demo2']);
    expect(stats.latencies.map(({ time }) => time)).toEqual(Array.from({ length: 10 }, (_, i) => loggedSearch(i).time));
    expect(stats.latencies[0]).toMatchObject({ encodeMs: 4.2, searchMs: 0.3 });
  });
});

describe('import', () => {
  const blob = (text: string) => new Blob([text]);

  it('takes back what was exported', async () => {
    const database = await fresh();
    for (let i = 0; i < 250; i++) await database.restore(loggedSearch(i, { rating: (i % 10) + 1 }));
    const before = await database.list({ limit: 300 });
    const lines = await collect(database.exportLines());
    expect(lines).toHaveLength(251);
    await database.clear();
    expect(await database.importLines(blob(lines.join('')))).toEqual({ added: 250, updated: 0, skipped: 0 });
    expect(await database.list({ limit: 300 })).toEqual(before);
    expect(await database.importLines(blob(lines.join('')))).toEqual({ added: 0, updated: 0, skipped: 250 });
  });

  it('merges: of one id, what changed last stays', async () => {
    const database = await fresh();
    const early = '2026-02-01T00:00:00.000Z';
    const late = '2026-03-01T00:00:00.000Z';
    await database.restore(loggedSearch(1, { changed: late, rating: 1 }));
    await database.restore(loggedSearch(2, { changed: early, rating: 1 }));
    const file = [
      loggedSearch(1, { changed: early, rating: 2 }),
      loggedSearch(2, { changed: late, rating: 2 }),
      loggedSearch(3, { rating: 2 }),
    ];
    const report = await database.importLines(blob(exportOf(file)).stream());
    expect(report).toEqual({ added: 1, updated: 1, skipped: 1 });
    const ratings = (await database.list({ limit: 5 })).searches.map(({ rating }) => rating);
    expect(ratings).toEqual([2, 2, 1]);
  });

  it('changes nothing when a line is wrong', async () => {
    const database = await fresh();
    await database.restore(loggedSearch(1, { rating: 1 }));
    const file = exportOf([loggedSearch(2), { ...loggedSearch(3), rating: 11 }, loggedSearch(4)]);
    await expect(database.importLines(blob(file))).rejects.toMatchObject({
      code: 'import-invalid',
      rejected: [{ line: 3, reason: expect.stringContaining('rating') }],
    });
    expect((await database.list({ limit: 5 })).searches).toEqual([loggedSearch(1, { rating: 1 })]);
  });

  it('changes nothing when it is interrupted while it writes', async () => {
    const database = await fresh();
    await database.restore(loggedSearch(1, { rating: 1 }));
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    IDBObjectStore.prototype.put = function (...values) {
      if (++puts === 3) this.transaction.abort();
      return put.apply(this, values);
    };
    try {
      const file = exportOf([1, 2, 3, 4].map((i) => loggedSearch(i, { changed: '2026-05-01T00:00:00.000Z' })));
      await expect(database.importLines(blob(file))).rejects.toMatchObject({ code: 'database-unavailable' });
    } finally {
      IDBObjectStore.prototype.put = put;
    }
    expect((await database.list({ limit: 5 })).searches).toEqual([loggedSearch(1, { rating: 1 })]);
  });
});
