/** How `total` pictures are laid out in rows of `columns` cells, with a divider before cell `split` where there is one. */
export interface GridLayout {
  readonly total: number;
  readonly columns: number;
  /** Cells above the divider; null: no divider. */
  readonly split: number | null;
  readonly rows: number;
}

export type GridRow =
  | { readonly kind: 'divider' }
  /** Cells `from` … `to − 1`. */
  | { readonly kind: 'cells'; readonly from: number; readonly to: number };

export function createLayout(total: number, columns: number, split: number | null): GridLayout {
  if (split === null || split >= total) return { total, columns, split: null, rows: Math.ceil(total / columns) };
  const rows = Math.ceil(split / columns) + 1 + Math.ceil((total - split) / columns);
  return { total, columns, split, rows };
}

/** What row `index` of the grid shows. */
export function rowAt(layout: GridLayout, index: number): GridRow {
  const { total, columns, split } = layout;
  if (split === null) return { kind: 'cells', from: index * columns, to: Math.min(total, (index + 1) * columns) };
  const above = Math.ceil(split / columns);
  if (index === above) return { kind: 'divider' };
  if (index < above) return { kind: 'cells', from: index * columns, to: Math.min(split, (index + 1) * columns) };
  const from = split + (index - above - 1) * columns;
  return { kind: 'cells', from, to: Math.min(total, from + columns) };
}

/** The row that shows `cell`, and its place in it. */
export function placeOf(layout: GridLayout, cell: number): { row: number; column: number } {
  const { columns, split } = layout;
  if (split === null || cell < split) return { row: Math.floor(cell / columns), column: cell % columns };
  const below = cell - split;
  return { row: Math.ceil(split / columns) + 1 + Math.floor(below / columns), column: below % columns };
}

/** How wide a cell should be at least, by the width of the grid: phones want three, wide screens larger pictures. */
export function columnsFor(width: number, gap: number): number {
  const wanted = width < 480 ? 96 : width < 900 ? 128 : width < 2000 ? 150 : 190;
  return Math.max(2, Math.floor((width + gap) / (wanted + gap)));
}

/** Heights in pixels, with the gap below. */
export interface RowHeights {
  readonly cells: number;
  readonly divider: number;
}

/** Where row `index` begins, in pixels below the first; with `index` the number of rows, the height of all. */
export function topOf({ split, columns }: GridLayout, { cells, divider }: RowHeights, index: number): number {
  const isBelow = split !== null && index > Math.ceil(split / columns);
  return isBelow ? (index - 1) * cells + divider : index * cells;
}

/** The row at `px` below the top of the first, or the nearest. */
export function rowIndexAt(layout: GridLayout, heights: RowHeights, px: number): number {
  const { split, columns, rows } = layout;
  const above = split === null ? rows : Math.ceil(split / columns);
  const aboveDivider = Math.floor(px / heights.cells);
  const index =
    aboveDivider < above
      ? aboveDivider
      : Math.max(above, above + 1 + Math.floor((px - above * heights.cells - heights.divider) / heights.cells));
  return Math.min(Math.max(index, 0), Math.max(0, rows - 1));
}
