import { onCleanup } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import type { Selection } from '../../state/collection/selection.ts';

/** A finger that stays so long selects, as on the pages of phones themselves. */
const LONG_PRESS_MS = 500;
/** A finger trembles; one that goes further scrolls. */
const STILL_PX = 10;

/** How one cell of the grid is selected by pointer and finger. */
export interface Selecting {
  /** @returns whether the click selected, and is not to open anything */
  takesClick(event: MouseEvent): boolean;
  onPointerDown(event: PointerEvent): void;
  onContextMenu(event: MouseEvent): void;
}

export function createSelecting(
  selection: Selection,
  place: () => { readonly cell: number; readonly item: Item | undefined },
): Selecting {
  /** Of the finger that is down. */
  let press: AbortController | undefined;
  /** The finger that is down has selected; its click is not one more. */
  let hasSelected = false;

  const toggle = () => {
    const { cell, item } = place();
    if (item) selection.toggle(cell, item);
  };
  const end = () => {
    press?.abort();
    press = undefined;
  };
  onCleanup(end);

  return {
    takesClick(event) {
      const isOver = hasSelected;
      hasSelected = false;
      if (!isOver && !selection.isOn()) return false;
      event.preventDefault();
      if (isOver) return true;
      if (event.shiftKey) void selection.extendTo(place().cell);
      else toggle();
      return true;
    },
    onPointerDown(event) {
      end();
      hasSelected = false;
      if (event.pointerType !== 'touch' || selection.isOn()) return;
      const current = new AbortController();
      press = current;
      const timer = setTimeout(() => {
        hasSelected = true;
        toggle();
      }, LONG_PRESS_MS);
      current.signal.addEventListener('abort', () => clearTimeout(timer));
      const moved = ({ clientX, clientY }: PointerEvent) => {
        if (Math.hypot(clientX - event.clientX, clientY - event.clientY) > STILL_PX) end();
      };
      const { signal } = current;
      addEventListener('pointermove', moved, { signal });
      for (const type of ['pointerup', 'pointercancel']) addEventListener(type, end, { signal });
    },
    // The menu of a link that a finger stays on.
    onContextMenu(event) {
      if (press) event.preventDefault();
    },
  };
}
