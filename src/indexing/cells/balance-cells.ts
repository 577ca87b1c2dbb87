/**
 * Cells of about one size out of clusters of any: what a cell costs to read does not depend on luck. Clusters that stand next to
 * each other are alike, so small ones join their neighbours; large ones are halved between two of their far ends.
 */
import { type Code, codeBytes } from '../../engine/index/codes/code.ts';
import { dotAt } from '../../engine/numeric/dot-at.ts';
import { pointsOf } from '../indexes/make-codes.ts';

/** Rows that belong together. */
export interface RowGroup {
  readonly rows: Uint32Array;
  /** Of these rows, one after the other. */
  readonly codes: Uint8Array;
}

/** Takes clusters in their order and gives cells in theirs, one or two behind. */
export interface Balancer {
  add(cluster: RowGroup): Generator<RowGroup>;
  /** What is left. */
  end(): Generator<RowGroup>;
}

/** A cell has no more than so many times the rows that are wanted. */
const LARGEST = 1.5;
/** What has fewer than this share joins the next one, where that does not make it too large. */
const SMALLEST = 0.5;

/** @param wanted rows of a cell, about */
export function createBalancer(code: Code, wanted: number): Balancer {
  const most = LARGEST * wanted;
  const isSmall = ({ rows }: RowGroup) => rows.length < SMALLEST * wanted;
  let last: RowGroup | undefined;
  return {
    *add(cluster) {
      if (cluster.rows.length === 0) return;
      const fits = last && last.rows.length + cluster.rows.length <= most;
      if (last && fits && (isSmall(cluster) || isSmall(last))) {
        last = joined(last, cluster);
        return;
      }
      for (const cell of halves(cluster, code, most)) {
        if (last) yield inOrder(last, code);
        last = cell;
      }
    },
    *end() {
      if (last) yield inOrder(last, code);
      last = undefined;
    },
  };
}

function joined(a: RowGroup, b: RowGroup): RowGroup {
  const rows = new Uint32Array(a.rows.length + b.rows.length);
  rows.set(a.rows);
  rows.set(b.rows, a.rows.length);
  const codes = new Uint8Array(a.codes.length + b.codes.length);
  codes.set(a.codes);
  codes.set(b.codes, a.codes.length);
  return { rows, codes };
}

/** Rows of a cell that share a block of vectors, or might: like ones stand next to each other. */
const LIKE_ROWS = 8;

/** Like rows next to each other, so that those that a query compares lie in few blocks. */
function inOrder(group: RowGroup, code: Code): RowGroup {
  const places = halvesOf(group, code, LIKE_ROWS).flat();
  return pick(group, places, code);
}

function pick({ rows, codes }: RowGroup, places: readonly number[], code: Code): RowGroup {
  const bytes = codeBytes(code);
  const picked = { rows: new Uint32Array(places.length), codes: new Uint8Array(places.length * bytes) };
  for (const [i, place] of places.entries()) {
    picked.rows[i] = rows[place] as number;
    picked.codes.set(codes.subarray(place * bytes, (place + 1) * bytes), i * bytes);
  }
  return picked;
}

function halves(group: RowGroup, code: Code, most: number): RowGroup[] {
  if (group.rows.length <= most) return [group];
  return halvesOf(group, code, most).map((places) => pick(group, places, code));
}

/** Halves of halves, until none has more than `most` rows: which of the group's rows, by their places in it. */
function halvesOf({ rows, codes }: RowGroup, code: Code, most: number): (readonly number[])[] {
  const points = new Float32Array(rows.length * code.width);
  pointsOf(codes, code)(0, rows.length, points);
  return halved(Array.from(rows.keys()), points, code.width, most);
}

function halved(places: readonly number[], points: Float32Array, width: number, most: number): (readonly number[])[] {
  if (places.length <= most) return [places];
  const farthest = (from: number) => {
    let [best, greatest] = [from, -1];
    for (const place of places) {
      const distance = distanceAt(points, from * width, place * width, width);
      if (distance > greatest) [best, greatest] = [place, distance];
    }
    return best;
  };
  const one = farthest(places[0] as number);
  const other = farthest(one);
  // How far along the line between the two ends a row lies, from the end of the first row, so that what stood together stays so.
  const along = new Map(places.map((place) => [place, projection(points, other, one, place, width)]));
  const sorted = places.toSorted((a, b) => (along.get(a) as number) - (along.get(b) as number));
  const middle = places.length >> 1;
  return [sorted.slice(0, middle), sorted.slice(middle)].flatMap((half) => halved(half, points, width, most));
}

function projection(points: Float32Array, one: number, other: number, place: number, width: number): number {
  return (
    dotAt(points, place * width, points, other * width, width) -
    dotAt(points, place * width, points, one * width, width)
  );
}

function distanceAt(points: Float32Array, a: number, b: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += ((points[a + i] as number) - (points[b + i] as number)) ** 2;
  return sum;
}
