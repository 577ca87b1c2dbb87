import { type Accessor, createEffect, createMemo, createSignal, onCleanup, untrack } from 'solid-js';
import { createBox } from './box.ts';
import { columnsFor, createLayout, placeOf, rowAt, rowIndexAt, topOf } from './layout.ts';
import { createScroll } from './scroll.ts';
import { createStretch } from './stretch.ts';

/** Height of the search field that stays on top. */
export const BAR_PX = 84;
/** Space that a row gets below it when it is scrolled to. */
const BELOW_PX = 16;
/** Rows above and below the window that are there already when it comes to them. */
const OVERSCAN = 2;

/** Pictures that lie in rows. */
export interface InRows {
  readonly total: Accessor<number>;
  /** Before which cells there is a heading, ascending. */
  readonly headings: Accessor<readonly { readonly cell: number }[]>;
  /** These cells are about to be shown. */
  want(from: number, to: number): void;
}

/** Heights in pixels. */
export interface Heights {
  /** Below each picture. */
  readonly below: Accessor<number>;
  /** Of a heading, with the gap below it. */
  readonly heading: Accessor<number>;
}

/** How all pictures lie in rows below `element`, and the rows that the window shows; asks for the pictures in them. */
export function createRows(
  pictures: InRows,
  element: Accessor<HTMLElement | undefined>,
  active: Accessor<number>,
  heights: Heights,
) {
  const box = createBox(element);
  const headings = createMemo(() => pictures.headings().map(({ cell }) => cell), [], { equals: isSame });
  const layout = createMemo(() => createLayout(pictures.total(), columnsFor(box().width, box().gap), headings()));
  const cellPx = createMemo(() => Math.max(1, (box().width - box().gap * (layout().columns - 1)) / layout().columns));
  const rowPx = createMemo(() => Math.floor(cellPx()) + heights.below() + box().gap);
  const start = (index: number) => topOf(layout(), { cells: rowPx(), heading: heights.heading() }, index);
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
      const at = (px: number) => rowIndexAt(layout(), { cells: rowPx(), heading: heights.heading() }, px);
      const [top, bottom] = [at(scroll.place()), at(scroll.place() + scroll.height())];
      isPartial = !before.includes(top) && !before.includes(bottom);
      const more = isPartial ? 0 : OVERSCAN;
      const first = Math.max(0, top - more);
      const last = Math.min(layout().rows - 1, bottom + more);
      const rows = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      return withRow(rows, Math.min(placeOf(layout(), active()).row, layout().rows - 1));
    },
    [],
    { equals: isSame },
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
    /** Scroll until a row is the first to be seen. */
    scrollToTop(index: number): void {
      scroll.to(start(index) - BAR_PX);
    },
  };
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function withRow(rows: number[], row: number): number[] {
  if (row < 0 || rows.includes(row)) return rows;
  return [...rows, row].sort((a, b) => a - b);
}
