import { createEffect, createSignal, type JSX, on, onCleanup, Show } from 'solid-js';
import type { SearchResponse } from '../protocol.ts';
import type { Estimating, Refining } from '../state/refining.ts';
import { useApp } from './context.ts';
import { Failure } from './failure.tsx';
import { formatBytes, formatDevice, formatMs, formatPictures } from './format.ts';
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
              <p class="quiet numbers">{stillArriving(app.refining) ?? howItWent(response(), app.refining.reason())}</p>
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

const ARRIVING = 'Pictures are still arriving';

/** Why scores are estimates. */
const ESTIMATES: Readonly<Record<Estimating, string>> = {
  arriving: `${ARRIVING}: some scores are estimates.`,
  offline: 'Offline: some scores are estimates.',
  network: 'The network does not answer: some scores are estimates.',
  further: 'Scores further down are estimates.',
};

/** In the place of how it went, so that nothing moves when all is there. */
function stillArriving({ reason, progress }: Refining): string | undefined {
  const vectors = progress();
  if (!vectors || !reason()) return undefined;
  const { loaded, total } = vectors;
  const amount = loaded < total ? `${formatBytes(loaded)} of ${formatBytes(total)}` : '';
  if (reason() === 'offline') {
    return `Offline${amount && ` (${amount} are here)`}: some scores are estimates until the network is back.`;
  }
  return `${ARRIVING}${amount && ` (${amount})`}: some scores are estimates.`;
}

function howItWent(response: SearchResponse, estimating: Estimating | undefined): string {
  const understood = response.encodeCached ? 'Text known already' : `Text understood in ${formatMs(response.encodeMs)}`;
  const searched = `${formatPictures(response.total)} searched in ${formatMs(response.searchMs)}`;
  return `${understood}, ${searched}. ${formatDevice(response.device)}, ${ENGINES[response.engine]}.${estimating ? ` ${ESTIMATES[estimating]}` : ''}`;
}

const ANNOUNCE_MS = 500;

/** Says the result once the typing pauses; that scores are estimates, and why, the first time; no result twice in a row. */
function Announcement(): JSX.Element {
  const app = useApp();
  const [text, setText] = createSignal('');
  const told = new Set<Estimating>();
  let said = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (result: string) => {
    const reason = app.refining.reason();
    const news = reason && reason !== 'further' && !told.has(reason) ? reason : undefined;
    if (news) told.add(news);
    said = result;
    setText(news ? `${result} ${ESTIMATES[news]}` : result);
  };
  createEffect(
    on(app.search.response, (response) => {
      clearTimeout(timer);
      const result = response ? `${headline(response)}, of ${formatPictures(response.total)}.` : '';
      if (result === said) return; // asked again by itself
      if (result === '') say('');
      else timer = setTimeout(() => say(result), ANNOUNCE_MS);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return (
    <p class="visually-hidden" role="status">
      {text()}
    </p>
  );
}
