/**
 * First-pass codes: a few components of each vector at 4 bits each, by which the best few hundred of a million rows are
 * found before their int8 vectors are looked at.
 *
 * The components are principal ones, balanced: divided by the fourth root of their variance and turned into each other
 * at random, so that each carries about as much of a dot product with a vector that has no preferred direction, and 4
 * bits are well spent on all of them ("balanced" after Ge et al. 2013, "Optimized Product Quantization"). A text's
 * embedding is such a vector: pictures vary in few directions, texts differ from them in all.
 *
 * Component j of row x is c_j = floor((A (x − centre))_j) + 8, kept in 0 … 15, and
 * q · x ≈ q · centre + Σ_j (B q)_j (c_j − 7.5). Only B is stored: A is the pseudo-inverse of its transpose.
 */
export interface Code {
  readonly dim: number;
  /** Components of a code, a multiple of 32, at most `dim`; two a byte. */
  readonly width: number;
  /** `dim` values. */
  readonly centre: Float32Array;
  /** B: `width` × `dim`. */
  readonly weights: Float32Array;
}

export const COMPONENT_BITS = 4;
/** Components that share a group of 16 bytes: the least of a code. */
export const GROUP = 32;
/** Sums of 16-bit products must stay below 2³¹. */
export const MAX_WIDTH = 4096;
/** What a component of 0 … 15 stands for: itself less this. */
export const MIDDLE = 7.5;

/** Bytes of a row's code. */
export function codeBytes(width: number): number {
  return (width * COMPONENT_BITS) / 8;
}

/** Put component `i` (0 … 15) of the code that begins at `from`, whose bits there are zero; see `Kernels.nibbles`. */
export function putComponent(codes: Uint8Array, from: number, i: number, value: number): void {
  const at = from + ((i >> 5) << 4) + ((i & 7) << 1) + ((i >> 4) & 1);
  codes[at] = (codes[at] as number) | (((i >> 3) & 1) === 0 ? value : value << 4);
}
