import { createUniqueId, For, type JSX, Show } from 'solid-js';
import { shownSort } from '../../state/collection/by-date.ts';
import { SORTS, type Sort } from '../../state/search/address.ts';
import { formatCount } from '../common/format.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';
import { SelectButton } from '../selection/select-button.tsx';
import { InternalLink } from '../shell/header.tsx';
import { RerankSwitch } from './rerank-switch.tsx';
import './sort-bar.css';

const LABELS: Readonly<Record<Exclude<Sort, 'similarity'>, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
};

/** Above the pictures: their order; by date, the years to jump to; ways to copies and to selecting. As high in every state. */
export function SortBar(props: { /** Show the picture in this cell. */ onYear: (cell: number) => void }): JSX.Element {
  const app = useApp();
  const label = (sort: Sort) => {
    if (sort !== 'similarity') return LABELS[sort];
    const response = app.search.response();
    return response && !response.listed ? 'By similarity' : 'Unsorted';
  };
  const sort = () => shownSort(app.address.current().sort, app.search.response());
  /** Nothing is similar to filters alone. */
  const sorts = () => SORTS.filter((one) => one !== 'similarity' || app.search.response()?.listed !== 'newest');
  return (
    <div class="sort-bar">
      <label class="sort-choice">
        <span>Order</span>
        <span class="select">
          <select
            value={sort()}
            aria-busy={app.byDate.pending()}
            onChange={(event) => app.address.replace({ sort: event.currentTarget.value as Sort })}
          >
            <For each={sorts()}>
              {(one) => (
                <option value={one} selected={one === sort()}>
                  {label(one)}
                </option>
              )}
            </For>
          </select>
          <Icon name="down" size={16} />
        </span>
      </label>
      <Show when={(app.byDate.shown()?.timeline.years.length ?? 0) > 1}>
        <YearJump onYear={props.onYear} />
      </Show>
      <Show when={app.byDate.error()}>{(error) => <p class="quiet">{error().message}</p>}</Show>
      <RerankSwitch />
      <InternalLink class="sort-albums" patch={{ view: 'albums', item: null }}>
        Albums
      </InternalLink>
      <InternalLink class="sort-copies" patch={{ view: 'copies', item: null }}>
        Find duplicates
      </InternalLink>
      <SelectButton />
      <p class="visually-hidden" role="status">
        {announced(sort(), app.byDate.shown()?.timeline.months.length)}
      </p>
    </div>
  );
}

/** What is chosen does not stay chosen: whoever scrolls on and comes back jumps to the same year again. */
function YearJump(props: { onYear: (cell: number) => void }): JSX.Element {
  const app = useApp();
  const id = createUniqueId();
  const years = () => app.byDate.shown()?.timeline.years ?? [];
  const jump = (select: HTMLSelectElement) => {
    const year = years()[select.selectedIndex - 1];
    select.selectedIndex = 0;
    if (year) props.onYear(year.from);
  };
  return (
    <span class="sort-choice">
      <label class="visually-hidden" for={id}>
        Jump to a year
      </label>
      <span class="select">
        <select id={id} onChange={(event) => jump(event.currentTarget)}>
          <option>Jump to year</option>
          <For each={years()}>{({ year, count }) => <option>{`${Number(year)} (${formatCount(count)})`}</option>}</For>
        </select>
        <Icon name="down" size={16} />
      </span>
    </span>
  );
}

function announced(sort: Sort, months: number | undefined): string {
  if (sort === 'similarity' || months === undefined) return '';
  return `${LABELS[sort]}, in ${formatCount(months)} ${months === 1 ? 'part' : 'parts'} by month.`;
}
