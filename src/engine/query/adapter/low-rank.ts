/*
 * Linear algebra of the adapter. Matrices are rows one after the other.
 */

/**
 * Solve G X = R for X, where G (dim × dim) is symmetric and positive definite, by Cholesky's decomposition (Golub & Van Loan,
 * "Matrix Computations", 4.2). Both are overwritten; R has `columns` columns and becomes X.
 */
export function solve(g: Float64Array, r: Float64Array, dim: number, columns: number): void {
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = g[i * dim + j] as number;
      for (let k = 0; k < j; k++) sum -= (g[i * dim + k] as number) * (g[j * dim + k] as number);
      g[i * dim + j] = i === j ? Math.sqrt(sum) : sum / (g[j * dim + j] as number);
    }
  }
  for (let i = 0; i < dim; i++) {
    for (let k = 0; k < i; k++) addRow(r, i, k, -(g[i * dim + k] as number), columns);
    scaleRow(r, i, 1 / (g[i * dim + i] as number), columns);
  }
  for (let i = dim - 1; i >= 0; i--) {
    for (let k = i + 1; k < dim; k++) addRow(r, i, k, -(g[k * dim + i] as number), columns);
    scaleRow(r, i, 1 / (g[i * dim + i] as number), columns);
  }
}

function addRow(matrix: Float64Array, to: number, from: number, factor: number, columns: number): void {
  for (let j = 0; j < columns; j++) {
    matrix[to * columns + j] = (matrix[to * columns + j] as number) + factor * (matrix[from * columns + j] as number);
  }
}

function scaleRow(matrix: Float64Array, row: number, factor: number, columns: number): void {
  for (let j = 0; j < columns; j++) matrix[row * columns + j] = factor * (matrix[row * columns + j] as number);
}

/** Enough that what is left out of a matrix whose values fall off is what is smallest. */
const ITERATIONS = 6;
/** Shorter directions are rounding. */
const NOTHING = 1e-9;

/**
 * About the `rank` directions, of unit norm and at right angles, in which a square matrix W (dim × dim) does most, by subspace
 * iteration from its own largest columns (Halko, Martinsson & Tropp, "Finding structure with randomness", 2011, 4.5).
 * @returns fewer of them where W has a lower rank
 */
export function directionsOf(w: Float64Array, dim: number, rank: number): Float64Array[] {
  let basis = orthogonal(largestColumns(w, dim, rank));
  for (let i = 0; i < ITERATIONS; i++) {
    basis = orthogonal(basis.map((direction) => times(w, timesTransposed(w, direction, dim), dim)));
  }
  return basis;
}

function largestColumns(w: Float64Array, dim: number, count: number): Float64Array[] {
  const columns = Array.from({ length: dim }, (_, j) =>
    Float64Array.from({ length: dim }, (_, i) => w[i * dim + j] as number),
  );
  const norms = columns.map((column) => Math.hypot(...column));
  const order = [...columns.keys()].sort((a, b) => (norms[b] as number) - (norms[a] as number));
  return order.slice(0, count).map((column) => columns[column] as Float64Array);
}

/** W v. */
export function times(w: Float64Array, v: ArrayLike<number>, dim: number): Float64Array {
  const product = new Float64Array(dim);
  for (let i = 0; i < dim; i++) {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += (w[i * dim + j] as number) * (v[j] as number);
    product[i] = sum;
  }
  return product;
}

/** Wᵀ v. */
export function timesTransposed(w: Float64Array, v: ArrayLike<number>, dim: number): Float64Array {
  const product = new Float64Array(dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < dim; j++) product[j] = (product[j] as number) + (w[i * dim + j] as number) * (v[i] as number);
  }
  return product;
}

/** Gram and Schmidt's, twice for precision; what is within those before it is left out. */
function orthogonal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  const longest = Math.max(...vectors.map((vector) => Math.hypot(...vector)));
  for (const vector of vectors) {
    const rest = vector.slice();
    for (const one of [...basis, ...basis]) {
      let along = 0;
      for (let i = 0; i < rest.length; i++) along += (rest[i] as number) * (one[i] as number);
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] as number) - along * (one[i] as number);
    }
    const norm = Math.hypot(...rest);
    if (norm > NOTHING * longest) basis.push(rest.map((value) => value / norm));
  }
  return basis;
}
