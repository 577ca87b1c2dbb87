import { type Graph, levelOf, linkCount } from '../hnsw-graph.ts';
import type { Behind } from './equal-rows.ts';

/** The vector of a row. */
export type VectorOf = (row: number) => Float32Array;

/**
 * Squared distances up to which rows are nearly equal, the lesser first: a cosine of 0.999 for the same picture in other
 * sizes and encodings, 0.98 for bursts.
 */
export const NEAR = [0.002, 0.04] as const;
/** Of the largest of them, with what is lost when vectors are written and read. */
const LOOSEST = 1.01 * NEAR[1];

/** A row with so few links, as a share of M, is one of a few nearly equal ones, or far from everything. */
const FEW_LINKS = 1 / 4;

/** The squared distance of two vectors; once it is more than `most`, it is not added up any further. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>, most: number): number {
  let sum = 0;
  for (let i = 0; i < a.length && sum <= most; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

/**
 * Whether nodes crowd together: whether the links of many lead to nearly equal ones alone, as many of them as a node looks
 * among for its links. Fewer leave room for links to others.
 */
export function isCrowded(graph: Graph, vectorOf: VectorOf, near: number): boolean {
  const { words, starts, count, M, efConstruction } = graph;
  let crowded = 0;
  for (let row = 0; row < count; row++) {
    const start = starts[row] as number;
    const links = linkCount(words[start] as number);
    if (links < FEW_LINKS * M) continue;
    const own = vectorOf(row);
    const isNear = (link: number) => squaredDistance(own, vectorOf(link), near) <= near;
    if (words.subarray(start + 1, start + 1 + links).every(isNear) && ++crowded >= efConstruction) return true;
  }
  return false;
}

/**
 * Rows that are nearly equal to an earlier one, behind that one, as far as the links of a graph lead to it. Rows that are
 * crowded together are linked to each other, so all of them are found; each row is compared with those it is linked to.
 * @param behind who is behind whom already
 */
export function findNearRows(graph: Graph, vectorOf: VectorOf, behind: Behind, near: number): Behind {
  const { words, starts, count } = graph;
  const found = behind.slice();
  const nodeOf = (row: number) => ((found[row] as number) < 0 ? row : (found[row] as number));
  for (let row = 0; row < count; row++) {
    const before = behind[row] as number;
    const start = starts[row] as number;
    let nearest = near;
    // A node that gets behind another one takes those that were behind it along, where these are near enough as well.
    const links = before < 0 ? words.subarray(start + 1, start + 1 + linkCount(words[start] as number)) : [before];
    if (before >= 0) found[row] = -1;
    const own = vectorOf(row);
    for (const link of links) {
      if (link >= row) continue;
      const node = nodeOf(link);
      const distance = squaredDistance(own, vectorOf(node), nearest);
      if (distance > nearest) continue;
      nearest = distance;
      found[row] = node;
    }
  }
  return found;
}

/**
 * The rows that a stored graph lists behind others. Such a row has a single link, to that other one, no row links to it, and
 * the two are nearly equal: a node of its own may look like this too but for the last.
 */
export function readBehind(graph: Graph, vectorOf: VectorOf): Behind {
  const { words, starts, count, entryPoint } = graph;
  const behind = new Int32Array(count).fill(-1);
  const isSingle = (row: number) => {
    const word = words[starts[row] as number] as number;
    return row !== entryPoint && levelOf(word) === 0 && linkCount(word) === 1;
  };
  const singles: number[] = [];
  for (let row = 0; row < count; row++) if (isSingle(row)) singles.push(row);
  if (singles.length === 0) return behind;
  const reached = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const start = starts[row] as number;
    const links = linkCount(words[start] as number);
    for (let at = start + 1; at <= start + links; at++) reached[words[at] as number] = 1;
  }
  for (const row of singles) {
    const node = words[(starts[row] as number) + 1] as number;
    if (reached[row] === 0 && squaredDistance(vectorOf(row), vectorOf(node), LOOSEST) <= LOOSEST) behind[row] = node;
  }
  return behind;
}
