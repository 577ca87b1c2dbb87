import { createWindowVirtualizer, defaultRangeExtractor, type Range } from '@tanstack/solid-virtual';
import { type Accessor, createEffect, createMemo, on, untrack } from 'solid-js';
import type { Pictures } from '../../state/pictures.ts';
import { createBox } from './box.ts';
import { columnsFor, createLayout, placeOf, rowAt } from './layout.ts';

const DIVIDER_PX = 60;
const CAPTION_PX = 30;
/** Height of the search field that stays on top. */
export const BAR_PX = 84;

/** How all pictures lie in rows below `element`, and the rows that the window shows; asks for the pictures in them. */
export function createRows(pictures: Pictures, element: Accessor<HTMLElement | undefined>, active: Accessor<number>) {
  const captions = () => pictures.good() !== null;
  const box = createBox(element);
  const layout = createMemo(() => createLayout(pictures.total(), columnsFor(box().width, box().gap), pictures.good()));
  const cellPx = () => Math.max(1, (box().width - box().gap * (layout().columns - 1)) / layout().columns);
  const rowPx = () => Math.floor(cellPx()) + (captions() ? CAPTION_PX : 0) + box().gap;

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
  return { box, layout, captions, rowPx, virtualizer };
}

function withRow(rows: number[], row: number): number[] {
  if (row < 0 || rows.includes(row)) return rows;
  return [...rows, row].sort((a, b) => a - b);
}
