import { createPromiseCache } from '../async/promise-cache.ts';
import type { IndexKind } from '../collection/types.ts';
import { AfterimageError } from '../errors.ts';
import type { Embedding } from '../numeric/embedding.ts';
import type { QueryEncoder } from '../ports.ts';
import { type Baseline, cutoff } from './cutoff.ts';
import { extendRanking, type Ranking, sliceRanking } from './ranking.ts';
import { type Estimates, RANKED_BY_INDEX, type Retrieved, type Retriever } from './retriever.ts';

/** What a search found, apart from the device, which is the host's to know. */
export interface SearchAnswer extends Ranking, Estimates {
  readonly text: string;
  readonly collection: string;
  readonly modelId: string;
  /** How many of `rows`, from the top, are good matches; the rest lies below the cut-off. */
  readonly good: number;
  /** The similarity of the line between them. */
  readonly cutoff: number;
  /** Pictures in the collection: what scrolling on can reach. */
  readonly total: number;
  readonly engine: IndexKind;
  readonly encodeMs: number;
  readonly searchMs: number;
  /** The query embedding came from the memory of recent queries. */
  readonly encodeCached: boolean;
}

/** Ranks `from` … `from + rows.length − 1` of a query; short or empty at the end. */
export interface RankedPage extends Ranking {
  readonly from: number;
}

export interface SearchEngineOptions {
  /** Name of the collection. */
  readonly collection: string;
  /** The model whose vision tower made the collection's vectors. */
  readonly modelId: string;
  readonly encoder: QueryEncoder;
  readonly retriever: Retriever;
  /** What similarities mean nothing (cutoff.ts). */
  readonly baseline: Baseline;
}

export interface SearchEngine {
  /**
   * The best `RANKED_BY_INDEX` pictures.
   * @throws AfterimageError `query-empty`, and what encoder and retriever throw.
   */
  search(text: string): Promise<SearchAnswer>;
  /**
   * Any page of the ranking of all rows: first what `search` gave, then all others as the retriever ranks them when it is
   * asked for so many. No row comes twice and none is missing, however an index erred; within each of the two stretches
   * scores descend.
   * @throws AfterimageError `query-empty`, and what encoder and retriever throw.
   */
  rank(text: string, from: number, count: number): Promise<RankedPage>;
}

/** The ranking of one query, as far as it was asked for. */
interface Latest {
  readonly query: string;
  readonly first: Retrieved;
  /** The ranking of at least `k` rows, or as many as there are. */
  further?: { readonly k: number; readonly ranking: Promise<Ranking> } | undefined;
}

/** Typing back and forth, and going back to recent searches, does not encode again. */
const REMEMBERED_QUERIES = 100;

/**
 * Answers text queries from one collection: text → embedding → retriever → cut-off.
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`.
 */
export function createSearchEngine(options: SearchEngineOptions): SearchEngine {
  checkModel(options);
  const { encoder, retriever } = options;
  const embeddings = createPromiseCache<Embedding>(REMEMBERED_QUERIES);
  /** Pages are asked for in a row, so the scan of the latest query is kept. */
  let latest: Latest | undefined;

  const encode = (query: string) => embeddings.get(query, () => encoder.encode(query));

  async function rankFirst(query: string, embedding: Embedding): Promise<Latest> {
    latest = { query, first: await retriever.retrieve(embedding, { k: RANKED_BY_INDEX }) };
    return latest;
  }

  /** The ranks before `end` at least, where there are so many. */
  async function rankTo(end: number, known: Latest, embedding: Embedding): Promise<Ranking> {
    const { first, further } = known;
    const wanted = Math.min(end, retriever.size);
    if (wanted <= first.rows.length) return first;
    if (further && wanted <= further.k) return further.ranking;
    const k = retriever.pageSize * Math.ceil(wanted / retriever.pageSize);
    const ranking = retriever.retrieve(embedding, { k }).then((all) => extendRanking(first, all));
    known.further = { k, ranking };
    ranking.catch(() => {
      if (known.further?.ranking === ranking) known.further = further;
    });
    return ranking;
  }

  return {
    async search(text) {
      const query = checkQuery(text);
      const started = performance.now();
      const { value, cached } = encode(query);
      const embedding = await value;
      const encoded = performance.now();
      const { first } = await rankFirst(query, embedding);
      const { good, line } = cutoff(embedding, options.baseline, first.similarities);
      return {
        ...first,
        ...sliceRanking(first), // what is kept must survive that the answer is transferred
        text,
        collection: options.collection,
        modelId: options.modelId,
        good,
        cutoff: line,
        total: retriever.size,
        engine: retriever.kind,
        encodeMs: encoded - started,
        searchMs: performance.now() - encoded,
        encodeCached: cached,
      };
    },

    async rank(text, from, count) {
      const query = checkQuery(text);
      const embedding = await encode(query).value;
      const known = latest?.query === query ? latest : await rankFirst(query, embedding);
      const end = from + count;
      return { from, ...sliceRanking(await rankTo(end, known, embedding), from, end) };
    },
  };
}

function checkModel({ collection, modelId, encoder, retriever }: SearchEngineOptions): void {
  if (encoder.modelId !== modelId) {
    throw new AfterimageError(
      'collection-model-mismatch',
      `The collection “${collection}” was made with the model “${modelId}”, but “${encoder.modelId}” is loaded. ` +
        `Load “${modelId}”, or build the collection again.`,
    );
  }
  if (encoder.dim !== retriever.dim) {
    throw new AfterimageError(
      'dimension-mismatch',
      `The model “${modelId}” gives vectors of dimension ${encoder.dim}, the collection “${collection}” has dimension ` +
        `${retriever.dim}. The model changed since: build the collection again.`,
    );
  }
}

function checkQuery(text: string): string {
  const query = text.trim();
  if (query === '') throw new AfterimageError('query-empty', 'There is nothing to search for. Describe a picture.');
  return query;
}
