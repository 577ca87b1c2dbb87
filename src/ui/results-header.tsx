import { createEffect, createSignal, type JSX, on, onCleanup, Show } from 'solid-js';
import type { SearchResponse } from '../protocol.ts';
import { useApp } from './context.ts';
import { Failure } from './failure.tsx';
import { formatDevice, formatMs, formatPictures } from './format.ts';
import { headline } from './matches.ts';
import { SearchRating } from './ratings/search-rating.tsx';
import './results-header.css';

const ENGINES = { hnsw: 'HNSW', exact: 'exact scan', codes: 'codes' } as const;

/** How many pictures match, how long it took, on what. */
export function ResultsHeader(): JSX.Element {
  const app = useApp();
  return (
    <div class="results-header">
      <Show when={!app.session.modelError() && app.search.error()}>
        {(error) => <Failure error={error()} title="This search failed" onRetry={app.search.retry} />}
      </Show>
      <Show when={app.search.response()} fallback={<Waiting />}>
        {(response) => (
          <>
            <div>
              <h2 class="numbers">{headline(response())}</h2>
              <p class="quiet numbers">{howItWent(response())}</p>
            </div>
            <Show when={!app.ratings.off()}>
              <SearchRating label="Rate this search" ratings={app.ratings} />
            </Show>
          </>
        )}
      </Show>
      <Announcement />
    </div>
  );
}

function Waiting(): JSX.Element {
  const app = useApp();
  return (
    <Show when={app.search.pending() && !app.session.ready() && !app.session.modelError()}>
      <p>Your search runs as soon as the model is here. Until then, these are all pictures.</p>
    </Show>
  );
}

function howItWent(response: SearchResponse): string {
  const understood = response.encodeCached ? 'Text known already' : `Text understood in ${formatMs(response.encodeMs)}`;
  const engine = ENGINES[response.engine];
  const searched = `${formatPictures(response.total)} searched in ${formatMs(response.searchMs)}`;
  return `${understood}, ${searched}. ${formatDevice(response.device)}, ${engine}.`;
}

const ANNOUNCE_MS = 500;

/** Says the result once the typing pauses. */
function Announcement(): JSX.Element {
  const app = useApp();
  const [text, setText] = createSignal('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(app.search.response, (response) => {
      clearTimeout(timer);
      if (!response) return setText('');
      timer = setTimeout(() => setText(`${headline(response)}, of ${formatPictures(response.total)}.`), ANNOUNCE_MS);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return (
    <p class="visually-hidden" role="status">
      {text()}
    </p>
  );
}
