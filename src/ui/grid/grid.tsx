import { type Accessor, createComputed, createEffect, createSignal, For, type JSX, on, onMount } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { useApp } from '../context.ts';
import { move } from './keyboard.ts';
import { placeOf } from './layout.ts';
import { Row } from './row.tsx';
import { BAR_PX, createRows } from './rows.ts';

/** Height of the thumbs below each result while all are judged. */
const THUMBS_PX = 56;
const HEADING_PX = 60;

/** What the owner of a grid can ask of it. */
export interface GridHandle {
  /** Scroll to a cell and give it the keyboard. */
  focus(cell: number): void;
  /** Scroll until the heading before a cell, where it has one, is the first to be seen; Tab then leads to the cell. */
  show(cell: number): void;
}

/** All pictures in the order in which they rank, as many rows in the document as the window shows. */
export function Grid(props: {
  label: string;
  /** What the heading says that is number `index` of those of the pictures. */
  heading: (index: number) => JSX.Element;
  onOpen: (cell: number, item: Item) => void;
  onLike: (item: Item) => void;
  /** Escape: back to the search field. */
  onEscape: () => void;
  handle: (handle: GridHandle) => void;
}): JSX.Element {
  const {
    pictures,
    items,
    selection,
    judging: [judging],
  } = useApp();
  const [element, setElement] = createSignal<HTMLDivElement>();
  const [active, setActive] = createSignal(0);
  const belowPx = () => (judging() && pictures.good() !== null ? THUMBS_PX : 0);
  const { layout, cellPx, rowPx, ...rows } = createRows(pictures, element, active, {
    below: belowPx,
    heading: () => HEADING_PX,
  });
  createEffect(() => {
    if (active() >= layout().total) setActive(Math.max(0, layout().total - 1));
  });

  const focusLink = () =>
    element()?.querySelector<HTMLElement>(`[data-cell="${active()}"]`)?.focus({ preventScroll: true });
  const focus = (cell: number) => {
    setActive(cell);
    rows.scrollTo(placeOf(layout(), cell).row);
    // Called by an effect, its row is put into the document when that has run.
    queueMicrotask(focusLink);
  };
  const show = (cell: number) => {
    setActive(cell);
    const { row } = placeOf(layout(), cell);
    rows.scrollToTop(layout().headings.includes(cell) ? row - 1 : row);
  };
  const onFocusOut = keepFocus(rows.shown, focusLink);
  /** @returns whether the key was meant for the selection */
  const selectByKey = (event: KeyboardEvent): boolean => {
    if (!selection.isOn()) return false;
    if (event.key === 'Escape') selection.stop();
    else if (event.key === ' ') void toggleActive();
    else if (event.key === 'a' && event.ctrlKey) void selection.selectAll();
    else return false;
    event.preventDefault();
    return true;
  };
  const toggleActive = async () => {
    const cell = active();
    const ranked = pictures.at(cell);
    const item = ranked && (await Promise.resolve(items.get(ranked.row)).catch(() => undefined));
    if (item && selection.isOn()) selection.toggle(cell, item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    if (selectByKey(event)) return;
    if (event.key === 'Escape') return props.onEscape();
    const page = Math.max(1, Math.floor((innerHeight - BAR_PX) / rowPx()));
    const target = move(layout(), active(), event.key, { page, control: event.ctrlKey });
    if (target === undefined) return;
    event.preventDefault();
    if (event.shiftKey && selection.isOn()) void selection.extendTo(target, active());
    focus(target);
  };
  onMount(() => props.handle({ focus, show }));

  return (
    <div
      ref={setElement}
      class="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={layout().rows}
      aria-colcount={layout().columns}
      aria-multiselectable={selection.isOn() ? true : undefined}
      data-selecting={selection.isOn() ? '' : undefined}
      data-judging={judging() ? '' : undefined}
      style={{ height: `${rows.height()}px`, '--cell': `${cellPx()}px` }}
      onKeyDown={onKeyDown}
      onFocusOut={onFocusOut}
    >
      <For each={rows.shown()}>
        {(index) => (
          <Row
            layout={layout()}
            index={index}
            offset={rows.offsetOf(index)}
            heading={props.heading}
            active={active()}
            onActivate={setActive}
            onOpen={props.onOpen}
            onLike={props.onLike}
          />
        )}
      </For>
    </div>
  );
}

/**
 * A row that changes its place among the others is taken out of the document for a moment, and the keyboard with it.
 * Gives it back; what the returned handler sees while nothing moves is somebody leaving.
 */
function keepFocus(rows: Accessor<unknown>, restore: () => void): () => void {
  let moving = false;
  let lost = false;
  createComputed(
    on(rows, () => {
      moving = true;
      lost = false;
    }),
  );
  createEffect(
    on(rows, () => {
      moving = false;
      if (lost) restore();
    }),
  );
  return () => {
    lost ||= moving;
  };
}
