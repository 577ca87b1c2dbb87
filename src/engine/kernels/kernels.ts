/**
 * What scans large arrays. Everything lies in one linear memory and is named by its byte offset, as WebAssembly sees it;
 * offsets are multiples of 16. Of each operation there are two implementations that give the same bits: WebAssembly with
 * SIMD (assembly/), and TypeScript (reference.ts), which says by definition what is computed and stands in where a
 * browser has no SIMD.
 */
export interface Kernels {
  readonly kind: 'wasm' | 'reference';
  readonly memory: KernelMemory;

  /**
   * Scores of int8 rows: base + sum × step, where the sum is that of query · row × scale over the groups of a row: value i
   * belongs to group (i mod 16) >> 1. Each operation is rounded to float32; groups 0 and 4 are added first, 1 and 5, 2 and 6, 3
   * and 7, then (first + third) + (second + fourth).
   *
   * @param rows `stride` bytes each: int8 values, and any between the last and the end of the row
   * @param scales bfloat16, one a group; NaN makes the score NaN, which counts as none
   * @param stride bytes of a row, a multiple of 16
   * @param list uint32 numbers of the rows to score, or 0: rows 0 … count − 1
   * @param count how many rows are scored
   * @param query `stride` int16 values, zero beyond the dimension; Σ |query| × 128 < 2³¹
   * @param scores out: float32, one for each position
   * @param maxima out: float32, the largest score of each `BLOCK_ROWS` positions; −∞ where all are NaN
   */
  readonly scan: Scan;

  /**
   * Scores of rows of halves: base + (query · row × scale) × step, as `scan` has them but for rows, query and scales, of which
   * each row has one. Products are rounded to float32 and added in their order to one of four float32 sums, of eight values
   * 0 and 1 to the first, 2 and 3 to the second, and so on; in the end (first + third) + (second + fourth).
   *
   * @param rows `stride` bytes each: halves, and any between the last and the end of the row; none is infinite or NaN, their
   *   exponent is taken for that of the next larger numbers
   * @param query `stride` / 2 float32 values, each `HALVES_QUERY_FACTOR` times what it stands for, which is below 2¹⁵, in
   *   groups of eight: values 0, 2, 4 and 6, then 1, 3, 5 and 7; zero beyond the dimension
   */
  readonly scanHalves: Scan;

  /**
   * How far codes of 4-bit components are from a query: (bias − Σ query × component) >> shift.
   *
   * @param codes `stride` bytes each, in groups of 16: eight uint16, of which number e holds components e, e + 8, e + 16
   *   and e + 24 of the group's 32, lowest bits first
   * @param stride a multiple of 16
   * @param query 2 · `stride` int16 values, one a component; Σ |query| × 15 < 2³¹
   * @param bias at least every sum; (bias − sum) >> shift is below 2¹⁶
   * @param distances out: uint16, one a code; room for `count` rounded up to four
   */
  nibbles(
    codes: number,
    stride: number,
    count: number,
    query: number,
    bias: number,
    shift: number,
    distances: number,
  ): void;

  /**
   * How far codes of single bits are from a query: Σ over groups of four bits of what the group's table says of them.
   *
   * @param codes `stride` bytes a row, four bits of one group in the lower half of a byte, those of the next in the upper;
   *   in groups of sixteen rows: byte i of row r lies at (r − r mod 16) · `stride` + 16 i + r mod 16
   * @param stride a multiple of 16
   * @param tables 2 · `stride` tables of 16 bytes, none above 63; all sums are below 2¹⁶
   * @param distances out: uint16, one a row; room for `count` rounded up to sixteen, and as many rows are read
   */
  bits(codes: number, stride: number, count: number, tables: number, distances: number): void;

  /**
   * Copy listed rows, one after the other: where few of many are wanted, memory gives them much faster in one go than in
   * between computing.
   *
   * @param rows `stride` bytes each
   * @param stride a multiple of 16
   * @param list uint32 numbers of rows
   * @param count how many are listed
   * @param out room for as many rows, which overlaps none of the above
   */
  gatherRows(rows: number, stride: number, list: number, count: number, out: number): void;

  /** Add to `counts` (uint32) how often each distance (uint16) occurs. */
  countDistances(distances: number, count: number, counts: number): void;

  /**
   * Positions, ascending, of all distances below `limit` and of the first `equal` that are `limit`.
   *
   * @param list out: uint32
   * @returns how many
   */
  collectNearest(distances: number, count: number, limit: number, equal: number, list: number): number;
}

export type Scan = (
  rows: number,
  scales: number,
  stride: number,
  list: number,
  count: number,
  query: number,
  step: number,
  base: number,
  scores: number,
  maxima: number,
) => void;

/** Positions that share one entry of `maxima`. */
export const BLOCK_ROWS = 32;

/** 2¹¹²: by as much is the bias of a float32's exponent larger than that of a half's, which is moved but not changed. */
export const HALVES_QUERY_FACTOR = 2 ** 112;

export interface KernelMemory {
  /** Another one after each growth: views must not be kept. */
  readonly buffer: ArrayBuffer;
  /** Make room for at least `bytes` in all. @throws AfterimageError `index-too-large`. */
  reserve(bytes: number): void;
}
