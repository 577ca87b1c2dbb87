import { createWindowVirtualizer, defaultRangeExtractor, type Range } from '@tanstack/solid-virtual';
import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, onMount, Show, untrack } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { useApp } from '../context.ts';
import { Cell } from './cell.tsx';
import { move } from './keyboard.ts';
import { columnsFor, createLayout, type GridLayout, placeOf, rowAt } from './layout.ts';

/** What the owner of a grid can ask of it. */
export interface GridHandle {
  /** Scroll to a cell and give it the keyboard. */
  focus(cell: number): void;
}

const DIVIDER_PX = 60;
const CAPTION_PX = 30;
/** Height of the search field that stays on top. */
const BAR_PX = 84;

/** All pictures in the order in which they rank, as many rows in the document as the window shows. */
export function Grid(props: {
  label: string;
  divider: JSX.Element;
  onOpen: (cell: number, item: Item) => void;
  /** Escape: back to the search field. */
  onEscape: () => void;
  handle: (handle: GridHandle) => void;
}): JSX.Element {
  const { pictures } = useApp();
  const captions = () => pictures.good() !== null;
  const [element, setElement] = createSignal<HTMLDivElement>();
  const box = createBox(element);
  const layout = createMemo(() => createLayout(pictures.total(), columnsFor(box().width, box().gap), pictures.good()));
  const cellPx = () => Math.max(1, (box().width - box().gap * (layout().columns - 1)) / layout().columns);
  const rowPx = () => Math.floor(cellPx()) + (captions() ? CAPTION_PX : 0) + box().gap;
  const [active, setActive] = createSignal(0);

  const virtualizer = createWindowVirtualizer<HTMLDivElement>({
    get count() {
      return box().width > 0 ? layout().rows : 0;
    },
    get estimateSize() {
      const [rows, px] = [layout(), rowPx()];
      return (index: number) => (rowAt(rows, index).kind === 'divider' ? DIVIDER_PX : px);
    },
    get scrollMargin() {
      return box().top;
    },
    // The row with the keyboard stays in the document when it is scrolled away, so that the focus survives.
    get rangeExtractor() {
      const kept = Math.min(placeOf(layout(), active()).row, layout().rows - 1);
      return (range: Range) => withRow(defaultRangeExtractor(range), kept);
    },
    overscan: 3,
    scrollPaddingStart: BAR_PX,
    scrollPaddingEnd: 16,
  });
  createEffect(on([layout, rowPx], () => virtualizer.measure(), { defer: true }));
  createEffect(() => {
    for (const { index } of virtualizer.getVirtualItems()) {
      const row = rowAt(layout(), index);
      // Row by row: between the one with the keyboard and those on the screen may lie all others.
      if (row.kind === 'cells') untrack(() => pictures.want(row.from, row.to));
    }
  });
  createEffect(() => {
    if (active() >= layout().total) setActive(Math.max(0, layout().total - 1));
  });

  const focus = (cell: number) => {
    setActive(cell);
    virtualizer.scrollToIndex(placeOf(layout(), cell).row, { align: 'auto' });
    // Called by an effect, its row is put into the document when that has run.
    queueMicrotask(() =>
      element()?.querySelector<HTMLElement>(`[data-cell="${cell}"]`)?.focus({ preventScroll: true }),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    if (event.key === 'Escape') return props.onEscape();
    const page = Math.max(1, Math.floor((innerHeight - BAR_PX) / rowPx()));
    const target = move(layout(), active(), event.key, { page, control: event.ctrlKey });
    if (target === undefined) return;
    event.preventDefault();
    focus(target);
  };
  onMount(() => props.handle({ focus }));

  return (
    <div
      ref={setElement}
      class="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={layout().rows}
      aria-colcount={layout().columns}
      data-captions={captions() ? '' : undefined}
      style={{ height: `${virtualizer.getTotalSize()}px` }}
      onKeyDown={onKeyDown}
    >
      <For each={virtualizer.getVirtualItems()}>
        {(virtual) => (
          <Row
            layout={layout()}
            index={virtual.index}
            offset={virtual.start - box().top}
            divider={props.divider}
            active={active()}
            onActivate={setActive}
            onOpen={props.onOpen}
          />
        )}
      </For>
    </div>
  );
}

function Row(props: {
  layout: GridLayout;
  index: number;
  offset: number;
  divider: JSX.Element;
  active: number;
  onActivate: (cell: number) => void;
  onOpen: (cell: number, item: Item) => void;
}): JSX.Element {
  const cells = createMemo(() => {
    const row = rowAt(props.layout, props.index);
    return row.kind === 'cells' ? Array.from({ length: Math.max(0, row.to - row.from) }, (_, i) => row.from + i) : null;
  });
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus is on the links in the cells.
    <div
      class="grid-row"
      role="row"
      aria-rowindex={props.index + 1}
      style={{ transform: `translateY(${props.offset}px)`, '--columns': props.layout.columns }}
    >
      <Show
        when={cells()}
        fallback={
          // biome-ignore lint/a11y/useFocusableInteractive: a line of text between the pictures.
          <div class="grid-divider" role="gridcell" aria-colspan={props.layout.columns}>
            {props.divider}
          </div>
        }
      >
        {(shown) => (
          <For each={shown()}>
            {(cell, column) => (
              <Cell
                cell={cell}
                column={column()}
                active={props.active === cell}
                onActivate={props.onActivate}
                onOpen={props.onOpen}
              />
            )}
          </For>
        )}
      </Show>
    </div>
  );
}

function withRow(rows: number[], row: number): number[] {
  if (row < 0 || rows.includes(row)) return rows;
  return [...rows, row].sort((a, b) => a - b);
}

/** Where the grid is in the document and how wide, kept current. */
function createBox(element: () => HTMLElement | undefined) {
  const [box, setBox] = createSignal(
    { top: 0, width: 0, gap: 12 },
    { equals: (a, b) => a.top === b.top && a.width === b.width && a.gap === b.gap },
  );
  const measure = () => {
    const rectangle = element()?.getBoundingClientRect();
    if (!rectangle) return;
    const top = Math.round(rectangle.top + scrollY);
    setBox({ top, width: rectangle.width, gap: rectangle.width < 480 ? 6 : 12 });
  };
  const observer = new ResizeObserver(measure);
  onMount(() => {
    // The body changes its height when what is above the grid does.
    observer.observe(document.body);
    measure();
  });
  createEffect(() => {
    const grid = element();
    if (grid) observer.observe(grid);
  });
  onCleanup(() => observer.disconnect());
  return box;
}
