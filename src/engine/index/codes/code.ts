/**
 * First-pass codes: some bits of each vector, by which the best thousands of a million rows are found before their int8
 * vectors are looked at.
 *
 * Components are principal ones, balanced: divided by the fourth root of their variance and turned into each other
 * at random, so that each carries about as much of a dot product with a vector that has no preferred direction, and the
 * bits are well spent on all of them ("balanced" after Ge et al. 2013, "Optimized Product Quantization"). A text's
 * embedding is such a vector: pictures vary in few directions, texts differ from them in all.
 *
 * Where the vectors vary in few directions, these are seen in 4 bits each; where they vary in all, in one bit each: its
 * sign (as RaBitQ, Gao & Long 2024, has them).
 *
 * Component j of row x is c_j = floor((A (x − centre))_j) + 2^(bits − 1), kept in 0 … 2^bits − 1, and
 * q · x ≈ q · centre + Σ_j (B q)_j (c_j − middle). Only B is stored: A is the pseudo-inverse of its transpose.
 */
export interface Code extends Shape {
  readonly dim: number;
  /** `dim` values. */
  readonly centre: Float32Array;
  /** B: `width` × `dim`. */
  readonly weights: Float32Array;
}

export interface Shape {
  /** Components of a code, a multiple of 32, at most the dimension. */
  readonly width: number;
  /** Bits of a component. */
  readonly bits: Bits;
}

export const BITS = [1, 4] as const;
export type Bits = (typeof BITS)[number];

/** The components of a code are a multiple of this: sixteen bytes at 4 bits. */
export const GROUP = 32;
/** Sums of 16-bit products must stay below 2³¹. */
export const MAX_WIDTH = 4096;

/** Bytes of a row's code. */
export function codeBytes({ width, bits }: Shape): number {
  return (width * bits) / 8;
}

/** The largest that a component may be. */
export const largestOf = (bits: Bits): number => 2 ** bits - 1;

/** What a component stands for: itself less this. */
export const middleOf = (bits: Bits): number => largestOf(bits) / 2;

/** What share of the variance of a component its bits lose at best, where it is normally distributed (Max 1960). */
export const LOST: Readonly<Record<Bits, number>> = { 1: 0.3634, 4: 0.01154 };

/** Put component `i` of the code that begins at `from`, whose bits there are zero; see `Kernels.nibbles` and `.bits`. */
export function putComponent(bits: Bits, codes: Uint8Array, from: number, i: number, value: number): void {
  const at = from + byteOf(bits, i);
  codes[at] = (codes[at] as number) | (value << shiftOf(bits, i));
}

/** Component `i` of the code that begins at `from`. */
export function getComponent(bits: Bits, codes: Uint8Array, from: number, i: number): number {
  return ((codes[from + byteOf(bits, i)] as number) >> shiftOf(bits, i)) & largestOf(bits);
}

const byteOf = (bits: Bits, i: number): number =>
  bits === 1 ? i >> 3 : ((i >> 5) << 4) + ((i & 7) << 1) + ((i >> 4) & 1);
const shiftOf = (bits: Bits, i: number): number => (bits === 1 ? i & 7 : ((i >> 3) & 1) << 2);
