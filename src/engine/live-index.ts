import { hasBit } from './bitset.ts';
import type { Embedding } from './embedding.ts';
import { AfterimageError } from './errors.ts';
import { dotRow } from './exact-index.ts';
import { createTop } from './top.ts';
import type { Hit, VectorIndex } from './vector-index.ts';

/** An index to which rows are added at once, however long its base takes to take them in. */
export interface LiveIndex extends VectorIndex {
  /** Rows that the base has not taken in yet. */
  readonly waiting: number;
  /**
   * Let the base take in the oldest `rows` waiting ones. Takes as long as the base needs for so many, so a few at a time
   * between searches; until then, and if the base has no room for them, they are found all the same.
   * @returns how many still wait
   * @throws what the base throws, from then on each time: it takes in no more.
   */
  absorb(rows: number): number;
}

/**
 * `base`, which has given out `count` row numbers, with a tail: what is added waits there and is compared with each query
 * exactly, until `absorb` hands it to the base under the same number. Additions cost a copy, removals what the base needs.
 */
export function createLiveIndex(base: VectorIndex, count: number): LiveIndex {
  const { dim } = base;
  /** Rows `first`, `first` + 1 …, those removed among them: the base numbers rows by their order. */
  let tail: Embedding[] = [];
  let first = count;
  const removed = new Set<number>();
  let failure: { readonly error: unknown } | undefined;

  function checkDim(vector: Embedding): void {
    if (vector.length === dim) return;
    throw new AfterimageError(
      'dimension-mismatch',
      `A vector of dimension ${vector.length} met an index of dimension ${dim}: they come from different models.`,
    );
  }

  function searchTail(query: Embedding, k: number, filter: Uint32Array | undefined): Hit[] {
    const top = createTop(Math.min(k, tail.length));
    for (const [i, vector] of tail.entries()) {
      const row = first + i;
      if (removed.has(row) || (filter !== undefined && !hasBit(filter, row))) continue;
      top.offer(row, dotRow(vector, 0, query));
    }
    return top.hits();
  }

  function handOver(vectors: readonly Embedding[]): void {
    for (const [i, vector] of vectors.entries()) {
      const row = base.add(vector);
      if (row !== first + i) {
        throw new AfterimageError('internal', `The index gave a row number ${row} instead of ${first + i}.`);
      }
      if (removed.has(row)) base.remove(row);
    }
    // An engine may put off its work until it is asked something: it is done here, not in somebody's search.
    const [vector] = vectors;
    if (vector !== undefined) base.search(vector, { k: 0 });
  }

  return {
    kind: base.kind,
    dim,
    get size() {
      return base.size + tail.length - removed.size;
    },
    get waiting() {
      return tail.length;
    },
    search(query, options) {
      checkDim(query);
      // A base that failed in the middle may have kept some rows that still wait.
      const found = base.search(query, options).filter(({ row }) => row < first);
      if (tail.length === 0) return found;
      const hits = [...found, ...searchTail(query, options.k, options.filter)];
      return hits.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, options.k);
    },
    add(vector) {
      checkDim(vector);
      tail.push(vector.slice() as Embedding);
      return first + tail.length - 1;
    },
    remove(row) {
      if (row < first) base.remove(row);
      else if (Number.isInteger(row) && row < first + tail.length) removed.add(row);
    },
    absorb(rows) {
      if (failure !== undefined) throw failure.error;
      const vectors = tail.slice(0, Math.max(0, rows));
      try {
        handOver(vectors);
      } catch (error) {
        failure = { error };
        throw error;
      }
      for (let i = 0; i < vectors.length; i++) removed.delete(first + i);
      first += vectors.length;
      tail = tail.slice(vectors.length);
      return tail.length;
    },
    dispose() {
      base.dispose();
      tail = [];
      removed.clear();
    },
  };
}
