/**
 * Cells of about one size out of clusters of any: what a cell costs to read does not depend on luck. Clusters that stand next to
 * each other are alike, so small ones join their neighbours; large ones are halved between two of their far ends.
 */
import type { Steps } from '../../engine/async/steps.ts';
import type { Clusters } from '../../engine/index/codes/cluster.ts';
import { dotAt } from '../../engine/numeric/dot-at.ts';

export interface Cells {
  /** Row numbers, cell by cell. */
  readonly order: Uint32Array;
  /** Rows of each cell. */
  readonly rows: Uint32Array;
}

/** The numbers of one row's point. */
export type PointOf = (row: number, out: Float32Array) => void;

/** A cell has no more than so many times the rows that are wanted. */
const LARGEST = 1.5;
/** What has fewer than this share joins the next one, where that does not make it too large. */
const SMALLEST = 0.5;

/** @param width numbers of a point @param wanted rows of a cell, about */
export function* balanceCells(
  { order, starts }: Clusters,
  point: PointOf,
  width: number,
  wanted: number,
): Steps<Cells> {
  const cells: Uint32Array[] = [];
  const most = LARGEST * wanted;
  for (let cluster = 0; cluster + 1 < starts.length; cluster++) {
    const own = order.subarray(starts[cluster], starts[cluster + 1]);
    const last = cells.at(-1);
    const isSmall = own.length < SMALLEST * wanted || (last?.length ?? wanted) < SMALLEST * wanted;
    if (last && isSmall && last.length + own.length <= most) cells[cells.length - 1] = joined(last, own);
    else if (own.length > 0) cells.push(...halved(own, point, width, most));
    yield (starts[cluster + 1] as number) / Math.max(1, order.length);
  }
  const sorted = new Uint32Array(order.length);
  let at = 0;
  for (const cell of cells) {
    sorted.set(cell.slice().sort(), at);
    at += cell.length;
  }
  return { order: sorted, rows: Uint32Array.from(cells, ({ length }) => length) };
}

function joined(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Halves of halves, until none has more than `most` rows. */
function halved(rows: Uint32Array, point: PointOf, width: number, most: number): Uint32Array[] {
  if (rows.length <= most) return [rows];
  const points = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) point(row, points.subarray(i * width, (i + 1) * width));
  const far = (from: number) => {
    const distances = Array.from(rows, (_, i) => distance(points, from * width, i * width, width));
    return distances.indexOf(Math.max(...distances));
  };
  const one = far(0);
  const other = far(one);
  // How far along the line between the two ends a row lies, from the end of the first row, so that what stood together stays so.
  const along = Array.from(rows, (_, i) => projection(points, other * width, one * width, i * width, width));
  const sorted = Array.from(rows.keys()).sort((a, b) => (along[a] as number) - (along[b] as number) || a - b);
  const middle = rows.length >> 1;
  const part = (places: readonly number[]) => Uint32Array.from(places, (place) => rows[place] as number);
  return [sorted.slice(0, middle), sorted.slice(middle)].flatMap((half) => halved(part(half), point, width, most));
}

function projection(points: Float32Array, one: number, other: number, at: number, width: number): number {
  return dotAt(points, at, points, other, width) - dotAt(points, at, points, one, width);
}

function distance(points: Float32Array, a: number, b: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += ((points[a + i] as number) - (points[b + i] as number)) ** 2;
  return sum;
}
