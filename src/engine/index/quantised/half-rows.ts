import { HALVES_QUERY_FACTOR } from '../../kernels/kernels.ts';
import { toHalves } from './halves.ts';
import { align } from './row-store.ts';
import { type ArrivingRows, createScannedRows, mismatch, type RowsOptions } from './scanned-rows.ts';

/** As bfloat16. */
const ONE = 0x3f80;

/** Rows of two bytes a dimension (IEEE 754 half precision), scanned as they are. */
export type HalfRows = ArrivingRows<{ readonly halves: Uint16Array }>;

/** @throws AfterimageError `index-too-large`. */
export function createHalfRows(options: RowsOptions): HalfRows {
  const { dim } = options;
  return createScannedRows(options, {
    scan: 'scanHalves',
    rowBytes: 2 * dim,
    scalesPerRow: 1,
    queryBytes: 4 * align(dim, 8),
    encode: (vector) => ({ halves: toHalves(vector, dim) }),
    unpack({ halves }) {
      const { buffer, byteOffset, byteLength, length } = halves;
      if (length % dim !== 0) throw mismatch(length, dim);
      return { bytes: new Uint8Array(buffer, byteOffset, byteLength), scales: new Uint16Array(length / dim).fill(ONE) };
    },
    writeQuery(query, buffer, at) {
      const factors = new Float32Array(buffer, at, align(dim, 8));
      for (let i = 0; i < dim; i++) factors[placeOf(i)] = (query[i] as number) * HALVES_QUERY_FACTOR;
      return { step: 1, base: 0 };
    },
  });
}

/** Where the kernel has value `i` of the query: in each group of eight the even ones come first. */
function placeOf(i: number): number {
  return (i & ~7) + ((i & 1) << 2) + ((i & 7) >> 1);
}
