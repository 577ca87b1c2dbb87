import { type Embedding, normalise } from '../../numeric/embedding.ts';
import { gaussians } from '../../numeric/gaussians.ts';
import type { Pair } from './learn-adapter.ts';

const DIM = 24;
/** How many planes of the space the pictures of a domain are turned in. */
const PLANES = 8;
const NOISE = 0.5;

/** A random unit vector, the same for the same seed. */
export function direction(seed: number): Embedding {
  return normalise(Float32Array.from(gaussians(DIM, seed)));
}

/** The vector turned by a right angle in the first planes: where the domain's pictures are. */
export function turned(vector: Float32Array): Embedding {
  const copy = Float32Array.from(vector) as Embedding;
  for (let i = 0; i < 2 * PLANES; i += 2) [copy[i], copy[i + 1]] = [-(vector[i + 1] as number), vector[i] as number];
  return copy;
}

function noisy(vector: Float32Array, seed: number): Embedding {
  const noise = direction(seed);
  return normalise(vector.map((value, i) => value + NOISE * (noise[i] as number)));
}

/** A picture for each of `count` texts, near to `place` of its text. */
export function captionPairs(count: number, place: (text: Embedding) => Embedding, seed = 1): Pair[] {
  return Array.from({ length: count }, (_, i) => {
    const text = direction(seed * 10_000 + i);
    return { text, words: `text ${i}`, picture: noisy(place(text), seed * 10_000 + 5_000 + i), id: idOf(i) };
  });
}

/** `each` pictures for each of `labels` texts, which say nothing of where their pictures are. */
export function labelPairs(labels: number, each: number): Pair[] {
  return Array.from({ length: labels * each }, (_, i) => {
    const label = i % labels;
    const text = direction(label);
    return { text, words: `label ${label}`, picture: noisy(direction(1_000 + label), 2_000 + i), id: idOf(i) };
  });
}

/** 16 hex digits. */
function idOf(i: number): string {
  return i.toString(16).padStart(16, '0');
}
