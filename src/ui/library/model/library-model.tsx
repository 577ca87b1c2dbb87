import { createEffect, createMemo, For, type JSX, on, Show } from 'solid-js';
import type { SiteModel } from '../../../protocol/query-worker.ts';
import type { Library } from '../../../state/library/library.ts';
import { formatBytes, formatPictures } from '../../common/format.ts';
import { useApp } from '../../context.ts';
import { purposeOf } from '../../models/facts.ts';
import { ModelFacts } from '../../models/model-facts.tsx';
import { Changing } from './changing.tsx';

/** A model that can look at pictures. */
type Able = SiteModel & {
  readonly library: NonNullable<SiteModel['library']>;
  readonly pictures: NonNullable<SiteModel['pictures']>;
};

/** The model that looks at the visitor's pictures, and the others of the site, by which they can be embedded again. */
export function LibraryModel(props: { library: Library }): JSX.Element {
  const { siteModels } = useApp();
  // What was downloaded for it does not have to be again.
  createEffect(on(props.library.changeover, (now, before) => before && now === null && void siteModels.read()));
  const overview = () => props.library.overview();
  const isFilled = createMemo(() => (overview()?.count ?? 0) > 0);
  // Without a network nothing can be offered.
  createEffect(on(isFilled, (filled) => filled && navigator.onLine && void siteModels.read()));
  const current = () => overview()?.model ?? undefined;
  const able = () => (siteModels.list() ?? []).filter(isAble);
  const mine = () => able().find(({ library }) => library.model.sha256 === current()?.model.sha256);
  const others = () => able().filter((one) => one !== mine());
  const titleOf = (id: string) => (siteModels.list() ?? []).find((one) => one.id === id)?.title ?? id;
  const isShown = () => {
    const all = overview();
    return all && all.count > 0 && (props.library.changeover() || others().length > 0);
  };
  return (
    <Show when={isShown()}>
      <section class="library-model" aria-labelledby="library-model">
        <h2 id="library-model">The model that looks at them</h2>
        <Show
          when={props.library.changeover()}
          fallback={
            <Offers library={props.library} current={mine()?.title} id={current()?.model.id} others={others()} />
          }
        >
          {(now) => <Changing library={props.library} now={now()} title={titleOf(now().model.id)} />}
        </Show>
      </section>
    </Show>
  );
}

function isAble(model: SiteModel): model is Able {
  return model.library !== null && model.pictures !== null;
}

function Offers(props: {
  library: Library;
  /** Title of the model that made the vectors, where the site has it. */
  current: string | undefined;
  id: string | undefined;
  others: readonly Able[];
}): JSX.Element {
  return (
    <>
      <Show
        when={props.current}
        fallback={
          <p class="library-problem">
            {`Your pictures were embedded with the model ${props.id ?? ''}, which this site does not have any more, or has in another version. To be searched, they have to be embedded again.`}
          </p>
        }
      >
        {(title) => (
          <p>
            {'It is '}
            <bdi>{title()}</bdi>
            {'. With another one they are found by what that one sees in them.'}
          </p>
        )}
      </Show>
      <ul class="library-models">
        <For each={props.others}>{(model) => <Offer library={props.library} model={model} />}</For>
      </ul>
    </>
  );
}

function Offer(props: { library: Library; model: Able }): JSX.Element {
  const count = () => props.library.overview()?.count ?? 0;
  const label = () => {
    const { missing } = props.model.pictures;
    return missing > 0 ? `Search with it: ${formatBytes(missing)}` : 'Search with it';
  };
  return (
    <li>
      <h3>
        <bdi>{props.model.title}</bdi>
      </h3>
      <p>
        <bdi>{purposeOf(props.model)}</bdi>
      </p>
      <ModelFacts model={props.model} bytes={props.model.pictures} />
      <p class="library-buttons">
        <button
          type="button"
          class="button"
          aria-label={`${label()}, ${props.model.title}`}
          onClick={() => void props.library.changeModel(props.model.library)}
        >
          {label()}
        </button>
        <span class="quiet">
          {`${formatPictures(count())} are looked at again, in the background. Searches go on as before until all are done.`}
        </span>
      </p>
    </li>
  );
}
