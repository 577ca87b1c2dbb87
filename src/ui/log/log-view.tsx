import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import type { LoggedSearch } from '../../state/log/log.ts';
import { createLogList, type LogList } from '../../state/log/log-list.ts';
import { Failure } from '../common/failure.tsx';
import { formatCount } from '../common/format.ts';
import { useApp } from '../context.ts';
import { Figures } from './figures.tsx';
import './log.css';
import { LogEntry } from './log-entry.tsx';
import { LogFilters } from './log-filters.tsx';
import { LogTools } from './log-tools.tsx';

/** The search log: figures, filter, list, export and import. */
export default function LogView(): JSX.Element {
  const list = createLogList(useApp().log);
  const count = () => list.stats()?.count ?? 0;
  let title: HTMLHeadingElement | undefined;
  const retry = async () => {
    await list.retry();
    if (!list.error()) title?.focus(); // the button that was pressed is gone
  };
  return (
    <div class="log">
      <header class="log-head">
        <h1 ref={title} tabindex={-1}>
          Search log
        </h1>
        <p class="quiet">Kept in this browser only. Nothing of it leaves this device unless you export it.</p>
      </header>
      <Show
        when={!list.error()}
        fallback={
          <Show when={list.error()}>
            {(error) => <Failure title="The search log is off" error={error()} onRetry={() => void retry()} />}
          </Show>
        }
      >
        <Show when={count() > 0 && list.stats()}>{(stats) => <Figures stats={stats()} />}</Show>
        <LogTools list={list} />
        <Show when={count() > 0}>
          <LogFilters list={list} />
        </Show>
        <Entries list={list} />
      </Show>
    </div>
  );
}

function Entries(props: { list: LogList }): JSX.Element {
  const [failure, setFailure] = createSignal<string>();
  const [restored, setRestored] = createSignal<LoggedSearch>();
  let undo: HTMLButtonElement | undefined;
  let status: HTMLDivElement | undefined;
  let entries: HTMLOListElement | undefined;
  const isEmpty = createMemo(() => props.list.searches.length === 0);
  createEffect(on(isEmpty, (empty) => empty && setRestored(undefined))); // after "Delete all" it is not true any more

  const run = async (work: () => Promise<void>) => {
    try {
      await work();
      setFailure(undefined);
    } catch (cause) {
      setFailure(toAfterimageError(cause).message);
    }
  };
  const remove = (id: string) =>
    run(async () => {
      setRestored(undefined);
      await props.list.remove(id);
      undo?.focus(); // the button that was pressed went with its entry
    });
  const restore = () =>
    run(async () => {
      const search = props.list.removed();
      await props.list.restore();
      setRestored(search);
      status?.focus(); // what it says is in the place of the button
    });
  const showMore = async () => {
    const shown = props.list.searches.length;
    await props.list.loadMore();
    // The button went with the last page, and the first of what came is in its place.
    const first = entries?.children[shown];
    if (props.list.hasMore() || document.activeElement !== document.body || !(first instanceof HTMLElement)) return;
    first.tabIndex = -1;
    first.focus();
  };

  return (
    <section aria-labelledby="log-list">
      <h2 id="log-list" class="visually-hidden">
        Searches
      </h2>
      <div ref={status} class="log-undo" role="status" tabindex={-1}>
        <Show when={props.list.removed()}>
          {(search) => (
            <p>
              Deleted “{search().text}”.{' '}
              <button ref={undo} type="button" class="button" onClick={() => void restore()}>
                Undo
              </button>
            </p>
          )}
        </Show>
        <Show when={restored()}>{(search) => <p>Restored “{search().text}”.</p>}</Show>
        <Show when={failure()}>{(text) => <p>{text()}</p>}</Show>
      </div>
      <Show when={props.list.searches.length > 0} fallback={<Empty list={props.list} />}>
        <ol ref={entries} class="log-entries">
          <For each={props.list.searches}>
            {(search) => <LogEntry search={search} onRemove={() => void remove(search.id)} />}
          </For>
        </ol>
      </Show>
      <Show when={props.list.hasMore()}>
        <button type="button" class="button" onClick={() => void showMore()}>
          Show more, {formatCount(props.list.searches.length)} shown
        </button>
      </Show>
    </section>
  );
}

function Empty(props: { list: LogList }): JSX.Element {
  const filtered = () => {
    if (props.list.stats()?.count === 0) return false; // then there is no filter to loosen either
    const { text, rating, collection } = props.list.filter();
    return Boolean(text?.trim()) || rating !== undefined || collection !== undefined;
  };
  return (
    <Show when={!props.list.loading()} fallback={<p class="quiet">Loading</p>}>
      <p class="log-empty">
        {filtered()
          ? 'No search in the log is like that. Loosen the filter to see more.'
          : 'No searches yet. What you search for appears here, to rate, to repeat and to compare.'}
      </p>
    </Show>
  );
}
