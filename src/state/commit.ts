import { createEffect, createMemo, on, onCleanup } from 'solid-js';
import type { SearchResponse } from '../protocol.ts';
import type { AddressBar } from './address.ts';
import type { Search } from './search.ts';

/** A search nobody goes on typing is a completed one. */
const IDLE_MS = 1000;

/**
 * Decides which answers are completed searches (Enter, an example, a link, a result opened or judged, a pause in
 * typing; not every keystroke, and nothing while another page than the search is shown) and calls `onCommit` once for
 * each. Back returns to a completed search.
 * @returns `commit`: the query as it stands is meant; now, or as soon as its answer is there.
 */
export function createCommits(
  search: Pick<Search, 'text' | 'response'>,
  address: Pick<AddressBar, 'current' | 'settle'>,
  onCommit: (response: SearchResponse) => void,
): { commit: () => void } {
  let committed: SearchResponse | undefined;
  let meant: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isShown = createMemo(() => address.current().view === 'search');
  const settled = () => {
    const response = search.response();
    return response && response.text === search.text() ? response : undefined;
  };
  const commit = () => {
    clearTimeout(timer);
    if (!isShown()) return;
    address.settle();
    meant = search.text() || undefined;
    const response = settled();
    if (!response || response === committed) return;
    committed = response;
    meant = undefined;
    onCommit(response);
  };

  createEffect(
    on([search.text, search.response, isShown], () => {
      clearTimeout(timer);
      if (!settled() || !isShown()) return;
      if (meant === search.text()) commit();
      else timer = setTimeout(commit, IDLE_MS);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return { commit };
}
