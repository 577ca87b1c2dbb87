import type { Steps } from '../../../engine/async/steps.ts';
import type { Recall } from '../../../engine/collection/extensions/recall.ts';
import { type StoredVectors, vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import type { VectorIndex } from '../../../engine/index/vector-index.ts';
import { type Embedding, normalise } from '../../../engine/numeric/embedding.ts';
import { gaussians } from '../../../engine/numeric/gaussians.ts';
import { mix } from '../../../engine/numeric/mix.ts';
import { RANKED_BY_INDEX } from '../../../engine/search/retriever.ts';
import type { Behind } from './groups/equal-rows.ts';

/** A query for so many pictures takes a few hundredths of the time that their graph takes. */
const PICTURES_PER_QUERY = 50;
const [FEWEST_QUERIES, MOST_QUERIES] = [50, 200];
/** Of the pictures that a visitor sees first. */
const NEAREST = 10;
/** As near as the last of them, for whoever looks at the pictures. */
const TOLERANCE = 0.001;
/** How far from a picture a query lies: a cosine of 0.45, and one of 0.2, as texts have it with pictures that show them. */
const NOISE = [2, 5] as const;

/**
 * Ask both indexes of the same vectors for pictures as the page does. The queries are made up, the same ones each time: near
 * one of the pictures, halfway to another one or away from all of them. Pictures that are listed behind others are asked for
 * no more often than others.
 */
export function* measureRecall(
  graph: VectorIndex,
  exact: VectorIndex,
  vectors: StoredVectors,
  behind: Behind,
): Steps<Recall> {
  const { count } = vectors;
  const some = Math.max(FEWEST_QUERIES, Math.floor(count / PICTURES_PER_QUERY));
  const queries = Math.min(count, some, MOST_QUERIES);
  let sum = 0;
  let asked = 0;
  for (const query of makeQueries(vectors, behind, queries)) {
    const truth = exact.search(query, { k: NEAREST });
    const line = (truth.at(-1)?.similarity ?? 0) - TOLERANCE;
    const hits = graph.search(query, { k: RANKED_BY_INDEX }).slice(0, truth.length);
    sum += hits.filter(({ similarity }) => similarity >= line).length / truth.length;
    yield ++asked / queries;
  }
  return { index: 'hnsw', found: Math.round((sum / queries) * 10_000) / 10_000, queries };
}

function* makeQueries(vectors: StoredVectors, behind: Behind, count: number): Generator<Embedding> {
  const nodes = Uint32Array.from(behind.keys()).filter((row) => (behind[row] as number) < 0);
  for (let i = 0; i < count; i++) {
    const near = vectorOf(vectors, nodes[Math.floor((i * nodes.length) / count)] as number);
    const away = awayFrom(vectors, i);
    yield normalise(near.map((value, d) => value + (away[d] as number)));
  }
}

function awayFrom(vectors: StoredVectors, i: number): Float32Array {
  const length = NOISE[i % 3];
  if (length === undefined) return vectorOf(vectors, mix(1, i) % vectors.count);
  return normalise(Float32Array.from(gaussians(vectors.dim, i))).map((value) => length * value);
}
