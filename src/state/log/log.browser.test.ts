import { createRoot } from 'solid-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNotices } from '../shell/notices.ts';
import { createLogNotice } from './log-notice.ts';
import { cleanups, clear, failing, item, newName, off, open, page, response } from './testing.browser.ts';

beforeEach(newName);
afterEach(clear);

describe('the log', () => {
  it('keeps the best fifty results of a search, with their scores', async () => {
    const { log } = page();
    const id = await log.logSearch(response());
    const search = await (await open()).get(id ?? '');
    expect(search?.results).toHaveLength(50);
    expect(search?.results[1]).toEqual({ id: item(198).id, name: '198.png', title: null, score: 0.299 });
    expect(search).toMatchObject({
      query: '1_w.dog',
      text: 'dog',
      total: 1500,
      good: 3,
      encodeMs: 4.123,
      rating: null,
    });
    expect(log.status()).toBe('on');
  });

  it('begins a search with the thumbs of its saved search, and without them where albums cannot be read', async () => {
    const asked: unknown[] = [];
    const { log } = page({
      async savedThumbs(search) {
        asked.push(search);
        return [{ id: 'a', judgement: 'up' }];
      },
    });
    const id = await log.logSearch(response());
    expect((await (await open()).get(id ?? ''))?.judgements).toEqual({ a: 'up' });
    expect(asked).toEqual([{ query: '1_w.dog', collection: 'demo' }]);
    const failing = page({ savedThumbs: () => Promise.reject(new Error('There is no database here.')) });
    const other = await failing.log.logSearch(response('cat'));
    expect((await (await open()).get(other ?? ''))?.judgements).toEqual({});
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
    expect((await (await log.database()).get('gone'))?.text).toBe('dog');
  });

  it('knows a search again of which it kept the beginning', async () => {
    const long = response('dog '.repeat(1000));
    const first = await page().log.logSearch(long);
    expect(await page().log.logSearch({ ...long }, first)).toBe(first);
  });

  it('has two answers of one history entry as one search, also where both come before the database is open', async () => {
    let openGate = () => {};
    const gate = new Promise<void>((resolve) => {
      openGate = resolve;
    });
    const { log } = page({ open: () => gate.then(open) });
    const [first, second] = [response(), response()];
    const both = Promise.all([log.logSearch(first, 'entry'), log.logSearch(second, 'entry')]);
    openGate();
    expect(await both).toEqual(['entry', 'entry']);
    expect(log.error()).toBeUndefined();
    expect([log.loggedId(first), log.loggedId(second)]).toEqual(['entry', 'entry']);
    expect((await (await log.database()).stats()).count).toBe(1);
  });

  it('takes a search that could not be logged under the id of its entry later, also where its answer was refined', async () => {
    const { failNext, ...database } = failing('logSearch');
    const { log } = page(database);
    const [first, second] = [response(), response()];
    failNext();
    expect(await log.logSearch(first, 'entry')).toBeUndefined();
    log.continueAs(first, second);
    expect(await log.logSearch(second)).toBe('entry');
    expect(await log.logSearch(first)).toBe('entry');
    expect((await (await log.database()).stats()).count).toBe(1);
  });

  it('says on the page why it is off, until it works', async () => {
    let works = false;
    const { log } = page({ open: () => (works ? open() : off()) });
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
    const { log } = page({ open: () => (works ? open() : off()) });
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
    const { failNext, ...database } = failing('logSearch');
    const { log } = page(database);
    const answer = response();
    failNext();
    expect(await log.logSearch(answer)).toBeUndefined();
    expect(log.error()).toBe('The disk is full.');
    expect(await log.logSearch(answer)).toBeDefined();
    expect(log.error()).toBeUndefined();
  });
});
