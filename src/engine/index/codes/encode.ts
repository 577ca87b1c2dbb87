import type { Steps } from '../../async/steps.ts';
import { AfterimageError } from '../../errors.ts';
import { countRows } from '../../numeric/dimension.ts';
import { dotAt } from '../../numeric/dot-at.ts';
import { type Code, codeBytes, largestOf, putComponent } from './code.ts';

/** The codes of `vectors` (rows × dim), row by row. @throws AfterimageError `dimension-mismatch`. */
export type EncodeRows = (vectors: Float32Array) => Uint8Array<ArrayBuffer>;

/** Takes time of the order of width² × dim. @throws AfterimageError `index-corrupt` where the weights do not span so many components. */
export function* createEncoder(code: Code): Steps<EncodeRows> {
  const { dim, width, bits, centre } = code;
  const [half, largest] = [2 ** (bits - 1), largestOf(bits)];
  const projection = yield* pseudoInverse(code);
  /** What the centre projects to, less the half of all values that makes components positive. */
  const offsets = Float64Array.from({ length: width }, (_, j) => dotAt(projection, j * dim, centre, 0, dim) - half);
  const rowBytes = codeBytes(code);
  return (vectors) => {
    const rows = countRows(vectors.length, dim);
    const codes = new Uint8Array(rows * rowBytes);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < width; j++) {
        const value = Math.floor(dotAt(projection, j * dim, vectors, row * dim, dim) - (offsets[j] as number));
        putComponent(bits, codes, row * rowBytes, j, Math.max(0, Math.min(largest, value)));
      }
    }
    return codes;
  };
}

/** A = (B Bᵀ)⁻¹ B, so that A Bᵀ = 1. */
function* pseudoInverse({ dim, width, weights }: Code): Steps<Float32Array> {
  const gram = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      gram[i * width + j] = gram[j * width + i] = dotAt(weights, i * dim, weights, j * dim, dim);
    }
    yield (i / width) ** 2 / 3;
  }
  const lower = cholesky(gram, width);
  const result = Float64Array.from(weights);
  // L Lᵀ A = B, solved for all columns of B at once: forwards, then backwards.
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) subtractRow(result, i, j, lower[i * width + j] as number, dim);
    scaleRow(result, i, 1 / (lower[i * width + i] as number), dim);
    yield (1 + (i / width) ** 2) / 3;
  }
  for (let i = width - 1; i >= 0; i--) {
    for (let j = i + 1; j < width; j++) subtractRow(result, i, j, lower[j * width + i] as number, dim);
    scaleRow(result, i, 1 / (lower[i * width + i] as number), dim);
    yield 1 - (i / width) ** 2 / 3;
  }
  return Float32Array.from(result);
}

/** The lower triangle L of a matrix L Lᵀ. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j] as number;
      for (let k = 0; k < j; k++) rest -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      lower[i * size + j] = i === j ? Math.sqrt(rest) : rest / (lower[j * size + j] as number);
      if (i === j && !(rest > 0 && rest < Number.POSITIVE_INFINITY)) {
        throw new AfterimageError('index-corrupt', 'The codes of the collection cannot be used.');
      }
    }
  }
  return lower;
}

function subtractRow(matrix: Float64Array, from: number, row: number, factor: number, dim: number): void {
  for (let i = 0; i < dim; i++) {
    matrix[from * dim + i] = (matrix[from * dim + i] as number) - factor * (matrix[row * dim + i] as number);
  }
}

function scaleRow(matrix: Float64Array, row: number, factor: number, dim: number): void {
  for (let i = 0; i < dim; i++) matrix[row * dim + i] = (matrix[row * dim + i] as number) * factor;
}
