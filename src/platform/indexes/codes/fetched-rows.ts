import { AfterimageError } from '../../../engine/errors.ts';
import { createInt8Rows, type Int8Rows } from '../../../engine/index/quantised/int8-rows.ts';
import type { Kernels } from '../../../engine/kernels/kernels.ts';

export interface FetchedRowsOptions {
  readonly dim: number;
  readonly centre: Float32Array;
  /** Rows of the collection. */
  readonly count: number;
  /** Rows that are held at most, fewer than `count`: the oldest make room for new ones. */
  readonly held: number;
  readonly kernels?: ((bytes: number) => Kernels) | undefined;
}

/**
 * Rows of a collection that is too large to make room for all of them: those fetched last are held. Given rows are
 * scored, never all of them; those that are not held are left out.
 * @throws AfterimageError `index-too-large`
 */
export function createFetchedRows({ dim, centre, count: given, held, kernels }: FetchedRowsOptions): Int8Rows {
  const rows = createInt8Rows({ dim, centre, count: held, ...(kernels && { kernels }) });
  /** Where a row lies among the held ones. Appended rows lie behind them, and stay. */
  const slots = new Map<number, number>();
  /** Which row was written last to a slot; it may have been removed since, or have been fetched again into another one. */
  const rowAt = new Map<number, number>();
  const removed = new Set<number>();
  let next = 0;
  let list = new Uint32Array(0);

  /** A slot holds another row from now on: also one that was removed, which is not there for that. */
  function place(row: number, slot: number): void {
    const before = rowAt.get(slot);
    if (before !== undefined && slots.get(before) === slot) slots.delete(before);
    rowAt.set(slot, row);
    if (!removed.has(row)) slots.set(row, slot);
  }

  /** What `choose` writes, into room that is made for it when it is known how much. */
  function chosen(choose: (list: Uint32Array, end: number) => number, end: number): Uint32Array {
    const count = choose(list, end);
    if (count <= list.length) return list.subarray(0, count);
    list = new Uint32Array(count);
    return list.subarray(0, choose(list, end));
  }

  return {
    dim,
    get count() {
      return given + rows.count - held;
    },
    get size() {
      return slots.size;
    },
    has: (row) => slots.has(row),
    put(first, { codes, scales }) {
      const count = codes.length / dim;
      if (count > held) throw new AfterimageError('internal', `${count} rows at once are too many.`);
      if (next + count > held) next = 0;
      rows.put(next, { codes, scales });
      for (let i = 0; i < count; i++) place(first + i, next + i);
      next += count;
    },
    append(vector) {
      const slot = rows.append(vector);
      const row = given + slot - held;
      place(row, slot);
      return row;
    },
    remove(row) {
      removed.add(row);
      slots.delete(row);
    },
    scan(query, choose) {
      if (!choose) throw new AfterimageError('internal', 'Not all rows are held, so not all can be compared.');
      const wanted = chosen(choose, this.count).filter((row) => slots.has(row));
      const scanned = rows.scan(query, (to) => {
        for (const [i, row] of wanted.entries()) to[i] = slots.get(row) as number; // filtered
        return wanted.length;
      });
      return { ...scanned, rows: wanted };
    },
    dispose() {
      rows.dispose();
      slots.clear();
    },
  };
}
