import { type Background, sampleBackground } from '../search/cutoff.ts';
import { type Embedding, normalise } from './embedding.ts';

/** Numbers in [0, 1) that are the same on every run and host (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A made-up collection for tests: unit vectors around a few dozen centres, as pictures of like things are. */
export function clusteredVectors(count: number, dim: number, seed = 1): Embedding[] {
  const random = seededRandom(seed);
  const direction = () => normalise(Float32Array.from({ length: dim }, () => random() + random() + random() - 1.5));
  const centres = Array.from({ length: 24 }, direction);
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(random() * centres.length)];
    const noise = direction();
    return normalise(noise.map((value, i) => (centre?.[i] ?? 0) + 0.8 * value));
  });
}

/** Rows × dim, as a collection stores them. */
export function flatten(vectors: readonly Embedding[], dim: number): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(vectors.length * dim);
  vectors.forEach((vector, row) => {
    flat.set(vector, row * dim);
  });
  return flat;
}

/** A background of `vectors`, rows × dim; otherwise as `sampleBackground`. */
export function createBackground(
  vectors: Float32Array,
  dim: number,
  texts: readonly ArrayLike<number>[],
  sample?: number,
): Background {
  const vectorOf = (row: number) => vectors.subarray(row * dim, (row + 1) * dim);
  return sampleBackground({ count: vectors.length / dim, dim, vectorOf }, texts, sample);
}
