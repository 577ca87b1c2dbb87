import { AfterimageError } from '../errors.ts';

declare const unitNorm: unique symbol;

/** A unit-norm vector; its length is the model's `dim`. The dot product of two is their cosine. */
export type Embedding = Float32Array & { readonly [unitNorm]: true };

/**
 * Scale `vector` to unit norm, in place. The only way to make an `Embedding`.
 * @throws AfterimageError `embedding-invalid` when the norm is zero or not finite: a device that computes nonsense.
 */
export function normalise(vector: Float32Array): Embedding {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const norm = Math.sqrt(sum);
  if (!(norm > 0 && Number.isFinite(norm))) {
    throw new AfterimageError(
      'embedding-invalid',
      `The encoder returned a vector of norm ${norm}, which means nothing.`,
    );
  }
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / norm;
  return vector as Embedding;
}

/** Dot product of two vectors of equal length; of two embeddings, their cosine in [−1, 1]. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
