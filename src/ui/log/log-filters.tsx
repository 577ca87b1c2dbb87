import { createMemo, For, type JSX, Show } from 'solid-js';
import type { LogFilter, LogList } from '../../state/log/log-list.ts';
import { formatCollection } from '../common/format.ts';
import { Icon } from '../common/icons.tsx';

const RATINGS = ['rated', 'unrated', 10, 9, 8, 7, 6, 5, 4, 3, 2, 1] as const;
const LABELS = { rated: 'Rated', unrated: 'Not rated' } as const;

/** Narrow the list by text, rating and collection. */
export function LogFilters(props: { list: LogList }): JSX.Element {
  const change = (patch: { [key in keyof LogFilter]: LogFilter[key] | undefined }) => {
    const entries = Object.entries({ ...props.list.filter(), ...patch }).filter(([, value]) => value !== undefined);
    props.list.setFilter(Object.fromEntries(entries));
  };
  // With the one that is chosen: it leaves the log with its last search, and has to be left by choosing another.
  const collections = createMemo(() => {
    const { collection } = props.list.filter();
    const logged = props.list.stats()?.collections ?? [];
    return collection === undefined || logged.includes(collection) ? logged : [...logged, collection].sort();
  });
  // Once there it stays: it would go from under the keyboard of a person who chooses with it.
  const hasChoice = createMemo<boolean>(
    (had) => had || collections().length > 1 || props.list.filter().collection !== undefined,
    false,
  );
  return (
    <search class="log-filters">
      <input
        type="search"
        class="log-text"
        aria-label="Search the log"
        placeholder="Search the log"
        autocomplete="off"
        value={props.list.filter().text ?? ''}
        onInput={(event) => change({ text: event.currentTarget.value || undefined })}
      />
      <div class="select">
        <select
          aria-label="Rating"
          onChange={(event) => change({ rating: RATINGS[event.currentTarget.selectedIndex - 1] })}
        >
          <option>Any rating</option>
          <For each={RATINGS}>
            {(rating) => (
              <option selected={props.list.filter().rating === rating}>
                {typeof rating === 'number' ? `Rated ${rating}` : LABELS[rating]}
              </option>
            )}
          </For>
        </select>
        <Icon name="down" size={16} />
      </div>
      <Show when={hasChoice()}>
        <div class="select">
          <select
            aria-label="Collection"
            onChange={(event) => change({ collection: event.currentTarget.value || undefined })}
          >
            <option value="">All collections</option>
            <For each={collections()}>
              {(name) => (
                <option value={name} selected={props.list.filter().collection === name}>
                  {formatCollection(name)}
                </option>
              )}
            </For>
          </select>
          <Icon name="down" size={16} />
        </div>
      </Show>
    </search>
  );
}
