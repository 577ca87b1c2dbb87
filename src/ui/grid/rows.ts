import { type Accessor, createEffect, createMemo, createSignal, onCleanup, untrack } from 'solid-js';
import type { Pictures } from '../../state/collection/pictures.ts';
import { createBox } from './box.ts';
import { columnsFor, createLayout, placeOf, rowAt, rowIndexAt, topOf } from './layout.ts';
import { createScroll } from './scroll.ts';
import { createStretch } from './stretch.ts';

const DIVIDER_PX = 60;
const THUMBS_PX = 56;
/** Height of the search field that stays on top. */
export const BAR_PX = 84;
/** Space that a row gets below it when it is scrolled to. */
const BELOW_PX = 16;
/** Rows above and below the window that are there already when it comes to them. */
const OVERSCAN = 2;

/**
 * How all pictures lie in rows below `element`, and the rows that the window shows; asks for the pictures in them.
 * @param judging thumbs are below each result
 */
export function createRows(
  pictures: Pictures,
  element: Accessor<HTMLElement | undefined>,
  active: Accessor<number>,
  judging: Accessor<boolean>,
) {
  const box = createBox(element);
  const layout = createMemo(() => createLayout(pictures.total(), columnsFor(box().width, box().gap), pictures.good()));
  const cellPx = createMemo(() => Math.max(1, (box().width - box().gap * (layout().columns - 1)) / layout().columns));
  const belowPx = () => (judging() && pictures.good() !== null ? THUMBS_PX : 0);
  const rowPx = createMemo(() => Math.floor(cellPx()) + belowPx() + box().gap);
  const start = (index: number) => topOf(layout(), { cells: rowPx(), divider: DIVIDER_PX }, index);
  const stretch = createMemo(() => createStretch(start(layout().rows)), undefined, {
    equals: (a, b) => a.full === b.full,
  });
  const scroll = createScroll(() => box().top, stretch);

  /** Set when only the rows in the window were made, which were all new: the others are a task of their own. */
  let isPartial = false;
  const [completed, complete] = createSignal(undefined, { equals: false });
  /** Ascending. The row with the keyboard stays when it is scrolled away, so that the focus survives. */
  const shown = createMemo<readonly number[]>(
    (before) => {
      completed();
      if (box().width === 0 || layout().rows === 0) return [];
      const at = (px: number) => rowIndexAt(layout(), { cells: rowPx(), divider: DIVIDER_PX }, px);
      const [top, bottom] = [at(scroll.place()), at(scroll.place() + scroll.height())];
      isPartial = !before.includes(top) && !before.includes(bottom);
      const more = isPartial ? 0 : OVERSCAN;
      const first = Math.max(0, top - more);
      const last = Math.min(layout().rows - 1, bottom + more);
      const rows = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      return withRow(rows, Math.min(placeOf(layout(), active()).row, layout().rows - 1));
    },
    [],
    { equals: (a, b) => a.length === b.length && a.every((row, i) => row === b[i]) },
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(() => {
    shown();
    clearTimeout(timer);
    if (isPartial) timer = setTimeout(complete);
  });
  onCleanup(() => clearTimeout(timer));
  createEffect(() => {
    for (const index of shown()) {
      const row = rowAt(layout(), index);
      // Row by row: between the one with the keyboard and those on the screen may lie all others.
      if (row.kind === 'cells') untrack(() => pictures.want(row.from, row.to));
    }
  });

  return {
    layout,
    cellPx,
    rowPx,
    shown,
    /** Height of the box that the rows lie in. */
    height: () => stretch().height,
    /** Where a row lies in it. One that is far from the window may lie elsewhere, but never outside. */
    offsetOf: (index: number) => Math.min(Math.max(start(index) - scroll.shift(), 0), stretch().height - rowPx()),
    /** Scroll until all of a row is to be seen. */
    scrollTo(index: number): void {
      const [top, bottom] = [start(index) - BAR_PX, start(index + 1) + BELOW_PX - scroll.height()];
      if (scroll.place() > top) scroll.to(top);
      else if (scroll.place() < bottom) scroll.to(bottom);
    },
  };
}

function withRow(rows: number[], row: number): number[] {
  if (row < 0 || rows.includes(row)) return rows;
  return [...rows, row].sort((a, b) => a - b);
}
