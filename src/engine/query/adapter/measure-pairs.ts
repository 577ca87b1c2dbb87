import { dot } from '../../numeric/embedding.ts';
import { ndcgAtK } from '../../search/metrics.ts';
import { type Adapter, adapt } from './adapter.ts';
import type { Pair } from './learn-adapter.ts';

/** How well texts and pictures of some pairs find each other, among these pairs. */
export interface PairFigures {
  readonly pictures: number;
  readonly texts: number;
  /** Share of the pictures whose nearest text is one of theirs. */
  readonly top1: number;
  /** Of the pictures that a text finds, mean over texts. */
  readonly ndcg10: number;
}

const FIRST = 10;

/** @param pairs at least one; @param adapter undefined: as the model has it */
export function measurePairs(pairs: readonly Pair[], adapter?: Adapter): PairFigures {
  const pictures = new Map<string, { readonly vector: Float32Array; readonly words: Set<string> }>();
  const texts = new Map(pairs.map(({ words, text }) => [words, adapter ? adapt(text, adapter) : text]));
  for (const { id, picture, words } of pairs) {
    const known = pictures.get(id) ?? { vector: picture, words: new Set() };
    pictures.set(id, known);
    known.words.add(words);
  }
  const all = [...pictures.values()];
  const named = all.filter(({ vector, words }) => words.has(nearest(vector, texts)));
  let gain = 0;
  for (const [words, text] of texts) {
    const similarities = all.map(({ vector }) => dot(vector, text));
    const ranking = [...all.keys()].sort((a, b) => (similarities[b] as number) - (similarities[a] as number));
    const right = new Set([...all.keys()].filter((row) => all[row]?.words.has(words)));
    gain += ndcgAtK(ranking, right, FIRST);
  }
  return { pictures: all.length, texts: texts.size, top1: named.length / all.length, ndcg10: gain / texts.size };
}

function nearest(picture: Float32Array, texts: ReadonlyMap<string, Float32Array>): string {
  let best = { words: '', similarity: Number.NEGATIVE_INFINITY };
  for (const [words, text] of texts) {
    const similarity = dot(picture, text);
    if (similarity > best.similarity) best = { words, similarity };
  }
  return best.words;
}
