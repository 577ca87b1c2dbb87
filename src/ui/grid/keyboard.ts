import { type GridLayout, placeOf, rowAt } from './layout.ts';

/** The cell in `column` of the first row of cells from `row` on in direction `step`, or undefined at the edge. */
function cellIn(layout: GridLayout, row: number, column: number, step: 1 | -1): number | undefined {
  for (let index = row; index >= 0 && index < layout.rows; index += step) {
    const found = rowAt(layout, index);
    if (found.kind === 'cells') return Math.min(found.from + column, found.to - 1);
  }
  return undefined;
}

function vertical(layout: GridLayout, cell: number, rows: number): number {
  const { row, column } = placeOf(layout, cell);
  const target = Math.min(Math.max(row + rows, 0), layout.rows - 1);
  const step = rows < 0 ? -1 : 1;
  return cellIn(layout, target, column, step) ?? cellIn(layout, target, column, step === 1 ? -1 : 1) ?? cell;
}

/**
 * The cell that `key` moves to from `cell`, as in the ARIA grid pattern; undefined when the key is not one of its.
 * Home and End go along the row, with `control` to the first and last picture; `page` is the rows on the screen.
 */
export function move(
  layout: GridLayout,
  cell: number,
  key: string,
  options: { readonly page: number; readonly control: boolean },
): number | undefined {
  const last = layout.total - 1;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, cell - 1);
    case 'ArrowRight':
      return Math.min(last, cell + 1);
    case 'ArrowUp':
      return vertical(layout, cell, -1);
    case 'ArrowDown':
      return vertical(layout, cell, 1);
    case 'PageUp':
      return vertical(layout, cell, -options.page);
    case 'PageDown':
      return vertical(layout, cell, options.page);
    case 'Home':
    case 'End': {
      if (options.control) return key === 'Home' ? 0 : last;
      const row = rowAt(layout, placeOf(layout, cell).row);
      if (row.kind === 'heading') return cell;
      return key === 'Home' ? row.from : row.to - 1;
    }
    default:
      return undefined;
  }
}
