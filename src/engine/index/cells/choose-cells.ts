/**
 * Which cells a query reads. Texts lie apart from pictures, so that all cells are far from a query and about as far: what is
 * compared is how much nearer a cell is than cells are in the middle. As long as that is a good part of what it is of the
 * nearest cell, a cell is read (the distance ratio of SPANN, Chen et al. 2021, arXiv 2111.08566, less what the gap adds to all).
 */

export interface Choice {
  /** A cell is read that is nearer than cells are in the middle by this share of what the nearest is. */
  readonly ratio: number;
  /** Rows that are looked at, at least and at most; the last cell may make them somewhat more. */
  readonly leastRows: number;
  readonly mostRows: number;
}

export interface Passing {
  /** Rows of each cell that are there and pass the filter. */
  readonly rows: Uint32Array;
  /** How many of these are wanted, and how many are needed: as many as ranks are asked for. */
  readonly wanted: number;
  readonly needed: number;
  /** There is a filter: where all cells with rows that pass have few rows, all of them are read. */
  readonly filtered: boolean;
}

/** How many times `mostRows` are looked at for as many rows as are wanted, before those that are needed are enough. */
const FAR = 4;

/**
 * Cells, nearest first, of which each has rows that pass.
 * @param scores how near each cell is
 * @param sizes rows of each cell, whether they pass or not: what reading it takes
 */
export function chooseCells(
  scores: Float32Array,
  sizes: Uint32Array,
  { rows, wanted, needed, filtered }: Passing,
  { ratio, leastRows, mostRows }: Choice,
): number[] {
  const nearest = Array.from(scores.keys()).filter((cell) => (rows[cell] as number) > 0);
  nearest.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const sizeOf = (cells: readonly number[]) => cells.reduce((sum, cell) => sum + (sizes[cell] as number), 0);
  if (filtered && sizeOf(nearest) <= mostRows) return nearest;
  const middle = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const line = middle + ratio * ((scores[nearest[0] ?? 0] ?? 0) - middle);
  const chosen: number[] = [];
  let [read, passing] = [0, 0];
  for (const cell of nearest) {
    const isNear = (scores[cell] as number) >= line || read < leastRows;
    const isEnough = passing >= wanted || (read >= FAR * mostRows && passing >= needed);
    if (isEnough && (!isNear || read >= mostRows)) break;
    chosen.push(cell);
    read += sizes[cell] as number;
    passing += rows[cell] as number;
  }
  return chosen;
}

/** How many bits are set in each stretch of rows; `firsts` are where these begin, and where the last one ends. */
export function countPassing(filter: Uint32Array, firsts: Uint32Array): Uint32Array {
  const counts = new Uint32Array(firsts.length - 1);
  for (let cell = 0; cell < counts.length; cell++) {
    const [from, to] = [firsts[cell] as number, firsts[cell + 1] as number];
    let count = 0;
    for (let row = from; row < to; ) {
      const word = filter[row >>> 5] ?? 0;
      if (word === 0) row = (row | 31) + 1;
      else count += (word >>> (row++ & 31)) & 1;
    }
    counts[cell] = count;
  }
  return counts;
}
