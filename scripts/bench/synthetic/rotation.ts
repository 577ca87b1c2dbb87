import { mix } from '../../../src/engine/numeric/mix.ts';

/** Turns a vector in place; its length stays what it was. */
export type Rotation = (vector: Float32Array) => void;

/**
 * A seeded rotation of vectors of `dim` values that needs no matrix: rounds of seeded signs, each followed by a
 * Walsh–Hadamard transform, spread every direction evenly over all coordinates (Ailon & Chazelle 2009, "The Fast
 * Johnson–Lindenstrauss Transform"). O(dim · log dim), equal on every host up to the rounding of float32.
 * @param dim a power of two. @throws RangeError for another one.
 */
export function createRotation(dim: number, seed: number, rounds = 3): Rotation {
  if (!(dim > 0 && Number.isInteger(Math.log2(dim)))) throw new RangeError(`${dim} is not a power of two`);
  const scale = 1 / Math.sqrt(dim);
  // The transform's factor 1/√dim is taken into the signs.
  const signs = Array.from({ length: rounds }, (_, round) =>
    Float32Array.from({ length: dim }, (_, i) => ((mix(seed, round * dim + i) & 1) === 0 ? scale : -scale)),
  );
  return (vector) => {
    for (const sign of signs) {
      for (let i = 0; i < dim; i++) vector[i] = (vector[i] as number) * (sign[i] as number);
      hadamard(vector, dim);
    }
  };
}

/** The Walsh–Hadamard transform in place, without its factor 1/√dim. */
function hadamard(vector: Float32Array, dim: number): void {
  for (let half = 1; half < dim; half *= 2) {
    for (let start = 0; start < dim; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const a = vector[i] as number;
        const b = vector[i + half] as number;
        vector[i] = a + b;
        vector[i + half] = a - b;
      }
    }
  }
}
