import { type Accessor, createEffect, createSignal, type JSX, lazy, on, onCleanup, Show } from 'solid-js';
import type { Query } from '../../engine/query/query.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { Estimating, Refining } from '../../state/search/refining.ts';
import { Failure } from '../common/failure.tsx';
import { formatBytes, formatMs, formatPictures } from '../common/format.ts';
import { Part } from '../common/part.tsx';
import { type App, useApp } from '../context.ts';
import { createMediaQuery } from '../dom/media-query.ts';
import { SearchRating } from '../ratings/search-rating.tsx';
import { Loading } from '../shell/loading.tsx';
import { Examples } from './examples.tsx';
import { LikeGoodButton } from './like-good-button.tsx';
import { certaintyText, headline, isNothing, notAsked } from './matches.ts';
import './results-header.css';
import { SaveSearchButton } from './save-search-button.tsx';

const ChooseAgain = lazy(() => import('./picture/choose-again.tsx'));

/**
 * How many pictures match and how long it took; and what else to try where none does. As high before the answer as with
 * it, so that the pictures stay where they are.
 */
export function ResultsHeader(props: {
  onExample: (query: string) => void;
  /** Another search takes the place of this one, and the button that began it is gone. */
  onAsked: () => void;
}): JSX.Element {
  const app = useApp();
  const settled = createSettled(app.search.response);
  const isNarrow = createMediaQuery('(max-width: 48rem)');
  /** Not for every beginning of a word while it is typed, so that the pictures stay where they are. */
  const isLost = () => [app.search.response(), settled()].every((answer) => answer && isNothing(answer));
  return (
    <div class="results-header">
      <Show when={!app.session.modelError() && app.search.error()}>
        {(error) => (
          <Failure error={error()} title="This search failed" onRetry={app.search.retry}>
            <Show when={error().code === 'picture-missing'}>
              <Part>
                <ChooseAgain />
              </Part>
            </Show>
          </Failure>
        )}
      </Show>
      <div class="results-found">
        <Show when={app.search.response()} fallback={<Waiting />}>
          {(response) => (
            <>
              <h2 class="numbers">{headline(response())}</h2>
              <div class="results-how quiet numbers">
                {stillArriving(app.refining) ?? howItWent(response(), app.refining.reason())}
                <SaveSearchButton />
                <LikeGoodButton onAsked={props.onAsked} />
              </div>
              <Show when={leftOut(app, response())}>{(text) => <p class="quiet">{text()}</p>}</Show>
              <Show when={isLost()}>
                <p class="results-lost">
                  {lostText(response().query)} {hasExamples(app) ? 'Try others, or one of these:' : 'Try others.'}
                </p>
                <Examples onExample={props.onExample} />
              </Show>
            </>
          )}
        </Show>
      </div>
      <Show when={!app.ratings.off()}>
        <div class="results-rating" data-waiting={app.search.response() ? undefined : ''}>
          {/* What filters alone list is right or wrong, and neither good nor bad. */}
          <Show when={app.search.query().terms.length > 0}>
            <SearchRating label="Rate this search" ratings={app.ratings} onRate={app.commit} folded={isNarrow()} />
          </Show>
          <JudgeButton />
        </div>
      </Show>
      <Announcement settled={settled()} />
    </div>
  );
}

/** What it may be that no result is sure. */
function lostText({ terms }: Query): string {
  if (terms.every(({ kind }) => kind !== 'words'))
    return 'Not sure that any other picture here is like it: the closest are below.';
  return 'Not sure of any of these: there may be no such picture, or the model does not know the words.';
}

/** For fingers only: whoever can point at a picture has its thumbs there. */
function JudgeButton(): JSX.Element {
  const [judging, setJudging] = useApp().judging;
  return (
    <button type="button" class="button judge-button" aria-pressed={judging()} onClick={() => setJudging(!judging())}>
      Judge each picture
    </button>
  );
}

/** In the place of the headline and of how it went. */
function Waiting(): JSX.Element {
  const { session } = useApp();
  const isLoading = () => !session.ready() && !session.modelError() && !session.collectionError();
  return (
    <>
      <p class="results-waiting">{isLoading() ? 'Your search runs as soon as the model is here.' : '\u00A0'}</p>
      <div class="results-how">
        <Show when={isLoading()}>
          <Loading progress={session.progress} />
        </Show>
      </div>
    </>
  );
}

function hasExamples({ session }: App): boolean {
  return (session.collection()?.manifest.examples.length ?? 0) > 0;
}

const ARRIVING = 'Pictures are still arriving';

/** Why scores are estimates. */
const ESTIMATES: Readonly<Record<Estimating, string>> = {
  arriving: `${ARRIVING}: some scores are estimates.`,
  offline: 'Offline: some scores are estimates.',
  network: 'The network does not answer: some scores are estimates.',
  further: 'Scores further down are estimates.',
};

/** Collections of several models are open together, and not all models could be asked. */
function leftOut({ session, otherModels }: App, response: SearchResponse): string | undefined {
  if (!response.models) return undefined;
  const loaded = otherModels.list().filter(({ isLoaded }) => isLoaded);
  return notAsked(
    response,
    session.collection()?.together,
    loaded.map(({ model }) => model.id),
  );
}

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
  if (response.listed)
    return `These are all of them, none better than another. Found in ${formatMs(response.searchMs)}.`;
  const read = response.encodeCached ? 'Text read before' : `Text read in ${formatMs(response.encodeMs)}`;
  const searched = `${formatPictures(response.total)} searched in ${formatMs(response.searchMs)}`;
  return `${read}, ${searched}.${estimating ? ` ${ESTIMATES[estimating]}` : ''}`;
}

const PAUSE_MS = 500;

/** The answer that is there when the typing pauses. */
function createSettled(response: Accessor<SearchResponse | undefined>): Accessor<SearchResponse | undefined> {
  const [settled, setSettled] = createSignal<SearchResponse>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(response, (answer) => {
      clearTimeout(timer);
      if (answer) timer = setTimeout(() => setSettled(answer), PAUSE_MS);
      else setSettled(undefined);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return settled;
}

/** Says the result once the typing pauses; that scores are estimates, and why, the first time; no result twice in a row. */
function Announcement(props: { settled: SearchResponse | undefined }): JSX.Element {
  const app = useApp();
  const [text, setText] = createSignal('');
  const told = new Set<Estimating>();
  let said = '';
  const say = (result: string) => {
    const reason = app.refining.reason();
    const news = reason && reason !== 'further' && !told.has(reason) ? reason : undefined;
    if (news) told.add(news);
    said = result;
    setText(news ? `${result} ${ESTIMATES[news]}` : result);
  };
  createEffect(
    on(
      () => props.settled,
      (response) => {
        const result = response ? announced(response, hasExamples(app)) : '';
        if (result !== said) say(result); // else asked again by itself
      },
    ),
  );
  return (
    <p class="visually-hidden" role="status">
      {text()}
    </p>
  );
}

function announced(response: SearchResponse, hasOthers: boolean): string {
  const certainty = certaintyText(response);
  const result = certainty
    ? `${headline(response)}: ${certainty}, of ${formatPictures(response.total)}.`
    : `${headline(response)}.`;
  return isNothing(response) && hasOthers ? `${result} Try other words, or one of the examples.` : result;
}
