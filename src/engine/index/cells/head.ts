/**
 * Cells: rows that lie near each other stand next to each other, and such a stretch of rows is a cell. The head says where the
 * cells are and what each of them is like; it is all that is read before the first query. What a cell holds is read when a
 * query comes near it (members.ts).
 *
 * The body of the section `cells`, little-endian:
 *
 *   uint32  cells
 *   uint32  components of a code
 *   cells × { uint32 rows, 16 bytes: the first of the SHA-256 of its members }
 *   cells × uint8: how far rows lie from the middle of their cell, in a component of their codes, in 255ths of the largest
 *   cells × components × int8: the middle of each cell, the mean of its codes, in 127ths of the largest
 *   a section of codes (codes/section.ts) of the sample of rows by which similarities are judged
 *
 * The cells' rows follow each other: those of the first begin with row 0.
 */
import { AfterimageError } from '../../errors.ts';
import { type Code, codeBytes, middleOf } from '../codes/code.ts';
import { type CodeHeader, readCodeHeader, writeCodeHeader } from '../codes/section.ts';

const HASH_BYTES = 16;
const ENTRY_BYTES = 4 + HASH_BYTES;
const FIXED_BYTES = 8;
/** Where a section of codes says how many it has. */
const SAMPLED_AT = 12;
const [CENTROID_STEPS, SPREAD_STEPS] = [127, 255];

export interface CellShape {
  /** Rows of each cell, in their order. */
  readonly rows: Uint32Array;
  /** Cells × components, the mean of the members' components less their middle, in units of the code. */
  readonly centroids: Float32Array;
  /** How far members lie from it in each component, root mean square, in the same units. */
  readonly spreads: Float32Array;
}

export interface CellsHead extends CellShape {
  readonly code: Code;
  readonly count: number;
  /** The first row of each cell, and after the last one the number of all rows. */
  readonly firsts: Uint32Array;
  /** Of each cell's members: 32 hex digits. */
  readonly hashes: readonly string[];
  /** The codes of rows that stand for the collection: a section of codes by themselves. */
  readonly sample: { readonly section: Uint8Array; readonly header: CodeHeader };
}

/**
 * @param hashes of the cells' members, 32 hex digits each
 * @param sample codes of the rows of `drawRows`, one after the other
 */
export function encodeHead(
  { rows, centroids, spreads }: CellShape,
  hashes: readonly string[],
  code: Code,
  sample: Uint8Array,
): Uint8Array {
  const cells = rows.length;
  const codes = writeCodeHeader(code, sample.length / codeBytes(code));
  const tableEnd = FIXED_BYTES + ENTRY_BYTES * cells;
  const centroidsAt = tableEnd + cells;
  const codesAt = centroidsAt + cells * code.width;
  const bytes = new Uint8Array(codesAt + codes.length + sample.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, cells, true);
  view.setUint32(4, code.width, true);
  const largest = middleOf(code.bits);
  for (let cell = 0; cell < cells; cell++) {
    const at = FIXED_BYTES + ENTRY_BYTES * cell;
    view.setUint32(at, rows[cell] as number, true);
    const hash = hashes[cell] as string;
    for (let i = 0; i < HASH_BYTES; i++) bytes[at + 4 + i] = Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16);
    bytes[tableEnd + cell] = Math.min(SPREAD_STEPS, Math.round(((spreads[cell] as number) / largest) * SPREAD_STEPS));
  }
  for (let i = 0; i < centroids.length; i++) {
    view.setInt8(centroidsAt + i, Math.round(((centroids[i] as number) / largest) * CENTROID_STEPS));
  }
  bytes.set(codes, codesAt);
  bytes.set(sample, codesAt + codes.length);
  return bytes;
}

/** The head of a collection of `count` rows. @throws AfterimageError `index-corrupt` */
export function parseHead(
  body: Uint8Array,
  { dim, count }: { readonly dim: number; readonly count: number },
): CellsHead {
  if (body.length < FIXED_BYTES) throw corrupt('it is too short');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [cells, width] = [view.getUint32(0, true), view.getUint32(4, true)];
  const tableEnd = FIXED_BYTES + ENTRY_BYTES * cells;
  const codesAt = tableEnd + cells + cells * width;
  if (!(codesAt + SAMPLED_AT + 4 <= body.length)) throw corrupt(`${cells} cells in ${body.length} bytes`);
  const section = body.subarray(codesAt);
  const sampled = view.getUint32(codesAt + SAMPLED_AT, true);
  if (sampled > count || (sampled === 0 && count > 0)) throw corrupt(`a sample of ${sampled} of ${count} rows`);
  const header = readCodeHeader(section, { dim, count: sampled });
  const { code } = header;
  if (code.width !== width) throw corrupt(`${width} components, and codes of ${code.width}`);
  const [rows, firsts] = [new Uint32Array(cells), new Uint32Array(cells + 1)];
  const hashes: string[] = [];
  const spreads = new Float32Array(cells);
  const largest = middleOf(code.bits);
  let first = 0;
  for (let cell = 0; cell < cells; cell++) {
    const at = FIXED_BYTES + ENTRY_BYTES * cell;
    rows[cell] = view.getUint32(at, true);
    if (rows[cell] === 0) throw corrupt('a cell without rows');
    first += rows[cell] as number;
    if (first > count) throw corrupt(`cells of more than ${count} rows`);
    firsts[cell + 1] = first;
    hashes.push(hexOf(body.subarray(at + 4, at + ENTRY_BYTES)));
    spreads[cell] = ((body[tableEnd + cell] as number) / SPREAD_STEPS) * largest;
  }
  if (first !== count) throw corrupt(`cells of ${first} rows, not ${count}`);
  const centroids = Float32Array.from(
    { length: cells * width },
    (_, i) => (view.getInt8(tableEnd + cells + i) / CENTROID_STEPS) * largest,
  );
  return { code, count, rows, firsts, hashes, spreads, centroids, sample: { section, header } };
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The cell that a row stands in. */
export function cellOf({ firsts }: Pick<CellsHead, 'firsts'>, row: number): number {
  let [low, high] = [0, firsts.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firsts[middle] as number) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

function corrupt(problem: string): AfterimageError {
  return new AfterimageError('index-corrupt', `The cells of the collection have ${problem}.`);
}
