import type { Embedding } from '../../numeric/embedding.ts';
import type { Adapter } from './adapter.ts';
import { directionsOf, solve, timesTransposed } from './low-rank.ts';

/** A picture and the words for it, by their embeddings. */
export interface Pair {
  /** The same object for pairs of the same text. */
  readonly text: Embedding;
  /** Tells the text from others. */
  readonly words: string;
  readonly picture: Float32Array;
  /** The item's id: 16 hex digits of a hash, or another text of hex digits. */
  readonly id: string;
}

/** How much the pairs may change. */
export interface Strength {
  /** How far the embedding of a text is moved towards its pictures. */
  readonly pull: number;
  /** λ of ridge regression: what as many pairs have to say against staying at the identity. */
  readonly ridge: number;
}

/** So many that an adapter of 512 dimensions has 128 KiB. */
export const MOST_RANK = 32;

/**
 * The adapter W = B A of at most `MOST_RANK` that makes Σ ‖W k − pull · (x − x̄)‖² + ridge · ‖W‖² least over pairs of a text and a
 * picture x, where x̄ is the mean picture and k is the text's embedding without the direction of the mean text: ridge regression
 * in closed form (Hoerl & Kennard 1970), towards W = 0, which changes nothing.
 *
 * It is a residual that is mixed with what the model knows, as in CLIP-Adapter (Gao et al. 2021, arXiv:2110.04544), made of the
 * means of a few pictures as the cache of Tip-Adapter is (Zhang et al., ECCV 2022, arXiv:2207.09519), but on the side of the query,
 * so that the index of the pictures stays as it is. What all texts have in common moves no query.
 * @param pairs at least one
 */
export function learnAdapter(pairs: readonly Pair[], strength: Strength): Adapter {
  return pulled(adapterOf(momentsOf(pairs), strength.ridge), strength.pull);
}

/** What regression needs of pairs, whatever the strength. */
export interface Moments {
  readonly dim: number;
  /** Σ k kᵀ over pairs, dim × dim. */
  readonly gram: Float64Array;
  /** Σ k (x − x̄)ᵀ over pairs, dim × dim. */
  readonly cross: Float64Array;
}

/** @param pairs at least one */
export function momentsOf(pairs: readonly Pair[]): Moments {
  const dim = (pairs[0] as Pair).picture.length;
  const groups = groupTexts(pairs, dim);
  const mean = meanOf(
    pairs.map(({ picture }) => picture),
    dim,
  );
  const common = unit(
    meanOf(
      groups.map(({ text }) => text),
      dim,
    ),
  );
  const [gram, cross] = [new Float64Array(dim * dim), new Float64Array(dim * dim)];
  for (const { text, count, sum } of groups) {
    const along = text.reduce((total, value, i) => total + value * (common[i] as number), 0);
    const key = Float64Array.from(text, (value, i) => value - along * (common[i] as number));
    const target = sum.map((value, i) => value - count * (mean[i] as number));
    for (let i = 0; i < dim; i++) {
      const at = key[i] as number;
      for (let j = 0; j < dim; j++) {
        gram[i * dim + j] = (gram[i * dim + j] as number) + count * at * (key[j] as number);
        cross[i * dim + j] = (cross[i * dim + j] as number) + at * (target[j] as number);
      }
    }
  }
  return { dim, gram, cross };
}

/** That of pull 1: see `learnAdapter`. */
export function adapterOf({ dim, gram, cross }: Moments, ridge: Strength['ridge']): Adapter {
  const g = gram.slice();
  for (let i = 0; i < dim; i++) g[i * dim + i] = (g[i * dim + i] as number) + ridge;
  const solved = cross.slice();
  solve(g, solved, dim, dim);
  const w = transposed(solved, dim);
  const basis = directionsOf(w, dim, Math.min(MOST_RANK, dim));
  const rank = Math.max(1, basis.length); // of nothing to learn, one that changes nothing
  const a = new Float32Array(rank * dim);
  const b = new Float32Array(dim * rank);
  for (const [r, direction] of basis.entries()) {
    a.set(timesTransposed(w, direction, dim), r * dim);
    for (let i = 0; i < dim; i++) b[i * rank + r] = direction[i] as number;
  }
  return { rank, dim, a, b };
}

/** The adapter that moves queries so many times as far. */
export function pulled(adapter: Adapter, pull: Strength['pull']): Adapter {
  return { ...adapter, a: adapter.a.map((value) => pull * value) };
}

interface TextGroup {
  readonly text: Embedding;
  count: number;
  /** Of its pictures. */
  readonly sum: Float64Array;
}

function groupTexts(pairs: readonly Pair[], dim: number): TextGroup[] {
  const groups = new Map<string, TextGroup>();
  for (const { words, text, picture } of pairs) {
    const group = groups.get(words) ?? { text, count: 0, sum: new Float64Array(dim) };
    groups.set(words, group);
    group.count++;
    for (let i = 0; i < dim; i++) group.sum[i] = (group.sum[i] as number) + (picture[i] as number);
  }
  return [...groups.values()];
}

function meanOf(vectors: readonly Float32Array[], dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (const vector of vectors) {
    for (let i = 0; i < dim; i++) mean[i] = (mean[i] as number) + (vector[i] as number) / vectors.length;
  }
  return mean;
}

/** Zeros stay zeros: texts that cancel out have nothing in common. */
function unit(vector: Float64Array): Float64Array {
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((value) => value / norm);
}

function transposed(matrix: Float64Array, dim: number): Float64Array {
  return Float64Array.from(matrix, (_, at) => matrix[(at % dim) * dim + Math.floor(at / dim)] as number);
}
