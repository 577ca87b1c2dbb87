import type { FloatVectors, StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { createExactIndex, type ExactIndex } from '../../engine/index/exact/exact-index.ts';
import { createHalfRows } from '../../engine/index/quantised/half-rows.ts';
import { createInt8Rows } from '../../engine/index/quantised/int8-rows.ts';
import { createQuantisedIndex } from '../../engine/index/quantised/quantised-index.ts';
import type { ScannedRows } from '../../engine/index/quantised/scanned-rows.ts';
import type { Kernels } from '../../engine/kernels/kernels.ts';

interface KernelOptions {
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: ((bytes: number) => Kernels) | undefined;
}

/** The index that compares every row: in the kernels' memory but for float32. */
export function exactIndexOf(vectors: StoredVectors, options: KernelOptions = {}): ExactIndex {
  if (vectors.encoding === 'f32') return createExactIndex(vectors.floats, vectors.dim);
  const { rows, put } = createHeldRows(vectors, vectors.count, options);
  put(0, vectors);
  return createQuantisedIndex(rows);
}

export type KernelVectors = Exclude<StoredVectors, FloatVectors>;

export interface HeldRows {
  readonly rows: ScannedRows;
  /** Rows of the same encoding, as all of a collection are. */
  put(first: number, some: KernelVectors): void;
}

/** Room for `count` rows like `some`, as the kernels scan them. */
export function createHeldRows(some: KernelVectors, count: number, { kernels }: KernelOptions): HeldRows {
  const options = { dim: some.dim, count, ...(kernels && { kernels }) };
  if (some.encoding === 'int8') {
    const rows = createInt8Rows({ ...options, centre: some.centre });
    return { rows, put: (first, more) => more.encoding === 'int8' && rows.put(first, more) };
  }
  const rows = createHalfRows(options);
  return { rows, put: (first, more) => more.encoding === 'f16' && rows.put(first, more) };
}
