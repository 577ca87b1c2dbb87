import { createRoot, createSignal } from 'solid-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { textQuery } from '../../engine/query/query.ts';
import type { SearchContext, SearchResponse } from '../../protocol/query-worker.ts';
import type { Judgement } from '../log/ratings.ts';
import { response } from '../log/testing.browser.ts';
import { createNotices } from '../shell/notices.ts';
import { createThumbOrder, thumbsOn } from './thumb-order.ts';

type Thumbs = ReadonlyMap<string, Judgement>;

let dispose = () => {};
afterEach(() => dispose());

/** A page whose answers come with the thumbs that are there when it asks. */
function page() {
  return createRoot((done) => {
    dispose = done;
    const [shown, setShown] = createSignal<SearchResponse>();
    const [thumbs, setThumbs] = createSignal<Thumbs>(new Map());
    const [held, setHeld] = createSignal(false);
    const contexts = new WeakMap<SearchResponse, SearchContext>();
    const refine = vi.fn(async () => {
      const answer = response();
      contexts.set(answer, { thumbs: thumbs() });
      setShown(answer);
    });
    const notices = createNotices();
    const judgeAll = vi.fn(async () => true);
    const search = { response: shown, contextOf: (answer: SearchResponse) => contexts.get(answer), refine };
    createThumbOrder(search, { thumbs, judgeAll }, notices, held);
    const said = () => notices.list().map(({ text }) => text);
    return { setShown, setThumbs, setHeld, refine, notices, said, judgeAll, search, ratings: { thumbs } };
  });
}

const thumbs = (...ids: string[]): Thumbs => new Map(ids.map((id) => [id, 'up'] as const));

describe('the order by thumbs', () => {
  it('is asked for once for each change, and said with a way back', () => {
    const { setShown, setThumbs, refine, said, notices, judgeAll } = page();
    setShown(response());
    expect([refine.mock.calls.length, said()]).toEqual([0, []]);
    setThumbs(thumbs('a'));
    expect([refine.mock.calls.length, said()]).toEqual([1, ['Ordered by your thumb.']]);
    setThumbs(thumbs('a'));
    expect(refine, 'the same thumbs').toHaveBeenCalledTimes(1);
    setThumbs(thumbs('a', 'b'));
    expect([refine.mock.calls.length, said()]).toEqual([2, ['Ordered by your 2 thumbs.']]);
    const notice = notices.list()[0];
    notice?.action?.run();
    expect(judgeAll).toHaveBeenLastCalledWith(['b'], null);
    notice?.other?.run();
    expect(judgeAll).toHaveBeenLastCalledWith(['a', 'b'], null);
    setThumbs(new Map());
    expect([refine.mock.calls.length, said()]).toEqual([3, []]);
  });

  it('leaves lists of filters alone as they are', () => {
    const { setShown, setThumbs, refine, said } = page();
    setShown({ ...response(), listed: 'newest' });
    setThumbs(thumbs('a'));
    expect([refine.mock.calls.length, said()]).toEqual([0, []]);
  });

  it('waits while a picture is looked at', () => {
    const { setShown, setThumbs, setHeld, refine } = page();
    setShown(response());
    setHeld(true);
    setThumbs(thumbs('a'));
    expect(refine).not.toHaveBeenCalled();
    setHeld(false);
    expect(refine).toHaveBeenCalledTimes(1);
  });

  it('is that of the query that is shown alone', () => {
    const { setShown, setThumbs, search, ratings } = page();
    setThumbs(thumbs('a'));
    expect(thumbsOn(textQuery('dog'), search, ratings)).toBeUndefined();
    setShown(response('dog'));
    expect(thumbsOn(textQuery('dog'), search, ratings)).toEqual(thumbs('a'));
    expect(thumbsOn(textQuery('cat'), search, ratings)).toBeUndefined();
    setShown({ ...response('dog'), listed: 'newest' });
    expect(thumbsOn(textQuery('dog'), search, ratings), 'a list').toBeUndefined();
    setShown(response('dog'));
    setThumbs(new Map());
    expect(thumbsOn(textQuery('dog'), search, ratings)).toBeUndefined();
  });
});
