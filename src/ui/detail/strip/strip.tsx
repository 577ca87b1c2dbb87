import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, onMount, untrack } from 'solid-js';
import { createItem } from '../../../state/collection/items.ts';
import { formatCount } from '../../common/format.ts';
import { itemTitle } from '../../common/item-title.ts';
import { useApp } from '../../context.ts';
import { Picture } from '../../grid/picture.tsx';
import './strip.css';
import { cellsIn, STEP_PX, type Stretch, scrollTo, stretchAround } from './window.ts';

/** A way that is seen to be one; farther, the strip is there at once. */
const NEAR_PX = 4 * STEP_PX;

/**
 * Thumbnails of the pictures before and after the opened one. One stop of the Tab key: arrow keys lead to the next and the
 * previous picture from wherever the keyboard is, and take it along here.
 */
export function Strip(): JSX.Element {
  const { opened, pictures } = useApp();
  const [list, setList] = createSignal<HTMLUListElement>();
  const { scrolled, width } = createScrolled(list);
  const stretch = createMemo<Stretch>((before) => stretchAround(opened.cell() ?? 0, pictures.total(), before));
  const cells = createMemo<readonly number[]>(
    () => (opened.cell() === undefined ? [] : cellsIn(stretch(), scrolled(), width(), opened.cell())),
    [],
    { equals: (a, b) => a.length === b.length && a.every((cell, i) => cell === b[i]) },
  );
  createEffect(() => {
    const [first, last] = [cells()[0], cells().at(-1)];
    if (first !== undefined && last !== undefined) untrack(() => pictures.want(first, last + 1));
  });
  createEffect(
    on([opened.cell, stretch, width], ([cell, shown, inSight]) => {
      const element = list();
      if (cell === undefined || !element) return;
      const left = scrollTo(cell, shown, inSight);
      const isNear = Math.abs(left - element.scrollLeft) <= NEAR_PX && !prefersStill();
      element.scrollTo({ left, behavior: isNear ? 'smooth' : 'instant' });
      if (element.contains(document.activeElement)) linkOf(element, cell)?.focus({ preventScroll: true });
    }),
  );

  return (
    <nav class="strip" aria-label="Pictures beside this one">
      <ul ref={setList}>
        <For each={cells()}>{(cell) => <Neighbour cell={cell} left={(cell - stretch().from) * STEP_PX} />}</For>
        {/* As wide as all of them. */}
        <li class="strip-end" aria-hidden="true" style={{ left: `${stretch().count * STEP_PX - 1}px` }} />
      </ul>
    </nav>
  );
}

function Neighbour(props: { cell: number; left: number }): JSX.Element {
  const { items, opened, pictures } = useApp();
  const item = createItem(items, () => pictures.at(props.cell)?.row);
  const isCurrent = () => opened.cell() === props.cell;
  const href = () => {
    const shown = item();
    return shown && pictures.href(shown.id);
  };
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const from = opened.cell();
    if (from !== undefined && from !== props.cell) void opened.step(props.cell - from);
  };
  return (
    <li aria-posinset={props.cell + 1} aria-setsize={pictures.total()} style={{ left: `${props.left}px` }}>
      <a
        href={href()}
        data-cell={props.cell}
        aria-current={isCurrent() ? 'true' : undefined}
        tabindex={isCurrent() ? 0 : -1}
        title={itemTitle(item())}
        onClick={open}
      >
        <Picture item={item()} />
        <span class="visually-hidden">{`${itemTitle(item())}, ${formatCount(props.cell + 1)}`}</span>
      </a>
    </li>
  );
}

/** How far a list is scrolled sideways and how much of it is in sight; a wheel that turns up and down scrolls it as well. */
function createScrolled(list: () => HTMLElement | undefined) {
  const [scrolled, setScrolled] = createSignal(0);
  const [width, setWidth] = createSignal(0);
  const wheel = (event: WheelEvent) => {
    if (event.deltaX !== 0 || event.shiftKey || event.ctrlKey) return;
    event.preventDefault();
    list()?.scrollBy({ left: event.deltaY, behavior: 'instant' });
  };
  onMount(() => {
    const element = list();
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    element.addEventListener('scroll', () => setScrolled(element.scrollLeft), { passive: true });
    element.addEventListener('wheel', wheel, { passive: false });
    onCleanup(() => observer.disconnect());
  });
  return { scrolled, width };
}

function linkOf(list: HTMLElement, cell: number): HTMLElement | null {
  return list.querySelector<HTMLElement>(`[data-cell="${cell}"]`);
}

function prefersStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
