import { type IDBPDatabase, openDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestDatabases } from '../testing.browser.ts';
import { asks, loggedSearch, newSearch } from '../testing-records.ts';

const { open, fresh, newName, clear } = createTestDatabases();
afterEach(clear);

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('two connections', () => {
  it('see the same log and hear of changes', async () => {
    const one = await fresh();
    const two = await open();
    const heard = new Promise((resolve) => two.subscribe(resolve));
    const id = await one.logSearch(newSearch());
    expect(await heard).toEqual({ id });
    await Promise.all([one.rate(id, 3), two.judge(id, 'a', 'up')]);
    const [search] = (await two.list({ limit: 5 })).searches;
    expect(search).toMatchObject({ rating: 3, judgements: { a: 'up' } });
  });

  it('do not lose changes that are made at once', async () => {
    const one = await fresh();
    const two = await open();
    const id = await one.logSearch(newSearch());
    await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).judge(id, `item ${i}`, 'up')));
    expect(Object.keys((await one.get(id))?.judgements ?? {})).toHaveLength(40);
  });

  it('make room for each other when one wipes', async () => {
    const one = await fresh();
    const two = await open();
    await one.logSearch(newSearch());
    const heard = new Promise((resolve) => two.subscribe(resolve));
    let toldHere = false;
    one.subscribe(() => {
      toldHere = true;
    });
    await one.wipe();
    await heard;
    expect(toldHere, 'whoever hears of it reads, and so makes the database anew').toBe(false);
    expect((await two.stats()).count).toBe(0);
    expect(await two.get(await one.logSearch(newSearch()))).toBeDefined();
  });
});

/** The store as version 2 made it. */
function createV2(created: IDBPDatabase): void {
  const store = created.createObjectStore('searches', { keyPath: 'id' });
  store.createIndex('time', ['time', 'id']);
  store.createIndex('collection', ['collection', 'time', 'id']);
  store.createIndex('rating', 'rating');
  store.createIndex('latency', ['time', 'encodeMs', 'searchMs']);
}

describe('schema', () => {
  let name = '';

  /** As versions 1 and 2 had it. */
  const oldSearch = (query: string) => {
    const { text: _, ...search } = newSearch();
    return { ...search, query };
  };

  const V1 = [
    { ...oldSearch('dog'), id: '1'.repeat(32), time: '2026-01-01T00:00:00.000Z', rating: 9, judgements: [] },
    {
      ...oldSearch('rocket'),
      id: '2'.repeat(32),
      time: '2026-01-02T00:00:00.000Z',
      rating: null,
      judgements: [
        { item: 'a', value: 'up' },
        { item: 'b', value: 'down' },
      ],
    },
  ];

  async function makeV1(records: readonly unknown[]) {
    name = newName();
    const database = await openDB(name, 1, {
      upgrade: (created) => void created.createObjectStore('searches', { keyPath: 'id' }).createIndex('time', 'time'),
    });
    for (const record of records) await database.put('searches', record);
    return database;
  }

  it('is upgraded from version 1 with all its data', async () => {
    (await makeV1(V1)).close();
    const database = await open();
    const { searches } = await database.list({ limit: 5 });
    expect(searches).toEqual([
      { ...V1[1], ...asks('rocket'), changed: V1[1]?.time, judgements: { a: 'up', b: 'down' } },
      { ...V1[0], ...asks('dog'), changed: V1[0]?.time, judgements: {} },
    ]);
    expect((await database.stats()).ratings[8]).toBe(1);
    expect((await database.rate('2'.repeat(32), 4)).rating).toBe(4);
  });

  it('is upgraded from version 2 with all its data', async () => {
    name = newName();
    const old = await openDB(name, 2, { upgrade: createV2 });
    const queries = ['dog', ' big  cat ', 'red_panda **', '1_w.dog_w-.cat', 'ñandú 🦤\n2', 'x'.repeat(2_000)];
    const records = queries.map((query, i) => ({
      ...oldSearch(query),
      id: `${i}`.repeat(32),
      time: `2026-01-0${i + 1}T00:00:00.000Z`,
      changed: '2026-02-01T00:00:00.000Z',
      rating: i === 0 ? null : i,
      judgements: i % 2 ? { [`item ${i}`]: 'up', b: 'down' } : {},
    }));
    for (const record of records) await old.put('searches', record);
    old.close();

    const database = await open();
    const { searches } = await database.list({ limit: 50 });
    expect(searches.toReversed()).toEqual(records.map((record) => ({ ...record, ...asks(record.query) })));
    expect((await database.stats()).ratings).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect((await database.list({ limit: 50, text: 'PANDA', rating: 2 })).searches).toHaveLength(1);
    const again = { ...newSearch(asks('dog')), time: '2026-03-01T00:00:00.000Z' };
    expect(await database.logSearch(again, '0'.repeat(32)), 'goes on as the same search').toBe('0'.repeat(32));
    expect((await database.stats()).count).toBe(queries.length);
  });

  it('is upgraded from version 3: searches that ask the same find those of before', async () => {
    name = newName();
    const old = await openDB(name, 3, { upgrade: createV2 });
    const record = { ...loggedSearch(1), judgements: { a: 'up' } };
    await old.put('searches', record);
    old.close();
    const database = await open();
    expect(await database.get(record.id)).toEqual(record);
    const id = await database.logSearch(newSearch());
    expect((await database.get(id))?.judgements).toEqual({ a: 'up' });
  });

  it('stays as it was when the upgrade fails', async () => {
    (await makeV1([...V1, { id: '3'.repeat(32), time: 'x', judgements: null }])).close();
    await expect(open()).rejects.toEqual(code('database-unavailable'));
    const old = await openDB(name, 1);
    expect(await old.count('searches')).toBe(3);
    old.close();
  });

  it('says so when another tab blocks the upgrade, and opens when that tab is closed', async () => {
    const old = await makeV1(V1);
    await expect(open({ patienceMs: 10 })).rejects.toEqual(code('database-blocked'));
    old.close();
    expect((await (await open()).stats()).count).toBe(2);
  });

  it('lets go when another tab needs a newer version, and says what to do', async () => {
    name = newName();
    const database = await open();
    const newer = await openDB(name, 99);
    await expect(database.stats()).rejects.toEqual(code('database-unavailable'));
    await expect(database.stats()).rejects.toThrow(/Reload/);
    newer.close();
  });

  it('says so when another tab blocks the wipe', async () => {
    name = newName();
    const database = await open();
    database.close();
    const stubborn = await openDB(name);
    const again = await open({ patienceMs: 10 });
    await expect(again.wipe()).rejects.toEqual(code('database-blocked'));
    stubborn.close();
  });
});
