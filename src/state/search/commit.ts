import { type Accessor, createEffect, createMemo, on, onCleanup } from 'solid-js';
import { randomId } from '../../db/random-id.ts';
import { isEmpty, type Query } from '../../engine/query/query.ts';
import { sameQuery } from '../../engine/query/serialise.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { Log } from '../log/log.ts';
import type { AddressBar } from './address.ts';
import type { Search } from './search.ts';

/** A search nobody goes on typing is a completed one. */
const IDLE_MS = 1000;

/**
 * Decides which answers are completed searches (Enter, an example, a link, a result opened or judged, Back to a completed
 * search, a pause in typing; not every keystroke, and nothing while another page than the search is shown) and logs each
 * once, under the id that its history entry keeps for later visits.
 * @param composing while an input method composes words, the query is still being typed, however long the pause
 * @returns `commit`: the query as it stands is meant; now, or as soon as its answer is there.
 */
export function createCommits(
  search: Pick<Search, 'query' | 'response'>,
  address: Pick<AddressBar, 'current' | 'settle' | 'logged' | 'setLogged'>,
  log: Pick<Log, 'logSearch' | 'loggedId'>,
  composing: Accessor<boolean> = () => false,
): { commit: () => void } {
  let committed: SearchResponse | undefined;
  let meant: Query | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isShown = createMemo(() => address.current().view === 'search');
  const settled = () => {
    const response = search.response();
    return response && sameQuery(response.query, search.query()) ? response : undefined;
  };
  const commit = () => {
    clearTimeout(timer);
    if (!isShown()) return;
    address.settle();
    meant = isEmpty(search.query()) ? undefined : search.query();
    const response = settled();
    if (!response || response === committed) return;
    committed = response;
    meant = undefined;
    // The entry gets its id at once: it may be left before the search is in the log.
    const id = address.logged() ?? randomId();
    address.setLogged(id);
    void log.logSearch(response, id);
  };

  createEffect(
    on([search.query, search.response, isShown, composing], () => {
      clearTimeout(timer);
      if (!settled() || !isShown()) return;
      if ((meant && sameQuery(meant, search.query())) || address.logged() !== undefined) commit();
      else if (!composing()) timer = setTimeout(commit, IDLE_MS);
    }),
  );
  // Another entry may show the same answer, and the log may have had to give it another id.
  const loggedId = () => {
    const response = settled();
    return response && log.loggedId(response);
  };
  createEffect(
    on([address.current, loggedId], ([, id]) => {
      if (id !== undefined && isShown() && address.logged() !== id) address.setLogged(id);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return { commit };
}
