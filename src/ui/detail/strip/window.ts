/** Which thumbnails a strip has in the document. */

/** From one thumbnail to the next, in CSS pixels. */
export const STEP_PX = 60;
/** A strip is made of so many at most: a wider one would be wider than browsers lay out. */
export const MOST = 100_000;
/** Beyond both edges, so that they are there when they come into sight. */
const OVERSCAN = 4;

/** The cells of which a strip is made: all of them, or those around the one that is opened. */
export interface Stretch {
  readonly from: number;
  readonly count: number;
}

/** A stretch with `cell` in it: `before`, unless that ends near it. */
export function stretchAround(cell: number, total: number, before?: Stretch): Stretch {
  const count = Math.min(total, MOST);
  const last = total - count;
  const isNear = ({ from }: Stretch) => {
    const margin = Math.min(MOST / 10, count / 2);
    return (from === 0 || cell >= from + margin) && (from === last || cell < from + count - margin);
  };
  if (before && before.count === count && before.from <= last && isNear(before)) return before;
  return { from: Math.min(Math.max(0, cell - Math.floor(count / 2)), last), count };
}

/**
 * The cells to make, ascending: those in sight and some more, and `kept`, which may have the keyboard.
 * @param scrolled how far the strip is scrolled @param width how much of it is in sight
 */
export function cellsIn(stretch: Stretch, scrolled: number, width: number, kept: number | undefined): number[] {
  if (width <= 0) return [];
  const end = stretch.from + stretch.count;
  const first = Math.max(stretch.from, stretch.from + Math.floor(scrolled / STEP_PX) - OVERSCAN);
  const next = Math.min(end, stretch.from + Math.ceil((scrolled + width) / STEP_PX) + OVERSCAN);
  const cells = Array.from({ length: Math.max(0, next - first) }, (_, i) => first + i);
  if (kept === undefined || kept < stretch.from || kept >= end || cells.includes(kept)) return cells;
  return [...cells, kept].sort((a, b) => a - b);
}

/** How far to scroll so that `cell` is in the middle, or as near to it as the strip goes. */
export function scrollTo(cell: number, stretch: Stretch, width: number): number {
  const middle = (cell - stretch.from + 0.5) * STEP_PX - width / 2;
  return Math.min(Math.max(0, middle), Math.max(0, stretch.count * STEP_PX - width));
}
