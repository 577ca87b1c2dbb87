import { type JSX, Match, Show, Switch } from 'solid-js';
import { Failure } from '../common/failure.tsx';
import { formatPictures } from '../common/format.ts';
import { useApp } from '../context.ts';
import { Loading } from '../shell/loading.tsx';
import { Examples } from './examples.tsx';
import './intro.css';

/** What this is and what these pictures are; folds away while there is a query. */
export function Intro(): JSX.Element {
  const app = useApp();
  return (
    <div class="intro" data-folded={app.search.text() ? '' : undefined}>
      <div>
        <h1>Describe a picture, find&nbsp;it.</h1>
        <Show when={app.session.collection()?.manifest} fallback={<p class="intro-pictures">&nbsp;</p>}>
          {(manifest) => (
            <p class="intro-pictures">
              <strong>{manifest().title}</strong>, {formatPictures(manifest().count)}. {manifest().description}
            </p>
          )}
        </Show>
      </div>
    </div>
  );
}

/** Example queries, and in one line what the model can do, or how far it is loaded. */
export function Hints(props: { onExample: (query: string) => void }): JSX.Element {
  const app = useApp();
  return (
    <div class="hints">
      <Show when={!app.search.text()}>
        <Examples onExample={props.onExample} />
      </Show>
      <Switch>
        <Match when={!app.session.collectionError() && app.session.modelError()}>
          {(error) => <Failure error={error()} title="The search is not working" onRetry={app.session.retry} />}
        </Match>
        <Match when={app.session.name() && !app.session.ready() && !app.session.collectionError()}>
          <Loading progress={app.session.progress} />
        </Match>
        <Match when={!app.search.text() && app.session.encoder()}>
          {(encoder) => (
            <p class="model-line quiet">
              <Show when={encoder().modelCan}>
                <span>{encoder().modelCan}</span>
              </Show>
              <Show when={encoder().modelCannot}>
                {' '}
                <span>{encoder().modelCannot}</span>
              </Show>
            </p>
          )}
        </Match>
      </Switch>
    </div>
  );
}
