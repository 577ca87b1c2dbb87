import { dotRow } from '../../../../engine/index/exact/exact-index.ts';
import type { Hit } from '../../../../engine/index/vector-index.ts';
import type { Embedding } from '../../../../engine/numeric/embedding.ts';

/**
 * Rows whose vectors are equal, or nearly so, share one node of the graph: that of the first of them, and the others are
 * listed behind it. As nodes of their own they would be each other's links, all of them, and the graph would fall apart.
 */
export interface RowGroups {
  /** How many rows are behind others. */
  readonly size: number;
  /** Some rows behind others have vectors of their own, so that similarities within a group differ. */
  readonly hasNear: boolean;
  /** The row whose node stands for `row`: itself, or the one that it is behind. */
  nodeOf(row: number): number;
  /** How many rows share the node of `node`, itself among them. */
  sizeOf(node: number): number;
  /**
   * List a row behind a node. Rows come in ascending order.
   * @param vector where it is not that of the node
   */
  put(row: number, node: number, vector?: Float32Array): void;
  /** Whether some row of a node passes. */
  some(node: number, passes: (row: number) => boolean): boolean;
  /**
   * The best `k` rows of the nodes that were found, in descending similarity, ties by ascending row.
   * @param passes which rows may be returned
   */
  expand(found: readonly Hit[], query: Embedding, k: number, passes: (row: number) => boolean): Hit[];
}

export function createRowGroups(): RowGroups {
  const nodes = new Map<number, number>();
  const members = new Map<number, number[]>();
  const own = new Map<number, Float32Array>();

  /** The rows behind a node that pass; of those that equal it no more than `k`, which are all that is of use. */
  function pushBehind(hits: Hit[], node: Hit, query: Embedding, k: number, passes: (row: number) => boolean): void {
    let equal = 0;
    for (const row of members.get(node.row) ?? []) {
      const vector = own.get(row);
      if ((vector === undefined && equal >= k) || !passes(row)) continue;
      if (vector === undefined) equal++;
      hits.push({ row, similarity: vector === undefined ? node.similarity : dotRow(vector, 0, query) });
    }
  }

  return {
    get size() {
      return nodes.size;
    },
    get hasNear() {
      return own.size > 0;
    },
    nodeOf: (row) => nodes.get(row) ?? row,
    sizeOf: (node) => 1 + (members.get(node)?.length ?? 0),
    put(row, node, vector) {
      nodes.set(row, node);
      const others = members.get(node);
      if (others) others.push(row);
      else members.set(node, [row]);
      if (vector) own.set(row, vector.slice());
    },
    some: (node, passes) => passes(node) || (members.get(node)?.some(passes) ?? false),
    expand(found, query, k, passes) {
      const hits: Hit[] = [];
      for (const hit of found) {
        if (passes(hit.row)) hits.push(hit);
        pushBehind(hits, hit, query, k, passes);
      }
      return hits.sort(bySimilarity).slice(0, k);
    },
  };
}

/** Descending similarity, ties by ascending row. */
export function bySimilarity(a: Hit, b: Hit): number {
  return b.similarity - a.similarity || a.row - b.row;
}
