import { type Bitset, hasBit } from '../../index/bitset.ts';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import type { Judgements } from '../../query/filter-rows.ts';
import { type Baseline, baselineOfQuery } from '../cutoff.ts';
import type { SearchEngineOptions } from '../search-engine.ts';
import { createCloseness, type JudgedPicture, THUMBS, type ThumbConstants } from './closeness.ts';
import { type Candidate, type Found, orderByThumbs, type Pinned, type Thumbed } from './order.ts';

/** The newest thumbs count, of more. */
const MOST = 50;
/** So many pictures near each that was liked are looked at, wherever they rank. */
const NEAR = 50;

/** What is asked, and which rows may be an answer. */
interface Asked {
  readonly embedding: Embedding;
  readonly filter: Bitset | undefined;
  /** Rows that the query is like: they are none of its answers. */
  readonly liked: ReadonlySet<number>;
  /** Some were found by their names: what is not judged then keeps its order, which is not by similarity alone. */
  readonly isNamed: boolean;
  readonly signal?: AbortSignal | undefined;
}

type Sources = Pick<SearchEngineOptions, 'vectors' | 'retriever' | 'baseline'> & {
  readonly items: Pick<SearchEngineOptions['items'], 'rowOf'>;
};

/** A row that is judged. */
interface Judged {
  readonly row: number;
  readonly isLiked: boolean;
}

/**
 * The results of a query in the order that thumbs on some of them make: see `orderByThumbs`. Besides the results, pictures
 * near to those that were liked are looked at. Where vectors cannot be read, only what is judged moves.
 * @param thumbs by item id, the newest last; ids that are not in the collection are passed over
 * @returns `found` where no picture that may be an answer is judged
 * @throws AfterimageError what reading items throws; the signal's reason
 */
export async function applyThumbs(
  found: Found,
  thumbs: Judgements | undefined,
  asked: Asked,
  sources: Sources,
  constants = THUMBS,
): Promise<Found & Partial<Thumbed>> {
  const { filter, liked, signal } = asked;
  const newest = [...(thumbs ?? [])].slice(-MOST);
  const all = await Promise.all(
    newest.map(async ([id, value]): Promise<Judged> => {
      return { row: await sources.items.rowOf(id), isLiked: value === 'up' };
    }),
  );
  const judged = all.filter(({ row }) => row >= 0 && !liked.has(row) && (!filter || hasBit(filter, row)));
  if (judged.length === 0) return found;
  try {
    return await orderByCloseness(found, judged, asked, sources, constants);
  } catch {
    signal?.throwIfAborted();
    const { rows } = found.ranking;
    const stays = { similarity: 0, score: 0, liked: 0 }; // of rows among the results, the similarity is known
    const known = judged.filter(({ row }) => rows.includes(row));
    const others = rows.filter((row) => !known.some((one) => one.row === row));
    return orderByThumbs(
      found,
      known.map((one) => ({ ...one, similarity: 0 })),
      Array.from(others, (row) => ({ row, ...stays })),
    );
  }
}

async function orderByCloseness(
  found: Found,
  judged: readonly Judged[],
  { embedding, filter, liked, isNamed, signal }: Asked,
  { vectors, retriever, baseline }: Sources,
  constants: ThumbConstants,
): Promise<Thumbed> {
  const read = (rows: readonly number[]) => vectors.vectorsOf(rows, signal ? { signal } : {});
  const judgedVectors = await read(judged.map(({ row }) => row));
  const likedVectors = judgedVectors.filter((_, i) => judged[i]?.isLiked);
  const near = await Promise.all(likedVectors.map((vector) => retriever.retrieve(vector, { k: NEAR, filter, signal })));
  const known = new Set([...judged.map(({ row }) => row), ...liked]);
  const rows = [...new Set([found.ranking, ...near].flatMap((one) => [...one.rows]))].filter((row) => !known.has(row));
  const others = await read(rows);
  const heightOf = createHeight(embedding, baseline);
  const pictures = judged.map((one, i): JudgedPicture & Pinned => {
    const vector = judgedVectors[i] as Embedding; // parallel, as are `others`
    const similarity = dot(embedding, vector);
    return { ...one, vector, similarity, height: heightOf(similarity) };
  });
  const closeness = createCloseness(pictures, meanOf(baseline), constants);
  const candidates = others.map((vector, i): Candidate => {
    const similarity = dot(embedding, vector);
    const { change, liked: close } = closeness(vector);
    const score = isNamed ? 0 : heightOf(similarity) + change;
    return { row: rows[i] as number, similarity, score, liked: close };
  });
  return orderByThumbs(found, pictures, candidates);
}

/** A similarity over those to this query that mean nothing, in their deviations. */
function createHeight(embedding: Embedding, baseline: Baseline): (similarity: number) => number {
  const { own } = baselineOfQuery(embedding, baseline);
  return (similarity) => (own.deviation > 0 ? (similarity - own.mean) / own.deviation : 0);
}

/** The mean of the collection's sample. */
function meanOf({ sample, dim }: Baseline): Float32Array {
  const mean = new Float32Array(dim);
  const share = dim / sample.length;
  for (let row = 0; row < sample.length; row += dim) {
    for (let j = 0; j < dim; j++) mean[j] = (mean[j] as number) + share * (sample[row + j] as number);
  }
  return mean;
}
