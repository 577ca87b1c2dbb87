import { type JSX, Show } from 'solid-js';
import { Failure } from '../common/failure.tsx';
import { formatPictures } from '../common/format.ts';
import { useApp } from '../context.ts';
import { UseOwn } from '../library/use-own.tsx';
import { InternalLink } from '../shell/header.tsx';
import { Loading } from '../shell/loading.tsx';
import { Examples } from './examples.tsx';
import './intro.css';

/** What this is; folds away while there is a query. */
export function Intro(): JSX.Element {
  const app = useApp();
  return (
    <div class="intro" data-folded={app.search.text() ? '' : undefined}>
      <div>
        <h1>Describe a picture, find&nbsp;it.</h1>
      </div>
    </div>
  );
}

/**
 * Below the field while there is no query: examples, what these pictures are, what the model can do or how far it is
 * loaded. All of it comes with the pictures, so that nothing that is seen moves.
 */
export function Hints(props: { onExample: (query: string) => void }): JSX.Element {
  const app = useApp();
  const modelError = () => (app.session.collectionError() ? undefined : app.session.modelError());
  return (
    <div class="hints">
      <Show when={!app.search.text() && app.session.collection()?.manifest}>
        {(manifest) => (
          <>
            <Examples onExample={props.onExample} />
            <UseOwn />
            <p class="intro-pictures">
              <strong>{manifest().title}</strong>, {formatPictures(app.session.count())}. {manifest().description}
            </p>
            <Show when={!modelError()}>
              <ModelLine />
            </Show>
          </>
        )}
      </Show>
      <Show when={modelError()}>
        {(error) => (
          <Failure error={error()} title="The search is not working" onRetry={app.session.retry}>
            <Show when={error().code === 'library-model-changed'}>
              <InternalLink class="button" patch={{ view: 'library', item: null }}>
                Choose another model
              </InternalLink>
            </Show>
          </Failure>
        )}
      </Show>
    </div>
  );
}

/** What the model can do; until it is here, how far it is loaded, in the same room. */
function ModelLine(): JSX.Element {
  const { session } = useApp();
  return (
    <div class="model-line">
      <Show when={session.ready() && session.encoder()} fallback={<Loading progress={session.progress} />}>
        {(encoder) => (
          <p class="quiet">
            <span>{encoder().modelCan}</span> <span class="model-cannot">{encoder().modelCannot}</span>
          </p>
        )}
      </Show>
    </div>
  );
}
