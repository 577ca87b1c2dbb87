import type { Steps } from '../../engine/async/steps.ts';
import type { StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import type { WrittenCells } from '../../engine/collection/writer.ts';
import type { CellShape } from '../../engine/index/cells/head.ts';
import { clusterRows } from '../../engine/index/codes/cluster.ts';
import { type Code, codeBytes } from '../../engine/index/codes/code.ts';
import { runSteps } from '../steps/run-steps.ts';
import { balanceCells } from './balance-cells.ts';
import { encodeAll, inRows, learnCode, type OnProgress, pointsOf } from './make-codes.ts';

export interface MadeCells extends WrittenCells {
  /** The rows in their new order: `order[i]` is the row that comes to place `i`. */
  readonly order: Uint32Array;
}

/** Rows of a cell, about: 16 KiB of codes, one request. */
export const CELL_ROWS = 256;
/** Cells of a step. */
const CHUNK = 16;

/**
 * Encode vectors, and divide them into cells of rows that lie near each other. The same vectors give the same bytes.
 * @throws AfterimageError `usage` for vectors of fewer than 32 dimensions; the signal's reason
 */
export async function makeCells(
  vectors: StoredVectors,
  onProgress: OnProgress,
  signal: AbortSignal,
  cellRows: number = CELL_ROWS,
): Promise<MadeCells> {
  const { count } = vectors;
  const code = await learnCode(vectors, onProgress, signal);
  const unordered = await runSteps(encodeAll(vectors, code), signal, inRows(onProgress, 'Codes', count));
  const points = pointsOf(unordered, code);
  const clusters = clusterRows({ count, width: code.width, points, clusterRows: cellRows });
  const found = await runSteps(clusters, signal, inRows(onProgress, 'Cells', count));
  const point = (row: number, out: Float32Array) => points(row, row + 1, out);
  const balanced = balanceCells(found, point, code.width, cellRows);
  const cells = await runSteps(balanced, signal, inRows(onProgress, 'Cell sizes', count));
  const codes = inOrder(unordered, cells.order, codeBytes(code));
  const shape = await runSteps(shapeCells(cells.rows, codes, code), signal, inRows(onProgress, 'Cell middles', count));
  return { order: cells.order, shape, code, codes };
}

function inOrder(codes: Uint8Array, order: Uint32Array, bytes: number): Uint8Array {
  const ordered = new Uint8Array(codes.length);
  for (const [place, row] of order.entries()) {
    ordered.set(codes.subarray(row * bytes, (row + 1) * bytes), place * bytes);
  }
  return ordered;
}

/** The middle of each cell and how far its rows lie from it. @param codes in the order of the cells */
export function* shapeCells(rows: Uint32Array, codes: Uint8Array, code: Code): Steps<CellShape> {
  const { width } = code;
  const points = pointsOf(codes, code);
  const centroids = new Float32Array(rows.length * width);
  const spreads = new Float32Array(rows.length);
  let first = 0;
  for (const [cell, count] of rows.entries()) {
    const own = new Float32Array(count * width);
    points(first, first + count, own);
    const middle = centroids.subarray(cell * width, (cell + 1) * width);
    for (let i = 0; i < own.length; i++) middle[i % width] = (middle[i % width] as number) + (own[i] as number) / count;
    let squares = 0;
    for (let i = 0; i < own.length; i++) squares += ((own[i] as number) - (middle[i % width] as number)) ** 2;
    spreads[cell] = Math.sqrt(squares / own.length);
    first += count;
    if (cell % CHUNK === 0) yield cell / rows.length;
  }
  return { rows, centroids, spreads };
}
