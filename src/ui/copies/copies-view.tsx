import { type Accessor, createEffect, createMemo, createSignal, type JSX, on, Show } from 'solid-js';
import type { CopyKind } from '../../protocol/query-worker.ts';
import { type Copies, createCopies, RANGES } from '../../state/copies/copies.ts';
import { Failure } from '../common/failure.tsx';
import { formatPictures } from '../common/format.ts';
import { Tabs } from '../common/tabs.tsx';
import { useApp } from '../context.ts';
import './copies.css';
import { Groups } from './groups.tsx';
import { removerOf } from './remover.ts';
import { SameFiles } from './same-files.tsx';
import { foundText, thresholdText, unhashedText } from './words.ts';

const TABS: readonly { readonly id: CopyKind; readonly label: string }[] = [
  { id: 'exact', label: 'Same file' },
  { id: 'near', label: 'Same picture' },
  { id: 'similar', label: 'Similar' },
];

const MEANING: Readonly<Record<CopyKind, string>> = {
  exact: 'Files of the same content, whatever they are called.',
  near: 'Copies that were saved again, resized, brightened or cropped a little. Other colours make another picture.',
  similar: 'Pictures that show similar things, as far as the model can tell: look before you delete.',
};

/** Pictures that are copies of each other, or alike, in groups; those of the visitor's own can be deleted. */
export default function CopiesView(): JSX.Element {
  const app = useApp();
  const copies = createCopies(app.copies, app.allPictures);
  let title: HTMLHeadingElement | undefined;
  return (
    <div class="copies">
      <header>
        <h1 ref={title} class="page-title" tabindex={-1}>
          Duplicates
        </h1>
        <p class="quiet">{MEANING[copies.kind()]}</p>
      </header>
      <Show when={app.session.collectionError()}>
        {(error) => <Failure title="The pictures could not be loaded" error={error()} onRetry={app.session.retry} />}
      </Show>
      <Tabs label="Kind of duplicates" tabs={TABS} chosen={copies.kind()} onChoose={copies.setKind}>
        {/* The library keeps each content once, with all its places. */}
        <Show
          when={copies.kind() === 'exact' && removerOf(app)}
          fallback={<Found copies={copies} onEmpty={() => title?.focus()} />}
        >
          <SameFiles onEmpty={() => title?.focus()} />
        </Show>
      </Tabs>
    </div>
  );
}

function Found(props: { copies: Copies /** What had the keyboard is gone. */; onEmpty: () => void }): JSX.Element {
  const app = useApp();
  const selection = createSelection(() => props.copies.found()?.groups.flatMap(({ ids }) => ids) ?? []);
  const kind = () => props.copies.kind();
  const remove = async () => {
    const ids = selection.chosen();
    if (!(await removerOf(app)?.(ids))) return;
    selection.clear();
    props.copies.retry();
    props.onEmpty();
  };
  return (
    <>
      <Slider copies={props.copies} />
      <div class="copies-state">
        <p role="status">{props.copies.progress() === undefined && stateOf(props.copies)}</p>
        <Show when={props.copies.progress()}>{(done) => <Progress done={done()} />}</Show>
      </div>
      <Show when={props.copies.error()}>
        {(error) => <Failure title="Not all pictures could be compared" error={error()} onRetry={props.copies.retry} />}
      </Show>
      <Show when={kind() === 'near' && unhashed(props.copies)}>
        {(text) => <p class="copies-note quiet">{text()}</p>}
      </Show>
      <Show when={(props.copies.found()?.groups.length ?? 0) > 0 && props.copies.found()}>
        {(found) => (
          <>
            <Show
              when={removerOf(app)}
              fallback={
                <p class="copies-note quiet">These pictures belong to the site: nothing can be deleted here.</p>
              }
            >
              <div class="copies-tools">
                <button
                  type="button"
                  class="button"
                  onClick={() => selection.set(found().groups.flatMap(({ ids }) => ids.slice(1)))}
                >
                  Select all but the best
                </button>
                <button
                  type="button"
                  class="button"
                  disabled={selection.chosen().length === 0}
                  onClick={() => selection.clear()}
                >
                  Select none
                </button>
                <button
                  type="button"
                  class="button"
                  data-kind="danger"
                  disabled={selection.chosen().length === 0}
                  onClick={() => void remove()}
                >
                  {selection.chosen().length === 0 ? 'Delete' : `Delete ${formatPictures(selection.chosen().length)}`}
                </button>
              </div>
            </Show>
            <Groups groups={found().groups} busy={props.copies.progress() !== undefined} selection={selection} />
          </>
        )}
      </Show>
    </>
  );
}

function stateOf(copies: Copies): string {
  const found = copies.found();
  return found ? foundText(copies.kind(), found) : '';
}

function unhashed(copies: Copies): string | undefined {
  const found = copies.found();
  return found && (unhashedText(found) || undefined);
}

/** To the right: more alike. */
function Slider(props: { copies: Copies }): JSX.Element {
  const kind = createMemo(() => {
    const chosen = props.copies.kind();
    return chosen === 'exact' ? undefined : chosen;
  });
  return (
    <Show when={kind()} keyed>
      {(chosen) => {
        const { min, max, step } = RANGES[chosen];
        const text = () => thresholdText(chosen, props.copies.threshold());
        return (
          <label class="copies-slider">
            <span>How alike</span>
            <input
              type="range"
              min={min}
              max={max}
              step={step}
              value={props.copies.threshold()}
              aria-valuetext={text()}
              onInput={(event) => props.copies.setThreshold(rounded(event.currentTarget.valueAsNumber))}
            />
            <span class="quiet numbers" aria-hidden="true">
              {text()}
            </span>
          </label>
        );
      }}
    </Show>
  );
}

/** Without what steps leave behind. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function Progress(props: { done: number }): JSX.Element {
  const percent = () => Math.floor(props.done * 100);
  return (
    <div
      class="copies-progress"
      role="progressbar"
      aria-label="Comparing pictures"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent()}
    >
      <span class="quiet numbers">{`Comparing pictures, ${percent()} %`}</span>
      <span class="meter">
        <span style={{ transform: `scaleX(${props.done})` }} />
      </span>
    </div>
  );
}

/** Which pictures are selected, of those that are shown. */
export interface Selection {
  readonly chosen: Accessor<readonly string[]>;
  has(id: string): boolean;
  toggle(ids: readonly string[], isChosen: boolean): void;
  set(ids: readonly string[]): void;
  clear(): void;
}

function createSelection(shown: Accessor<readonly string[]>): Selection {
  const [all, setAll] = createSignal<ReadonlySet<string>>(new Set());
  // What is not shown any more must not be deleted.
  createEffect(
    on(shown, (ids) => {
      const there = new Set(ids);
      setAll((before) => new Set([...before].filter((id) => there.has(id))));
    }),
  );
  return {
    chosen: createMemo(() => [...all()]),
    has: (id) => all().has(id),
    toggle(ids, isChosen) {
      const next = new Set(all());
      for (const id of ids)
        if (isChosen) next.add(id);
        else next.delete(id);
      setAll(next);
    },
    set: (ids) => setAll(new Set(ids)),
    clear: () => setAll(new Set<string>()),
  };
}
