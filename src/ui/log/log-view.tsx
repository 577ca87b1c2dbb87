import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import type { LoggedSearch } from '../../state/log/log.ts';
import { createLogList, type LogList, type LogStats } from '../../state/log/log-list.ts';
import { Failure } from '../common/failure.tsx';
import { formatCount } from '../common/format.ts';
import { Tabs } from '../common/tabs.tsx';
import { useApp } from '../context.ts';
import { Figures, ratedSummary } from './figures.tsx';
import './log.css';
import { LogEntry } from './log-entry.tsx';
import { LogFilters } from './log-filters.tsx';
import { LogTools } from './log-tools.tsx';

const TABS = [
  { id: 'searches', label: 'Searches' },
  { id: 'figures', label: 'Figures' },
] as const;
type LogTab = (typeof TABS)[number]['id'];

/** The search log: the list with its filter, export and import; and, behind a tab, figures. */
export default function LogView(): JSX.Element {
  const list = createLogList(useApp().log);
  const count = () => list.stats()?.count ?? 0;
  const [tab, setTab] = createSignal<LogTab>('searches');
  let title: HTMLHeadingElement | undefined;
  const retry = async () => {
    await list.retry();
    if (!list.error()) title?.focus(); // the button that was pressed is gone
  };
  return (
    <div class="log">
      <header class="log-head">
        <h1 ref={title} class="page-title" tabindex={-1}>
          Search log
        </h1>
        <p class="quiet">Kept in this browser only. Nothing of it leaves this device unless you export it.</p>
        <Show when={!list.error()}>
          <LogTools list={list} />
        </Show>
      </header>
      <Show
        when={!list.error()}
        fallback={
          <Show when={list.error()}>
            {(error) => <Failure title="The search log is off" error={error()} onRetry={() => void retry()} />}
          </Show>
        }
      >
        <Tabs label="Search log" tabs={TABS} chosen={tab()} onChoose={setTab}>
          <Show when={tab() === 'searches'} fallback={<FiguresOf list={list} />}>
            <Show when={count() > 0}>
              <LogFilters list={list} />
            </Show>
            <Entries list={list} />
          </Show>
        </Tabs>
      </Show>
    </div>
  );
}

/** Undefined where there is nothing to count. */
function counted(list: LogList): LogStats | undefined {
  const stats = list.stats();
  return stats && stats.count > 0 ? stats : undefined;
}

function FiguresOf(props: { list: LogList }): JSX.Element {
  return (
    <Show when={counted(props.list)} fallback={<p class="log-empty">No searches yet, so there is nothing to count.</p>}>
      {(stats) => <Figures stats={stats()} />}
    </Show>
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
      <Show when={counted(props.list)}>
        {(stats) => <p class="log-rated quiet numbers">{ratedSummary(stats())}</p>}
      </Show>
      <div ref={status} class="log-undo" role="status" tabindex={-1}>
        <Show when={props.list.removed()}>
          {(search) => (
            <p>
              {`Deleted “${search().text}”.`}
              <button ref={undo} type="button" class="button" onClick={() => void restore()}>
                Undo
              </button>
            </p>
          )}
        </Show>
        <Show when={restored()}>{(search) => <p>{`Restored “${search().text}”.`}</p>}</Show>
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
          {`Show more, ${formatCount(props.list.searches.length)} shown`}
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
