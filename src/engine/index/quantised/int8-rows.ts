import { AfterimageError } from '../../errors.ts';
import { GROUPS, type Quantised, quantise } from './quantise.ts';
import { align } from './row-store.ts';
import { type ArrivingRows, createScannedRows, mismatch, type RowEncoding, type RowsOptions } from './scanned-rows.ts';

export interface Int8RowsOptions extends RowsOptions {
  /** What the rows were quantised around: `dim` values. */
  readonly centre: Float32Array;
}

/** Rows of a byte a dimension, scanned as they are. */
export type Int8Rows = ArrivingRows<Quantised>;

/** @throws AfterimageError `index-too-large`, `dimension-mismatch`. */
export function createInt8Rows({ centre, ...options }: Int8RowsOptions): Int8Rows {
  const { dim } = options;
  if (centre.length !== dim) throw mismatch(centre.length, dim);
  return createScannedRows(options, encodingOf(dim, centre));
}

function encodingOf(dim: number, centre: Float32Array): RowEncoding<Quantised> {
  return {
    scan: 'scan',
    rowBytes: dim,
    scalesPerRow: GROUPS,
    queryBytes: 2 * align(dim, 16),
    encode: (vector) => quantise(vector, dim, centre),
    unpack({ codes, scales }) {
      if (codes.length * GROUPS !== scales.length * dim) throw mismatch(codes.length, dim);
      checkScales(scales);
      return { bytes: new Uint8Array(codes.buffer, codes.byteOffset, codes.length), scales };
    },
    writeQuery: (query, buffer, at) => writeQuery(query, centre, new Int16Array(buffer, at, dim)),
  };
}

/** The query at 16 bits. */
function writeQuery(query: Float32Array, centre: Float32Array, factors: Int16Array) {
  const dim = query.length;
  // The sums of the products with codes of at most 128 must stay below 2³¹.
  const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (128 * dim)));
  let peak = 0;
  let base = 0;
  for (let i = 0; i < dim; i++) {
    peak = Math.max(peak, Math.abs(query[i] as number));
    base += (query[i] as number) * (centre[i] as number);
  }
  for (let i = 0; i < dim; i++) factors[i] = Math.round(((query[i] as number) / (peak || 1)) * limit);
  return { step: peak / limit, base };
}

/** Infinity as bfloat16; NaN and negative numbers are larger ones. */
const INFINITE = 0x7f80;

function checkScales(scales: Uint16Array): void {
  if (scales.every((scale) => scale < INFINITE)) return;
  throw new AfterimageError('index-corrupt', 'The scale of a vector is not a number. Build the collection again.');
}
