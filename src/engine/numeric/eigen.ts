import type { Steps } from '../async/steps.ts';

/** Eigenvalues, descending, and the eigenvectors that belong to them, one a row. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const SWEEPS = 12;
/** The later of them find little left to do. */
const LONG_SWEEPS = 8;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix (`dim` × `dim`), which is overwritten: cyclic Jacobi rotations
 * (Golub & Van Loan, "Matrix Computations", 8.5), slow and simple.
 */
export function* eigen(matrix: Float64Array, dim: number): Steps<Eigen> {
  const vectors = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) vectors[i * dim + i] = 1;
  const small = 1e-12 * trace(matrix, dim);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < dim; p++) {
      for (let q = p + 1; q < dim; q++) {
        if (Math.abs(matrix[p * dim + q] as number) <= small) continue;
        rotate(matrix, vectors, dim, p, q);
        rotated = true;
      }
      yield Math.min(1, (sweep + p / dim) / LONG_SWEEPS);
    }
    if (!rotated) break;
  }
  return sorted(matrix, vectors, dim);
}

/** Make element (p, q) zero. Only rows p and q are kept up to date in full; columns follow by symmetry. */
function rotate(matrix: Float64Array, vectors: Float64Array, dim: number, p: number, q: number): void {
  const pp = matrix[p * dim + p] as number;
  const qq = matrix[q * dim + q] as number;
  const pq = matrix[p * dim + q] as number;
  const theta = (qq - pp) / (2 * pq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  turnRows(matrix, p * dim, q * dim, dim, c, s);
  for (let i = 0; i < dim; i++) {
    matrix[i * dim + p] = matrix[p * dim + i] as number;
    matrix[i * dim + q] = matrix[q * dim + i] as number;
  }
  matrix[p * dim + p] = pp - t * pq;
  matrix[q * dim + q] = qq + t * pq;
  matrix[p * dim + q] = matrix[q * dim + p] = 0;
  turnRows(vectors, p * dim, q * dim, dim, c, s);
}

function turnRows(values: Float64Array, p: number, q: number, dim: number, c: number, s: number): void {
  for (let i = 0; i < dim; i++) {
    const a = values[p + i] as number;
    const b = values[q + i] as number;
    values[p + i] = c * a - s * b;
    values[q + i] = s * a + c * b;
  }
}

function trace(matrix: Float64Array, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += matrix[i * dim + i] as number;
  return sum;
}

function sorted(matrix: Float64Array, vectors: Float64Array, dim: number): Eigen {
  const diagonal = (i: number) => matrix[i * dim + i] as number;
  const order = Array.from({ length: dim }, (_, i) => i).sort((a, b) => diagonal(b) - diagonal(a));
  const rows = new Float64Array(dim * dim);
  order.forEach((from, to) => {
    rows.set(vectors.subarray(from * dim, (from + 1) * dim), to * dim);
  });
  return { values: Float64Array.from(order, diagonal), vectors: rows };
}
