import { checkDim } from '../../numeric/dimension.ts';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import { hasBit } from '../bitset.ts';
import { sortRows } from '../sort-rows.ts';
import type { Hit, SearchOptions, VectorIndex } from '../vector-index.ts';
import { type CellQuery, createCellQuery } from './cell-query.ts';
import { type Choice, chooseCells, countPassing } from './choose-cells.ts';
import { type CellsHead, cellOf } from './head.ts';

/** What has been read of a collection. */
export interface HeldCells {
  /** The codes of a cell's rows; undefined where they have not been read, or are held no more. */
  codesOf(cell: number): Uint8Array | undefined;
  /** The vector of a row, likewise. */
  vectorOf(row: number): Float32Array | undefined;
}

export interface CellsIndexOptions {
  readonly head: CellsHead;
  readonly held: HeldCells;
  readonly choice?: Partial<Choice>;
}

/** A query on its way: its cells may come one after the other. */
export interface CellSearch {
  /** The cells to look into, nearest first. */
  readonly cells: readonly number[];
  /** Look at the rows of a cell, of which these are the codes. */
  scan(cell: number, codes: Uint8Array): void;
  /** Of the likely best rows so far `n`, the best first. */
  best(n: number): Uint32Array;
  /** The best rows so far: by their vectors where these are held, else by an estimate, marked as one. */
  hits(): Hit[];
}

/** Finds rows in the cells that are near a query, by their codes, and compares the best of them by their vectors. */
export interface CellsIndex extends VectorIndex {
  readonly kind: 'cells';
  /** @throws AfterimageError `dimension-mismatch` */
  begin(query: Embedding, options: SearchOptions): CellSearch;
  /** The vector of a row that was added; undefined of those of the collection. */
  addedVector(row: number): Embedding | undefined;
}

/** Measured by `pnpm bench static`; docs/decisions/0020-cells.md. */
export const CHOICE: Choice = { ratio: 0.4, leastRows: 3_000, mostRows: 16_000 };
/** How much nearer than its middle a cell is taken to be, in standard deviations of its rows: where its nearest rows lie. */
const REACH = 3;
/** Rows that are looked at for each that is asked for, at least. */
const ROWS_PER_HIT = 5;
/** Ranks beyond which fewer do. */
const DEEP = 200;
/** Rows whose vectors are compared where they are held: for each that is asked for, and at least. */
const CANDIDATES_PER_HIT = 2;
const LEAST_CANDIDATES = 200;

/** Searches among what is held; whoever reads the rest asks `begin` which it is. */
export function createCellsIndex({ head, held, choice: given }: CellsIndexOptions): CellsIndex {
  const { code, count, rows: sizes, firsts } = head;
  const { dim } = code;
  const choice = { ...CHOICE, ...given };
  const removed = new Set<number>();
  /** Of the collection's rows, by cell. */
  const there = sizes.slice();
  const added: Embedding[] = [];

  const isNumbered = (row: number) => Number.isInteger(row) && row >= 0 && row < count + added.length;
  const passes = (row: number, filter: Uint32Array | undefined) =>
    !removed.has(row) && (!filter || hasBit(filter, row));

  function begin(query: Embedding, { k, filter }: SearchOptions): CellSearch {
    checkDim(query.length, dim);
    const seen = createCellQuery(query, head);
    const found = createList();
    const addedHits = added.flatMap((vector, i): Hit[] =>
      passes(count + i, filter) ? [{ row: count + i, similarity: dot(query, vector) }] : [],
    );
    return {
      cells: k > 0 ? choose(seen, k, filter) : [],
      scan(cell, codes) {
        const first = firsts[cell] as number;
        seen.scan(codes, (place, estimate) => {
          if (passes(first + place, filter)) found.push(first + place, estimate);
        });
      },
      best: (n) => found.sorted().rows.slice(0, n),
      hits() {
        const { rows, similarities } = found.sorted();
        const candidates = Math.min(rows.length, Math.max(LEAST_CANDIDATES, CANDIDATES_PER_HIT * k));
        const hits = Array.from({ length: candidates }, (_, i): Hit => {
          const row = rows[i] as number;
          const vector = held.vectorOf(row);
          if (vector) return { row, similarity: dot(query, vector as Embedding) };
          return { row, similarity: similarities[i] as number, approximate: true };
        });
        hits.push(...addedHits);
        return hits.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, k);
      },
    };
  }

  function choose(query: CellQuery, k: number, filter: Uint32Array | undefined): number[] {
    const rows = filter || removed.size > 0 ? passingRows(filter) : there;
    const wanted = k > DEEP ? CANDIDATES_PER_HIT * k : ROWS_PER_HIT * k;
    return chooseCells(query.scores(REACH), sizes, { rows, wanted, needed: k, filtered: filter !== undefined }, choice);
  }

  /** Of each cell. */
  function passingRows(filter: Uint32Array | undefined): Uint32Array {
    if (!filter) return there;
    const rows = countPassing(filter, firsts);
    for (const row of removed) {
      if (row >= count || !hasBit(filter, row)) continue;
      const cell = cellOf(head, row);
      rows[cell] = (rows[cell] as number) - 1;
    }
    return rows;
  }

  return {
    kind: 'cells',
    dim,
    get size() {
      return count + added.length - removed.size;
    },
    has: (row) => isNumbered(row) && !removed.has(row),
    begin,
    search(query, options) {
      const search = begin(query, options);
      for (const cell of search.cells) {
        const codes = held.codesOf(cell);
        if (codes) search.scan(cell, codes);
      }
      return search.hits();
    },
    add(vector) {
      checkDim(vector.length, dim);
      added.push(vector.slice() as Embedding);
      return count + added.length - 1;
    },
    remove(row) {
      if (!isNumbered(row) || removed.has(row)) return;
      removed.add(row);
      if (row >= count) return;
      const cell = cellOf(head, row);
      there[cell] = (there[cell] as number) - 1;
    },
    addedVector: (row) => (row >= count ? added[row - count] : undefined),
    dispose() {
      added.length = 0;
    },
  };
}

/** Rows with what their similarity is likely to be, in any order. */
function createList() {
  const rows: number[] = [];
  const estimates: number[] = [];
  let sorted: ReturnType<typeof sortRows> | undefined;
  return {
    push(row: number, estimate: number) {
      rows.push(row);
      estimates.push(estimate);
      sorted = undefined;
    },
    sorted: () => (sorted ??= sortRows(Uint32Array.from(rows), Float32Array.from(estimates))),
  };
}
