import { createEffect, on, onCleanup } from 'solid-js';
import type { SearchResponse } from '../protocol.ts';
import type { Search } from './search.ts';

/** A search nobody goes on typing is a completed one. */
const IDLE_MS = 1000;

/**
 * Decides which answers are completed searches (Enter, an example, a link, a result opened or judged, a pause in
 * typing; not every keystroke) and calls `onCommit` once for each.
 * @returns `commit`: the query as it stands is meant; now, or as soon as its answer is there.
 */
export function createCommits(search: Search, onCommit: (response: SearchResponse) => void): { commit: () => void } {
  let committed: SearchResponse | undefined;
  let meant: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const settled = () => {
    const response = search.response();
    return response && response.text === search.text() ? response : undefined;
  };
  const commit = () => {
    clearTimeout(timer);
    meant = search.text() || undefined;
    const response = settled();
    if (!response || response === committed) return;
    committed = response;
    meant = undefined;
    onCommit(response);
  };

  createEffect(
    on([search.text, search.response], () => {
      clearTimeout(timer);
      if (!settled()) return;
      if (meant === search.text()) commit();
      else timer = setTimeout(commit, IDLE_MS);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return { commit };
}
