import { createPromiseCache } from '../async/lru.ts';
import type { ItemStore } from '../collection/items/items.ts';
import type { Engine } from '../collection/types.ts';
import { AfterimageError } from '../errors.ts';
import { type Bitset, countBits, hasBit } from '../index/bitset.ts';
import type { ExactIndex, Ranking } from '../index/exact/exact-index.ts';
import type { VectorIndex } from '../index/vector-index.ts';
import type { Embedding } from '../numeric/embedding.ts';
import type { QueryEncoder } from '../ports.ts';
import { embedQuery } from '../query/embed-query.ts';
import { filterRows } from '../query/filter-rows.ts';
import { isValid, normalise, plainText, type Query, textQuery } from '../query/query.ts';
import { serialise } from '../query/serialise.ts';
import { type Background, cutoff } from './cutoff.ts';
import type { VectorSource } from './vector-source.ts';

/** What a search found, apart from the device, which is the host's to know. */
export interface SearchAnswer {
  /** What was asked, in its one form (query.ts). */
  readonly query: Query;
  readonly collection: string;
  readonly modelId: string;
  /** Rows best first, at most 200 (what the index ranks); parallel to `scores`. */
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  /** How many of `rows`, from the top, are good matches; the rest lies below the cut-off. */
  readonly good: number;
  /** The score of the line between them. */
  readonly cutoff: number;
  /** Pictures in the collection that pass the query's filters: what scrolling on can reach. */
  readonly total: number;
  readonly engine: Engine;
  /** Some of the scores are estimates, because vectors are not there (yet). */
  readonly approximate: boolean;
  /** Vectors were wanted for it that the network did not give. */
  readonly unreachable?: true;
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
  readonly index: VectorIndex;
  /** Of the same rows. Read where a query has filters or pictures of the collection. */
  readonly items: ItemStore;
  readonly vectors: VectorSource;
  /** Over the same rows as `index`. Asked for when a rank beyond what the index gave is wanted, so it may be lazy. */
  readonly exact: () => Pick<ExactIndex, 'rankAll'>;
  /**
   * Awaited before the index is searched for a new query: reads what it has not got yet. Resolves with false where the
   * network does not give all of it.
   */
  readonly prepare?: ((query: Embedding) => Promise<boolean>) | undefined;
  /** What scores look like that mean nothing (cutoff.ts). */
  readonly background: Background;
}

export interface SearchEngine {
  /** @throws AfterimageError `query-empty`, `query-invalid`, and what `embedQuery`, encoder, items and vectors throw. */
  search(query: Query): Promise<SearchAnswer>;
  /**
   * Any page of the ranking of all rows: first what `search` gave, then all others by exact scan. No row comes twice
   * and none is missing, however the index erred; within each of the two stretches scores descend.
   * @throws what `search` throws
   */
  rank(query: Query, from: number, count: number): Promise<RankedPage>;
}

/** The ranking of one query. */
interface Latest {
  /** The query, serialised. */
  readonly key: string;
  readonly first: Ranking;
  readonly filter: Bitset | undefined;
  readonly total: number;
  readonly estimates: Pick<SearchAnswer, 'approximate' | 'unreachable'>;
  all?: Ranking;
}

/** The index ranks this many: what a person looks at. Deeper, an exact scan costs less than an ever wider beam. */
export const RANKED_BY_INDEX = 200;
/** Typing back and forth, and going back to recent searches, does not encode again. */
const REMEMBERED_QUERIES = 100;
/** A filter reads all records; one is kept in a bit for each of them. */
const REMEMBERED_FILTERS = 10;

/**
 * Answers queries from one collection: query → embedding and filter → index → cut-off.
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`.
 */
export function createSearchEngine(options: SearchEngineOptions): SearchEngine {
  checkModel(options);
  const { encoder, index, items, vectors, collection } = options;
  const embeddings = createPromiseCache<Embedding>(REMEMBERED_QUERIES);
  const filters = createPromiseCache<Bitset>(REMEMBERED_FILTERS);
  /** Pages are asked for in a row, so the scan of the latest query is kept. */
  let latest: Latest | undefined;

  const words = (text: string) => embeddings.get(serialise(textQuery(text)), () => encoder.encode(text)).value;
  const sources = { words, rowOf: items.rowOf, vectors, collection };
  const embed = ({ terms }: Query) => {
    const query = { terms, filters: [] };
    const text = plainText(query);
    const load = () => (text === undefined ? embedQuery(query, sources) : encoder.encode(text));
    return embeddings.get(serialise(query), load);
  };
  const passing = (query: Query) => {
    if (query.filters.length === 0) return undefined;
    const key = serialise({ terms: [], filters: query.filters });
    return filters.get(key, () => filterRows(query.filters, items)).value;
  };

  async function rankFirst(query: Query, embedding: Embedding): Promise<Latest> {
    const [filter, reached] = await Promise.all([passing(query), options.prepare?.(embedding)]);
    const hits = index.search(embedding, { k: RANKED_BY_INDEX, ...(filter && { filter }) });
    const first = {
      rows: Uint32Array.from(hits, ({ row }) => row),
      scores: Float32Array.from(hits, ({ similarity }) => similarity),
    };
    const approximate = hits.some((hit) => hit.approximate);
    const estimates = { approximate, ...(reached === false && { unreachable: true as const }) };
    const total = filter ? countBits(filter) : index.size;
    latest = { key: serialise(query), first, filter, total, estimates };
    return latest;
  }

  return {
    async search(asked) {
      const query = checkQuery(asked);
      const started = performance.now();
      const { value, cached } = embed(query);
      const embedding = await value;
      const encoded = performance.now();
      const { first, total, estimates } = await rankFirst(query, embedding);
      const { rows, scores } = first;
      const { good, line } = cutoff(embedding, options.background, scores);
      return {
        query,
        collection,
        modelId: options.modelId,
        rows: rows.slice(), // what is kept must survive that the answer is transferred
        scores: scores.slice(),
        good,
        cutoff: line,
        total,
        engine: index.kind,
        ...estimates,
        encodeMs: encoded - started,
        searchMs: performance.now() - encoded,
        encodeCached: cached,
      };
    },

    async rank(asked, from, count) {
      const query = checkQuery(asked);
      const embedding = await embed(query).value;
      const known = latest?.key === serialise(query) ? latest : await rankFirst(query, embedding);
      const end = from + count;
      if (end > known.first.rows.length && known.first.rows.length < known.total) {
        known.all ??= extend(known.first, options.exact().rankAll(embedding), known.filter, known.total);
      }
      const { rows, scores } = known.all ?? known.first;
      return { from, rows: rows.slice(from, end), scores: scores.slice(from, end) };
    },
  };
}

function checkModel({ collection, modelId, encoder, index }: SearchEngineOptions): void {
  if (encoder.modelId !== modelId) {
    throw new AfterimageError(
      'collection-model-mismatch',
      `The collection “${collection}” was made with the model “${modelId}”, but “${encoder.modelId}” is loaded. ` +
        `Load “${modelId}”, or build the collection again.`,
    );
  }
  if (encoder.dim !== index.dim) {
    throw new AfterimageError(
      'dimension-mismatch',
      `The model “${modelId}” gives vectors of dimension ${encoder.dim}, the collection “${collection}” has dimension ` +
        `${index.dim}. The model changed since: build the collection again.`,
    );
  }
}

/** In its one form. @throws AfterimageError `query-empty`, `query-invalid`. */
function checkQuery(asked: Query): Query {
  if (!isValid(asked)) {
    throw new AfterimageError('query-invalid', 'The search has a part that does not exist, or far too many of them.');
  }
  const query = normalise(asked);
  if (query.terms.length > 0) return query;
  throw new AfterimageError(
    'query-empty',
    query.filters.length === 0
      ? 'There is nothing to search for. Describe a picture.'
      : 'Filters alone are no search. Describe a picture as well.',
  );
}

/** `first`, then what is in `all`, passes `filter` and is not in `first`: at most `total` rows. */
function extend(first: Ranking, all: Ranking, filter: Bitset | undefined, total: number): Ranking {
  const seen = new Set(first.rows);
  const rows = new Uint32Array(total);
  const scores = new Float32Array(total);
  rows.set(first.rows);
  scores.set(first.scores);
  let at = first.rows.length;
  all.rows.forEach((row, i) => {
    if (seen.has(row) || (filter && !hasBit(filter, row))) return;
    rows[at] = row;
    scores[at++] = all.scores[i] as number; // parallel
  });
  return { rows: rows.subarray(0, at), scores: scores.subarray(0, at) };
}
