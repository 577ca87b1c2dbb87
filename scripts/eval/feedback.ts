/** What thumbs on results would do to the others: simulated people on the demo, whose keywords say what they like. */
import type { ExactIndex } from '../../src/engine/index/exact/exact-index.ts';
import { dot, type Embedding, normalise } from '../../src/engine/numeric/embedding.ts';
import { ndcgAtK } from '../../src/engine/search/metrics.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import { half } from './fit.ts';
import { emojiOfRows, type JudgedText, keywordQueries, LANGUAGES, type Language } from './queries.ts';

/** What liked and disliked pictures count for beside the query, which counts 1. */
export interface Weights {
  readonly liked: number;
  readonly disliked: number;
}

export interface FeedbackFigures {
  readonly language: Language;
  readonly thumbs: number;
  readonly queries: number;
  readonly weights: Weights;
  /** nDCG@10 of what is not judged yet, in the order of the query alone. */
  readonly before: number;
  /** The same in the order that the thumbs make. */
  readonly after: number;
  /** Share of queries that lose more than 0.01. */
  readonly worse: number;
}

const THUMBS = [1, 2, 3, 5];
/** By these the weights are chosen. */
const CHOSEN_BY = 3;
const LIKED = [0, 0.03, 0.1];
const DISLIKED = [0, 0.05, 0.15];
/** Of fewer pictures too little is left to rank when some are judged. */
const LEAST_RIGHT = 6;
const K = 10;
const LOSS = 0.01;

/** Where pictures lie, and how. */
interface Space {
  readonly index: ExactIndex;
  /** The mean of all pictures: what they have in common says nothing of one of them. */
  readonly mean: Float32Array;
}

/** For each language: the weights that are best on one half of the keywords, and what they do to the other. */
export async function evaluateFeedback(search: NodeSearch): Promise<FeedbackFigures[]> {
  const index = await search.exact();
  const space = { index, mean: meanOf(index, search.manifest.count) };
  const emoji = await emojiOfRows(search.items);
  const figures: FeedbackFigures[] = [];
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    const queries = keywordQueries(emoji, language).filter(({ right }) => right.size >= LEAST_RIGHT);
    const asked: Asked[] = [];
    for (const query of queries) asked.push({ ...query, embedding: await search.encoder.encode(query.text) });
    const all = LIKED.flatMap((liked) => DISLIKED.map((disliked) => ({ liked, disliked })));
    const gain = (weights: Weights) => {
      const { before, after } = measure(space, half(asked, 'set'), CHOSEN_BY, weights);
      return after - before;
    };
    const best = all.map((weights) => ({ weights, gain: gain(weights) })).sort((a, b) => b.gain - a.gain)[0];
    const rocchio = { liked: 0.3, disliked: 0.15 };
    for (const weights of [best?.weights ?? rocchio, rocchio]) {
      for (const thumbs of THUMBS) {
        figures.push({ language, thumbs, weights, ...measure(space, half(asked, 'held-out'), thumbs, weights) });
      }
    }
  }
  return figures;
}

interface Asked extends JudgedText {
  readonly embedding: Embedding;
}

function measure(space: Space, queries: readonly Asked[], thumbs: number, weights: Weights) {
  const pairs = queries.flatMap((query) => {
    const { judged, order } = simulate(space, query, thumbs, weights);
    const left = new Set([...query.right].filter((row) => !judged.includes(row)));
    const ndcg = (rows: readonly number[]) =>
      ndcgAtK(
        rows.filter((row) => !judged.includes(row)),
        left,
        K,
      );
    return left.size === 0 ? [] : [{ before: ndcg(ranked(space, query.embedding)), after: ndcg(order) }];
  });
  const mean = (of: (pair: { before: number; after: number }) => number) =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  return {
    queries: pairs.length,
    before: mean(({ before }) => before),
    after: mean(({ after }) => after),
    worse: mean(({ before, after }) => Number(after < before - LOSS)),
  };
}

/** A person judges what is shown, from the top, and the rest is ordered anew after each thumb. */
function simulate(space: Space, { embedding, right }: Asked, thumbs: number, weights: Weights) {
  const judged: number[] = [];
  let order = ranked(space, embedding);
  for (let thumb = 0; thumb < thumbs; thumb++) {
    const next = order.find((row) => !judged.includes(row));
    if (next === undefined) break;
    judged.push(next);
    const split = (isLiked: boolean) =>
      judged.filter((row) => right.has(row) === isLiked).map((row) => space.index.vectorOf(row) as Float32Array);
    order = ranked(space, withThumbs(embedding, { liked: split(true), disliked: split(false) }, space.mean, weights));
  }
  return { judged, order };
}

function ranked({ index }: Space, embedding: Embedding): number[] {
  return index.search(embedding, { k: 6 * K }).map(({ row }) => row);
}

/**
 * Rocchio's query ("Relevance feedback in information retrieval", 1971): what is asked for, towards the mean of what was liked,
 * and away from that of what was not, but only along what distinguishes it from the query and from what was liked. Pictures
 * less the mean of all, because pictures are nearer to pictures than texts are (Liang et al., "Mind the Gap", 2022).
 */
export function withThumbs(
  query: Embedding,
  { liked, disliked }: { readonly liked: readonly Float32Array[]; readonly disliked: readonly Float32Array[] },
  mean: Float32Array,
  weights: Weights,
): Embedding {
  const towards = liked.length > 0 ? centroid(liked, mean) : undefined;
  const result = Float32Array.from(query);
  if (towards) add(result, towards, weights.liked);
  if (disliked.length > 0) {
    const away = centroid(disliked, mean);
    const basis: Float32Array[] = [query];
    if (towards) basis.push(normalise(without(towards, query)));
    const distinct = basis.reduce(without, away);
    add(result, distinct, -weights.disliked);
  }
  return normalise(result);
}

function centroid(pictures: readonly Float32Array[], mean: Float32Array): Float32Array {
  const sum = new Float32Array(mean.length);
  for (const picture of pictures) {
    const centred = picture.slice();
    add(centred, mean, -1);
    add(sum, normalise(centred), 1 / pictures.length);
  }
  return sum;
}

/** The part of `vector` that is at right angles to `direction`, which has unit norm. */
function without(vector: Float32Array, direction: Float32Array): Float32Array {
  const rest = vector.slice();
  add(rest, direction, -dot(vector, direction));
  return rest;
}

function add(to: Float32Array, vector: Float32Array, weight: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + weight * (vector[i] as number);
}

function meanOf(index: ExactIndex, count: number): Float32Array {
  const mean = new Float32Array(index.dim);
  for (let row = 0; row < count; row++) add(mean, index.vectorOf(row) as Float32Array, 1 / count);
  return mean;
}
