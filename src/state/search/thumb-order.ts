import { type Accessor, createEffect, createMemo, on } from 'solid-js';
import type { Query } from '../../engine/query/query.ts';
import { sameQuery } from '../../engine/query/serialise.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { Judgement, Ratings } from '../log/ratings.ts';
import type { Notices } from '../shell/notices.ts';
import type { Search } from './search.ts';

type Thumbs = ReadonlyMap<string, Judgement>;

const NOTICE = 'thumbs';
const NONE: Thumbs = new Map();

/**
 * Asks for the shown answer again with the thumbs on its results, so that they order it, and says so with a way back.
 * @param held while it says so nothing on the page is replaced: somebody looks at one of the pictures
 */
export function createThumbOrder(
  search: Pick<Search, 'response' | 'contextOf' | 'refine'>,
  ratings: Pick<Ratings, 'thumbs' | 'judgeAll'>,
  notices: Pick<Notices, 'say' | 'dismiss'>,
  held: Accessor<boolean>,
): void {
  const thumbs = createMemo(() => (isRanked(search.response()) ? ratings.thumbs() : NONE));
  const wanted = createMemo(() => keyOf(thumbs()));
  const isShown = createMemo(() => {
    const response = search.response();
    return keyOf((response && search.contextOf(response)?.thumbs) ?? NONE) === wanted();
  });
  // An answer that is dropped for a newer one is asked for again when that has come.
  createEffect(
    on([wanted, search.response, held], ([, response, isHeld]) => {
      if (response && !isHeld && !isShown()) void search.refine();
    }),
  );

  createEffect(
    on([isShown, wanted], ([shown]) => {
      const ids = [...thumbs().keys()];
      if (ids.length === 0) return notices.dismiss(NOTICE);
      if (!shown) return;
      const undo = { label: 'Undo', run: () => void ratings.judgeAll(ids.slice(-1), null) };
      const all = { label: 'Withdraw all', run: () => void ratings.judgeAll(ids, null) };
      notices.say(NOTICE, `Ordered by ${ids.length === 1 ? 'your thumb' : `your ${ids.length} thumbs`}.`, undo, all);
    }),
  );
}

/** Thumbs on results of `query`, where it is the one that is shown. */
export function thumbsOn(
  query: Query,
  search: Pick<Search, 'response'>,
  { thumbs }: Pick<Ratings, 'thumbs'>,
): Thumbs | undefined {
  const shown = search.response();
  return isRanked(shown) && sameQuery(shown.query, query) && thumbs().size > 0 ? thumbs() : undefined;
}

/** What filters alone list has no order of its own. */
function isRanked(response: SearchResponse | undefined): response is SearchResponse {
  return response !== undefined && response.listed === undefined;
}

function keyOf(thumbs: Thumbs): string {
  return JSON.stringify([...thumbs]);
}
