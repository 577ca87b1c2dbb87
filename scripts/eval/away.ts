import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { embedQuery } from '../../src/engine/query/embed-query.ts';
import type { Query } from '../../src/engine/query/query.ts';
import { ndcgAtK } from '../../src/engine/search/metrics.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import type { JudgedText } from './queries.ts';

/** Weights of what is pushed away; 1 is what `dog -cat` has, 0 leaves it out. */
const WEIGHTS = [0, 0.4, 0.8, 1, 1.2, 1.6, 2, 4] as const;
/** A keyword with fewer or more pictures says little of what a person would push away. */
const LEAST_PICTURES = 8;
const MOST_PICTURES = 200;
/** So many pictures have both keywords, and so many only the wanted one. */
const LEAST_SHARED = 3;
const K = 10;

/** "a -b" for two keywords that share pictures. */
export interface AwayPair {
  readonly wanted: string;
  readonly unwanted: string;
  /** Rows with `wanted` and without `unwanted`: what is right. */
  readonly right: ReadonlySet<number>;
  /** Rows with `unwanted`. */
  readonly wrong: ReadonlySet<number>;
}

export interface AwayFigures {
  readonly weight: number;
  readonly pairs: number;
  readonly ndcg10: number;
  /** Share of the first ten pictures that have the keyword that was pushed away. */
  readonly unwanted: number;
}

/** Every pair of keywords that a person could mean by "a, but not b". */
export function awayPairs(keywords: readonly JudgedText[]): AwayPair[] {
  const usable = keywords.filter(({ right }) => right.size >= LEAST_PICTURES && right.size <= MOST_PICTURES);
  return usable.flatMap((wanted) =>
    usable.flatMap((unwanted) => {
      const right = new Set([...wanted.right].filter((row) => !unwanted.right.has(row)));
      const shared = wanted.right.size - right.size;
      if (wanted === unwanted || shared < LEAST_SHARED || right.size < LEAST_SHARED) return [];
      return [{ wanted: wanted.text, unwanted: unwanted.text, right, wrong: unwanted.right }];
    }),
  );
}

/** How well "a -b" finds pictures of a that are not of b, over `pairs`, for several weights of b. */
export async function evaluateAway(search: NodeSearch, pairs: readonly AwayPair[]): Promise<AwayFigures[]> {
  const exact = await search.exact();
  const embeddings = new Map<string, Embedding>();
  for (const text of new Set(pairs.flatMap(({ wanted, unwanted }) => [wanted, unwanted]))) {
    embeddings.set(text, await search.encoder.encode(text));
  }
  const sources = { ...NO_PICTURES, words: async (text: string) => embeddings.get(text) as Embedding };
  const figures: AwayFigures[] = [];
  for (const weight of WEIGHTS) {
    let ndcg = 0;
    let unwanted = 0;
    for (const pair of pairs) {
      const embedding = await embedQuery(queryOf(pair, weight), sources);
      const rows = exact.search(embedding, { k: K }).map(({ row }) => row);
      ndcg += ndcgAtK(rows, pair.right, K);
      unwanted += rows.filter((row) => pair.wrong.has(row)).length / K;
    }
    figures.push({ weight, pairs: pairs.length, ndcg10: ndcg / pairs.length, unwanted: unwanted / pairs.length });
  }
  return figures;
}

/** Queries of words ask for no pictures. */
const NO_PICTURES = {
  rowOf: async () => -1,
  vectors: { vectorsOf: async () => [] },
  collection: '',
};

function queryOf({ wanted, unwanted }: AwayPair, weight: number): Query {
  const words = (text: string, of: number) => ({ kind: 'words', text, weight: of }) as const;
  return { terms: [words(wanted, 1), ...(weight > 0 ? [words(unwanted, -weight)] : [])], filters: [] };
}
