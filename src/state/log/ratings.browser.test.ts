import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clear, failing, newName, off, open, page, response } from './testing.browser.ts';

beforeEach(newName);
afterEach(clear);

describe('ratings', () => {
  it('log the search first, change at once, and are kept', async () => {
    const { log, ratings, setCurrent } = page();
    const answer = response();
    setCurrent(answer);
    expect(ratings.saving()).toBe(false);
    const saved = ratings.rate(8);
    expect([ratings.rating(), ratings.saving()]).toEqual([8, true]);
    await saved;
    expect([ratings.rating(), ratings.saving()]).toEqual([8, false]);
    await ratings.judge('a', 'up');
    await ratings.judge('b', 'down');
    await ratings.judge('a', null);
    expect([ratings.judgement('a'), ratings.judgement('b')]).toEqual([null, 'down']);
    const search = await (await open()).get(log.loggedId(answer) ?? '');
    expect(search).toMatchObject({ rating: 8, judgements: { b: 'down' } });
    await ratings.rate(null);
    expect(ratings.rating()).toBeNull();
  });

  it('judge several results at once, all or none', async () => {
    const { log, ratings, setCurrent } = page();
    const answer = response();
    setCurrent(answer);
    await ratings.judge('a', 'down');
    expect(await ratings.judgeAll(['a', 'b', 'c'], 'up')).toBe(true);
    expect(['a', 'b', 'c', 'd'].map(ratings.judgement)).toEqual(['up', 'up', 'up', null]);
    const saved = async () => (await (await open()).get(log.loggedId(answer) ?? ''))?.judgements;
    expect(await saved()).toEqual({ a: 'up', b: 'up', c: 'up' });
    const tooMany = Array.from({ length: 501 }, (_, i) => `x${i}`);
    expect(await ratings.judgeAll(tooMany, 'up')).toBe(false);
    expect(ratings.error()).toMatch(/at most 500/);
    expect([ratings.judgement('x0'), ratings.saving()]).toEqual([null, false]);
    expect(await ratings.judgeAll(['a', 'c'], null)).toBe(true);
    expect(await saved()).toEqual({ b: 'up' });
  });

  it('tell of thumbs that are saved, and of no others', async () => {
    const told: unknown[] = [];
    const { failNext, ...database } = failing('judge');
    const { ratings, setCurrent } = page(database, ({ query, judgements }) => told.push([query, judgements]));
    setCurrent(response());
    await ratings.rate(3);
    failNext();
    await ratings.judge('a', 'up');
    expect(told).toEqual([]);
    await ratings.judge('a', 'up');
    await ratings.judgeAll(['a', 'b'], 'down');
    expect(told).toEqual([
      ['1_w.dog', { a: 'up' }],
      ['1_w.dog', { a: 'down', b: 'down' }],
    ]);
  });

  it('fall back when they cannot be saved, and say why', async () => {
    const { failNext, ...database } = failing('rate');
    const { ratings, setCurrent } = page(database);
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
    const { failNext, ...database } = failing('judge');
    const { ratings, setCurrent } = page(database);
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
    const other = await open();
    await other.rate(id, 4);
    await expect.poll(() => ratings.rating()).toBe(4);
    await other.judge(id, 'a', 'up');
    await expect.poll(() => ratings.judgement('a')).toBe('up');
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
    await expect.poll(() => ratings.rating()).toBe(6);
  });
});
