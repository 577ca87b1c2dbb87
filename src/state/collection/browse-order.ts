/** Pictures of the first page: some screens full. */
const FIRST = 72;
/** A smaller sample shows no more of a collection than its beginning does. */
const FEW = 8;
/** Of how many pictures at least one is on the first page. */
const SPARSE = 4;
/** Records of larger collections are read in pieces: one far from the other costs a request each. */
const MOST = 100_000;

/** In which order all pictures are shown. */
export interface BrowseOrder {
  /** What a cell shows. */
  rowAt(cell: number): number;
  cellOf(row: number): number;
}

/**
 * First a sample from all over the collection, neighbours apart, because pictures that lie side by side by name are often of
 * one kind; then all others in their order. The same for every visit.
 */
export function createBrowseOrder(total: number): BrowseOrder {
  const count = total > MOST ? 0 : Math.min(FIRST, Math.floor(total / SPARSE));
  if (count < FEW) return { rowAt: (cell) => cell, cellOf: (row) => row };
  const step = Math.floor(total / count); // the sample: the first of every `step` rows
  const stride = strideOf(count);
  const places = Array.from({ length: count }, (_, cell) => (cell * stride) % count);
  const cells = Array.from({ length: count }, () => 0);
  for (const [cell, place] of places.entries()) cells[place] = cell;
  return {
    rowAt(cell) {
      const place = places[cell];
      if (place !== undefined) return place * step;
      const other = cell - count;
      return other + Math.min(Math.floor(other / (step - 1)) + 1, count);
    },
    cellOf(row) {
      const place = row % step === 0 ? cells[row / step] : undefined;
      if (place !== undefined) return place;
      return count + row - Math.min(Math.floor(row / step) + 1, count);
    },
  };
}

/**
 * In the order in which pictures came, so that nothing moves while more of them come.
 * @param order the rows that are there; undefined: 0, 1, 2 …
 */
export function createLiveOrder(order: Uint32Array | undefined): BrowseOrder {
  if (!order) return { rowAt: (cell) => cell, cellOf: (row) => row };
  let cells: Map<number, number> | undefined;
  return {
    rowAt: (cell) => order[cell] ?? -1,
    cellOf(row) {
      cells ??= new Map(Array.from(order, (one, cell) => [one, cell]));
      return cells.get(row) ?? -1;
    },
  };
}

/** About the golden section of `count`, and without a divisor in common with it. */
function strideOf(count: number): number {
  for (let stride = Math.round(0.382 * count); ; stride++) if (divisor(stride, count) === 1) return stride;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
