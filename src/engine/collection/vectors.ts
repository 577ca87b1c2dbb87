/** Rounding of float32 and of encoders that normalise in half precision. */
const NORM_TOLERANCE = 1e-3;

/**
 * The first row whose norm is not 1, or −1. Looks at `sample` rows at most, spread evenly, the first and last included.
 * @param vectors count × dim, row by row.
 */
export function findBadRow(vectors: Float32Array, dim: number, sample = Number.POSITIVE_INFINITY): number {
  const count = vectors.length / dim;
  const step = sample < count ? (count - 1) / (sample - 1) : 1;
  for (let i = 0; i < Math.min(count, sample); i++) {
    const row = Math.floor(i * step);
    // NaN compares false, hence the negation.
    if (!(Math.abs(norm(vectors, row * dim, dim) - 1) <= NORM_TOLERANCE)) return row;
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
