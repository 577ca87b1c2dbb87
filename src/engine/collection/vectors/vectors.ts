/** Rounding of float32, of halves, and of encoders that normalise in half precision. */
export const NORM_TOLERANCE = 1e-3;

/**
 * The first row whose norm is not 1, or −1.
 * @param vectors count × dim, row by row.
 */
export function findBadRow(vectors: Float32Array, dim: number, { tolerance = NORM_TOLERANCE } = {}): number {
  for (let row = 0; row < vectors.length / dim; row++) {
    // NaN compares false, hence the negation.
    if (!(Math.abs(norm(vectors, row * dim, dim) - 1) <= tolerance)) return row;
  }
  return -1;
}

function norm(vectors: Float32Array, start: number, dim: number): number {
  let sum = 0;
  for (let i = start; i < start + dim; i++) {
    const value = vectors[i] as number;
    sum += value * value;
  }
  return Math.sqrt(sum);
}
