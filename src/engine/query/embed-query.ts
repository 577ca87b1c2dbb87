import { AfterimageError } from '../errors.ts';
import { checkDim } from '../numeric/dimension.ts';
import { type Embedding, normalise } from '../numeric/embedding.ts';
import type { VectorSource } from '../search/vector-source.ts';
import type { Query, Term } from './query.ts';

/** Where the embeddings of a query's terms come from. */
export interface TermSources {
  words(text: string): Promise<Embedding>;
  /** The row of an item id in the collection that is searched, or −1; of several, in that which is named. */
  rowOf(id: string, collection?: string): Promise<number>;
  /** Of the collection that is searched. */
  readonly vectors: VectorSource;
  /** Name of that collection. */
  readonly collection: string;
  /** Names of the collections where several are searched together. */
  readonly together?: readonly string[] | undefined;
  /** Of a picture that is in no collection, which travelled beside the query; undefined where it did not. */
  picture?(sha256: string): Embedding | undefined;
}

/** A sum shorter than this share of what went into it is rounding. */
const NOTHING = 1e-6;

/**
 * What is pushed away counts for this share of its weight beside what is wanted. At a full share `dog -cat` is no animal any
 * more, because most of what the two have in common is subtracted: the demo's nearest picture to it is a toothbrush. Between
 * 0.2 and 0.3 `pnpm eval` finds most of what has one keyword and not another.
 */
const AWAY = 0.25;

/**
 * One embedding for a query: Σ aᵢ wᵢ eᵢ / ‖Σ aᵢ wᵢ eᵢ‖ over its terms, where eᵢ is the unit-norm embedding of a term, wᵢ its
 * weight, below 0 for what is pushed away, and aᵢ is 1 for what is wanted and `AWAY` for what is pushed away.
 *
 * This is Rocchio's query, a weighted sum of what is wanted less what is not ("Relevance feedback in information
 * retrieval", 1971), in the common space of texts and pictures of CLIP (Radford et al. 2021), in which sums and
 * differences keep their meaning (Tewel et al., "ZeroCap", 2022). Rocchio's γ for what is not wanted is usually taken
 * between a fifth and a third of β for what is (0.15 and 0.75 in Manning, Raghavan & Schütze 2008, 9.1.1; 0.25 and 0.75 in
 * Salton & Buckley 1990). Pictures are nearer to pictures than texts are (Liang et al., "Mind the Gap", 2022), so that at
 * equal weights a picture counts for more than words.
 *
 * The embedding of a single term of positive weight is the one that its source gave, bit by bit.
 * @throws AfterimageError `query-empty` where there is no term or all of them cancel out, `item-not-found`,
 *   `picture-missing`, `dimension-mismatch`, and what the sources throw
 */
export async function embedQuery({ terms }: Query, sources: TermSources): Promise<Embedding> {
  const embeddings = await embedTerms(terms, sources);
  const weights = terms.map(({ weight }) => (weight < 0 ? AWAY * weight : weight));
  const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const [first] = embeddings;
  if (first === undefined) throw queryEmpty('There is nothing to search for. Describe a picture.');
  if (terms.length === 1 && total === weights[0]) return first;
  const sum = new Float64Array(first.length);
  embeddings.forEach((embedding, i) => {
    checkDim(embedding.length, sum.length);
    const weight = weights[i] as number; // parallel
    for (let j = 0; j < sum.length; j++) sum[j] = (sum[j] as number) + weight * (embedding[j] as number);
  });
  if (Math.hypot(...sum) < NOTHING * total) {
    throw queryEmpty('What is searched for and what is pushed away cancel each other out. Leave one of them out.');
  }
  return normalise(Float32Array.from(sum));
}

/** One embedding a term, in their order. Vectors of items are asked for together. */
async function embedTerms(terms: readonly Term[], sources: TermSources): Promise<Embedding[]> {
  const ids = terms.flatMap((term) => (term.kind === 'item' ? [term] : []));
  const rows = await Promise.all(ids.map(({ id, collection }) => findRow(id, collection, sources)));
  const vectors = rows.length > 0 ? sources.vectors.vectorsOf(rows) : [];
  const ofItem = async (term: Term) => (await vectors)[ids.indexOf(term as (typeof ids)[number])] as Embedding;
  return await Promise.all(
    terms.map((term) => {
      if (term.kind === 'words') return sources.words(term.text);
      return term.kind === 'item' ? ofItem(term) : pictureOf(term.sha256, sources);
    }),
  );
}

async function findRow(id: string, wanted: string | null, sources: TermSources): Promise<number> {
  const { rowOf, collection, together } = sources;
  const isPart = wanted !== null && together?.includes(wanted) === true;
  if (wanted !== null && wanted !== collection && !isPart) {
    throw new AfterimageError(
      'item-not-found',
      `The picture ${id} is in the collection “${wanted}”, and “${collection}” is searched. Search “${wanted}” instead.`,
    );
  }
  const row = await (isPart ? rowOf(id, wanted) : rowOf(id));
  if (row >= 0) return row;
  throw new AfterimageError(
    'item-not-found',
    `There is no picture ${id} in the collection “${collection}”. It may have been removed: take it out of the search.`,
  );
}

async function pictureOf(sha256: string, { picture }: TermSources): Promise<Embedding> {
  const embedding = picture?.(sha256);
  if (embedding) return embedding;
  throw new AfterimageError(
    'picture-missing',
    'A picture that this search is like is not here, because a link does not hold pictures. Take it out of the search.',
  );
}

function queryEmpty(message: string): AfterimageError {
  return new AfterimageError('query-empty', message);
}
