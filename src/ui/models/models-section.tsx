import { For, type JSX, Show } from 'solid-js';
import type { SiteModel } from '../../protocol/query-worker.ts';
import type { SiteModels } from '../../state/collection/site-models.ts';
import { Failure } from '../common/failure.tsx';
import { formatBytes } from '../common/format.ts';
import { createQuestion, DeleteButton } from '../common/question.tsx';
import { useApp } from '../context.ts';
import { purposeOf } from './facts.ts';
import { ModelFacts } from './model-facts.tsx';
import './models.css';

/**
 * The models of the site: what each is, what it costs, and what this browser keeps of it. They are looked for when somebody
 * opens it: nothing else needs them.
 */
export function ModelsSection(): JSX.Element {
  const { siteModels } = useApp();
  const kept = () => (siteModels.list() ?? []).reduce((sum, model) => sum + model.kept, 0);
  return (
    <section class="models">
      <h3>Models of this site</h3>
      <details onToggle={(event) => event.currentTarget.open && void siteModels.read()}>
        <summary>What they are, and what this browser keeps of them</summary>
        <p class="quiet numbers">
          {siteModels.list() ? `This browser keeps ${formatBytes(kept())} of them.` : 'Looking for them'}
        </p>
        <Show when={siteModels.error()}>
          {(error) => <Failure title="Something went wrong" error={error()} onRetry={() => void siteModels.read()} />}
        </Show>
        <ul class="models-list">
          {/* By its id, so that the button that has the keyboard stays where it is when the list is read again. */}
          <For each={siteModels.list()?.map(({ id }) => id)}>
            {(id) => (
              <Show when={siteModels.list()?.find((one) => one.id === id)}>
                {(model) => <Model model={model()} models={siteModels} />}
              </Show>
            )}
          </For>
        </ul>
      </details>
    </section>
  );
}

function Model(props: { model: SiteModel; models: SiteModels }): JSX.Element {
  const { session } = useApp();
  const isInUse = () => session.encoder()?.modelId === props.model.id;
  const titles = () =>
    (session.collections() ?? []).flatMap(({ model, title }) => (model === props.model.id ? [title] : []));
  return (
    <li class="models-item">
      <h4>
        <bdi>{props.model.title}</bdi>
        <Show when={isInUse()}>
          <span class="models-mark">in use</span>
        </Show>
      </h4>
      <p>
        <bdi>{purposeOf(props.model)}</bdi>
      </p>
      <ModelFacts model={props.model} bytes={props.model.text} />
      <Show when={titles().length > 0}>
        <p class="quiet">
          Searches <bdi>{new Intl.ListFormat('en').format(titles())}</bdi>.
        </p>
      </Show>
      <Kept model={props.model} models={props.models} />
    </li>
  );
}

/** What is kept, and the buttons for it. */
function Kept(props: { model: SiteModel; models: SiteModels }): JSX.Element {
  const question = createQuestion();
  const download = () => {
    const now = props.models.download();
    return now?.id === props.model.id ? now : undefined;
  };
  const isRunning = () => download() !== undefined && download()?.error === undefined;
  const press = () => (isRunning() ? props.models.stop() : props.models.keep(props.model.id));
  const label = () => {
    if (isRunning()) return 'Stop';
    return download()?.error ? 'Try again' : `Download ${formatBytes(props.model.text.missing)}`;
  };
  const remove = async () => {
    await props.models.remove(props.model.id);
    question.leave();
  };
  return (
    <>
      <Show when={download()?.error}>{(error) => <p role="alert">{error().message}</p>}</Show>
      <Show when={isRunning()}>
        <Progress title={props.model.title} progress={download()?.progress} />
      </Show>
      <p class="models-buttons">
        <Show when={props.model.text.missing > 0 || isRunning()}>
          <button
            type="button"
            class="button"
            aria-label={`${label()}: ${props.model.title}`}
            onClick={() => void press()}
          >
            {label()}
          </button>
        </Show>
        <Show when={props.model.kept > 0 && !isRunning()}>
          <span class="quiet numbers">{`${formatBytes(props.model.kept)} kept here`}</span>
          <DeleteButton
            question={question}
            label="Remove"
            yes="Yes, remove it"
            no="Keep it"
            onYes={() => void remove()}
          />
        </Show>
      </p>
    </>
  );
}

function Progress(props: {
  title: string;
  progress: { readonly loaded: number; readonly total: number } | undefined;
}): JSX.Element {
  const share = () => (props.progress ? props.progress.loaded / Math.max(1, props.progress.total) : 0);
  return (
    <div class="models-progress numbers">
      <span
        class="meter"
        role="progressbar"
        aria-label={`Downloading ${props.title}`}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow={Math.floor(100 * share())}
      >
        <span style={{ transform: `scaleX(${share()})` }} />
      </span>
      <span class="quiet">
        {props.progress ? `${formatBytes(props.progress.loaded)} of ${formatBytes(props.progress.total)}` : 'It begins'}
      </span>
    </div>
  );
}
