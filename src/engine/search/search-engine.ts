import { createPromiseCache } from '../async/lru.ts';
import type { Engine } from '../collection/types.ts';
import { AfterimageError } from '../errors.ts';
import type { ExactIndex, Ranking } from '../index/exact/exact-index.ts';
import type { VectorIndex } from '../index/vector-index.ts';
import type { Embedding } from '../numeric/embedding.ts';
import type { QueryEncoder } from '../ports.ts';
import { type Background, cutoff } from './cutoff.ts';

/** What a search found, apart from the device, which is the host's to know. */
export interface SearchAnswer {
  readonly text: string;
  readonly collection: string;
  readonly modelId: string;
  /** Rows best first, at most 200 (what the index ranks); parallel to `scores`. */
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  /** How many of `rows`, from the top, are good matches; the rest lies below the cut-off. */
  readonly good: number;
  /** The score of the line between them. */
  readonly cutoff: number;
  /** Pictures in the collection: what scrolling on can reach. */
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
  /** @throws AfterimageError `query-empty`, and what the encoder throws. */
  search(text: string): Promise<SearchAnswer>;
  /**
   * Any page of the ranking of all rows: first what `search` gave, then all others by exact scan. No row comes twice
   * and none is missing, however the index erred; within each of the two stretches scores descend.
   * @throws AfterimageError `query-empty`, and what the encoder throws.
   */
  rank(text: string, from: number, count: number): Promise<RankedPage>;
}

type Estimates = Pick<SearchAnswer, 'approximate' | 'unreachable'>;

/** The index ranks this many: what a person looks at. Deeper, an exact scan costs less than an ever wider beam. */
export const RANKED_BY_INDEX = 200;
/** Typing back and forth, and going back to recent searches, does not encode again. */
const REMEMBERED_QUERIES = 100;

/**
 * Answers text queries from one collection: text → embedding → index → cut-off.
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`.
 */
export function createSearchEngine(options: SearchEngineOptions): SearchEngine {
  checkModel(options);
  const { encoder, index } = options;
  const embeddings = createPromiseCache<Embedding>(REMEMBERED_QUERIES);
  /** Pages are asked for in a row, so the scan of the latest query is kept. */
  let latest:
    | { readonly query: string; readonly first: Ranking; readonly estimates: Estimates; all?: Ranking }
    | undefined;

  const encode = (query: string) => embeddings.get(query, () => encoder.encode(query));

  async function rankFirst(query: string, embedding: Embedding): Promise<NonNullable<typeof latest>> {
    const reached = await options.prepare?.(embedding);
    const hits = index.search(embedding, { k: RANKED_BY_INDEX });
    const first = {
      rows: Uint32Array.from(hits, ({ row }) => row),
      scores: Float32Array.from(hits, ({ similarity }) => similarity),
    };
    const approximate = hits.some((hit) => hit.approximate);
    latest = { query, first, estimates: { approximate, ...(reached === false && { unreachable: true }) } };
    return latest;
  }

  return {
    async search(text) {
      const query = checkQuery(text);
      const started = performance.now();
      const { value, cached } = encode(query);
      const embedding = await value;
      const encoded = performance.now();
      const { first, estimates } = await rankFirst(query, embedding);
      const { rows, scores } = first;
      const { good, line } = cutoff(embedding, options.background, scores);
      return {
        text,
        collection: options.collection,
        modelId: options.modelId,
        rows: rows.slice(), // what is kept must survive that the answer is transferred
        scores: scores.slice(),
        good,
        cutoff: line,
        total: index.size,
        engine: index.kind,
        ...estimates,
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
      if (end > known.first.rows.length && known.first.rows.length < index.size) {
        known.all ??= extend(known.first, options.exact().rankAll(embedding));
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

function checkQuery(text: string): string {
  const query = text.trim();
  if (query === '') throw new AfterimageError('query-empty', 'There is nothing to search for. Describe a picture.');
  return query;
}

/** `first`, then what is in `all` and not in `first`. */
function extend(first: Ranking, all: Ranking): Ranking {
  const seen = new Set(first.rows);
  const rows = new Uint32Array(all.rows.length);
  const scores = new Float32Array(all.rows.length);
  rows.set(first.rows);
  scores.set(first.scores);
  let at = first.rows.length;
  all.rows.forEach((row, i) => {
    if (seen.has(row)) return;
    rows[at] = row;
    scores[at++] = all.scores[i] as number; // parallel
  });
  return { rows, scores };
}
