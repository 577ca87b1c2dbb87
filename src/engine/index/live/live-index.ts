import { AfterimageError } from '../../errors.ts';
import type { Embedding } from '../../numeric/embedding.ts';
import { hasBit } from '../bitset.ts';
import { dotRow } from '../exact/exact-index.ts';
import { createTop } from '../top.ts';
import type { Hit, VectorIndex } from '../vector-index.ts';

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
  const tail = createTail(count);
  let failure: { readonly error: unknown } | undefined;
  return {
    kind: base.kind,
    dim: base.dim,
    get size() {
      return base.size + tail.size;
    },
    get waiting() {
      return tail.waiting;
    },
    search(query, options) {
      checkDim(query, base.dim);
      // A base that failed in the middle may have kept some rows that still wait.
      const found = base.search(query, options).filter(({ row }) => row < tail.first);
      if (tail.waiting === 0) return found;
      const hits = [...found, ...tail.search(query, options.k, options.filter)];
      return hits.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, options.k);
    },
    add(vector) {
      checkDim(vector, base.dim);
      return tail.add(vector);
    },
    remove(row) {
      if (row < tail.first) base.remove(row);
      else tail.remove(row);
    },
    absorb(rows) {
      if (failure !== undefined) throw failure.error;
      const oldest = tail.oldest(rows);
      try {
        handOver(oldest, base);
      } catch (error) {
        failure = { error };
        throw error;
      }
      tail.drop(oldest.length);
      return tail.waiting;
    },
    dispose() {
      base.dispose();
      tail.drop(tail.waiting);
    },
  };
}

interface Waiting {
  readonly row: number;
  readonly vector: Embedding;
  /** It is handed over all the same: a base numbers rows by their order. */
  readonly removed: boolean;
}

/** Rows `first`, `first` + 1 …, those removed among them. */
function createTail(from: number) {
  let first = from;
  let vectors: Embedding[] = [];
  const removed = new Set<number>();
  return {
    get first() {
      return first;
    },
    get waiting() {
      return vectors.length;
    },
    /** Without those removed. */
    get size() {
      return vectors.length - removed.size;
    },
    add(vector: Embedding): number {
      vectors.push(vector.slice() as Embedding);
      return first + vectors.length - 1;
    },
    remove(row: number): void {
      if (Number.isInteger(row) && row >= first && row < first + vectors.length) removed.add(row);
    },
    search(query: Embedding, k: number, filter: Uint32Array | undefined): Hit[] {
      const top = createTop(Math.min(k, vectors.length));
      for (const [i, vector] of vectors.entries()) {
        const row = first + i;
        if (removed.has(row) || (filter !== undefined && !hasBit(filter, row))) continue;
        top.offer(row, dotRow(vector, 0, query));
      }
      return top.hits();
    },
    oldest(count: number): Waiting[] {
      const some = vectors.slice(0, Math.max(0, count));
      return some.map((vector, i) => ({ row: first + i, vector, removed: removed.has(first + i) }));
    },
    /** Forget the oldest. */
    drop(count: number): void {
      for (let i = 0; i < count; i++) removed.delete(first + i);
      first += count;
      vectors = vectors.slice(count);
    },
  };
}

function handOver(waiting: readonly Waiting[], base: VectorIndex): void {
  for (const { row, vector, removed } of waiting) {
    const given = base.add(vector);
    if (given !== row) throw new AfterimageError('internal', `The index gave a row number ${given} instead of ${row}.`);
    if (removed) base.remove(row);
  }
  // An engine may put off its work until it is asked something: it is done here, not in somebody's search.
  const [first] = waiting;
  if (first !== undefined) base.search(first.vector, { k: 0 });
}

function checkDim(vector: Embedding, dim: number): void {
  if (vector.length === dim) return;
  throw new AfterimageError(
    'dimension-mismatch',
    `A vector of dimension ${vector.length} met an index of dimension ${dim}: they come from different models.`,
  );
}
