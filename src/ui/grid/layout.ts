/** How `total` pictures are laid out in rows of `columns` cells, with headings between them, each in a row of its own. */
export interface GridLayout {
  readonly total: number;
  readonly columns: number;
  /** Before which cells there is a heading, ascending, none twice. */
  readonly headings: readonly number[];
  /** Which rows they are. */
  readonly headingRows: readonly number[];
  readonly rows: number;
}

export type GridRow =
  /** Number `heading` of the layout's headings. */
  | { readonly kind: 'heading'; readonly heading: number }
  /** Cells `from` … `to − 1`. */
  | { readonly kind: 'cells'; readonly from: number; readonly to: number };

/** @param headings before which cells, ascending; those behind the last cell are left out */
export function createLayout(total: number, columns: number, headings: readonly number[]): GridLayout {
  const shown = headings.filter((cell) => cell < total);
  const headingRows: number[] = [];
  let rows = 0;
  for (const [i, cell] of shown.entries()) {
    const before = shown[i - 1] ?? 0;
    rows += Math.ceil((cell - before) / columns);
    headingRows.push(rows++);
  }
  rows += Math.ceil((total - (shown.at(-1) ?? 0)) / columns);
  return { total, columns, headings: shown, headingRows, rows };
}

/** What row `index` of the grid shows. */
export function rowAt({ total, columns, headings, headingRows }: GridLayout, index: number): GridRow {
  const heading = lastUpTo(headingRows, index);
  const row = headingRows[heading] ?? -1;
  if (row === index) return { kind: 'heading', heading };
  const from = (headings[heading] ?? 0) + (index - row - 1) * columns;
  return { kind: 'cells', from, to: Math.min(headings[heading + 1] ?? total, from + columns) };
}

/** The row that shows `cell`, and its place in it. */
export function placeOf({ columns, headings, headingRows }: GridLayout, cell: number): { row: number; column: number } {
  const heading = lastUpTo(headings, cell);
  const below = cell - (headings[heading] ?? 0);
  return { row: (headingRows[heading] ?? -1) + 1 + Math.floor(below / columns), column: below % columns };
}

/** The place of the last of ascending numbers that is at most `most`; −1: there is none. */
function lastUpTo(numbers: readonly number[], most: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** How wide a cell should be at least, by the width of the grid: phones want three, wide screens larger pictures. */
export function columnsFor(width: number, gap: number): number {
  const wanted = width < 480 ? 96 : width < 900 ? 128 : width < 2000 ? 150 : 190;
  return Math.max(2, Math.floor((width + gap) / (wanted + gap)));
}

/** Heights in pixels, with the gap below. */
export interface RowHeights {
  readonly cells: number;
  readonly heading: number;
}

/** Where row `index` begins, in pixels below the first; with `index` the number of rows, the height of all. */
export function topOf({ headingRows }: GridLayout, { cells, heading }: RowHeights, index: number): number {
  const above = lastUpTo(headingRows, index - 1) + 1;
  return (index - above) * cells + above * heading;
}

/** The row at `px` below the top of the first, or the nearest. */
export function rowIndexAt(layout: GridLayout, heights: RowHeights, px: number): number {
  const { headingRows, rows } = layout;
  const tops = (heading: number) => topOf(layout, heights, headingRows[heading] as number);
  let [low, high] = [0, headingRows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tops(middle) <= px) low = middle + 1;
    else high = middle;
  }
  const heading = low - 1;
  const row = headingRows[heading] ?? -1;
  const below = px - (heading < 0 ? 0 : tops(heading) + heights.heading);
  const index = below < 0 ? Math.max(0, row) : row + 1 + Math.floor(below / heights.cells);
  return Math.max(0, Math.min(index, (headingRows[low] ?? rows) - 1));
}
