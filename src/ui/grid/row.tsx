import { createMemo, Index, type JSX, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { Cell } from './cell.tsx';
import { type GridLayout, rowAt } from './layout.ts';

/** One row of the grid: cells, or a heading: a month, or the line between good and weaker matches. */
export function Row(props: {
  layout: GridLayout;
  index: number;
  offset: number;
  heading: (index: number) => JSX.Element;
  active: number;
  onActivate: (cell: number) => void;
  onOpen: (cell: number, item: Item) => void;
  onLike: (item: Item) => void;
}): JSX.Element {
  const shown = createMemo(() => rowAt(props.layout, props.index));
  const heading = createMemo(() => {
    const row = shown();
    return row.kind === 'heading' ? row.heading : -1;
  });
  const cells = createMemo(() => {
    const row = shown();
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
            {props.heading(heading())}
          </div>
        }
      >
        {(shown) => (
          // By place, not by picture: an answer changes what the cells of the document show, and makes none anew.
          <Index each={shown()}>
            {(cell, column) => (
              <Cell
                cell={cell()}
                column={column}
                active={props.active === cell()}
                onActivate={props.onActivate}
                onOpen={props.onOpen}
                onLike={props.onLike}
              />
            )}
          </Index>
        )}
      </Show>
    </div>
  );
}
