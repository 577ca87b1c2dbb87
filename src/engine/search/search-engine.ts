import { createPromiseCache } from '../async/cached/promise-cache.ts';
import type { ItemStore } from '../collection/items/items.ts';
import type { AnsweringKind } from '../collection/types.ts';
import { AfterimageError } from '../errors.ts';
import { type Bitset, countBits, hasBit } from '../index/bitset.ts';
import type { Embedding } from '../numeric/embedding.ts';
import type { QueryEncoder } from '../ports.ts';
import type { AlbumSources } from '../query/albums.ts';
import { embedQuery } from '../query/embed-query.ts';
import type { Judgements } from '../query/filter-rows.ts';
import { isValid, normalise, plainText, type Query, textQuery } from '../query/query.ts';
import { serialise } from '../query/serialise.ts';
import type { Baseline, Unjudged } from './cutoff.ts';
import { createFilters, keyOf } from './filters.ts';
import { judge } from './judge.ts';
import { likedRows } from './liked-rows.ts';
import { type Listing, listRows } from './listing.ts';
import { createFindNamed } from './names/find-named.ts';
import { fuseJudged } from './names/fuse.ts';
import { bySimilarity, extendRanking, type Ranking, sliceRanking, withoutRows } from './ranking.ts';
import { type Estimates, RANKED_BY_INDEX, type Retrieved, type Retriever } from './retriever.ts';
import { applyThumbs } from './thumbs/thumbs.ts';
import type { VectorSource } from './vector-source.ts';

/** What a search found, apart from the device, which is the host's to know. */
export interface SearchAnswer extends Ranking, Estimates {
  /** What was asked, in its one form (query.ts). */
  readonly query: Query;
  readonly collection: string;
  readonly modelId: string;
  /** Of collections of several models: those that answered, each for its own pictures. Others were not at hand. */
  readonly models?: readonly string[];
  /**
   * How many of `rows`, from the top, are good matches or may be; the rest lies below the cut-off, the nearest there is. Null:
   * nobody can tell.
   */
  readonly good: number | null;
  /** How many of those, from the top, one can be sure of; absent where that is not known: good matches are all alike then. */
  readonly sure?: number;
  /** The similarity of the line between them; null where none can be drawn, and of several models, which have one each. */
  readonly cutoff: number | null;
  /** Why none can be drawn. */
  readonly unjudged?: Unjudged;
  /**
   * The query is filters alone: `rows` are all pictures that pass, in this order (listing.ts). Nothing was compared, so
   * similarities and scores are 0 and mean nothing.
   */
  readonly listed?: Listing['order'];
  /** Of `rows`, those whose names have what was asked for; absent where names were not looked at. */
  readonly named?: Uint32Array;
  /** Pictures in the collection that pass the query's filters, less those that it is like: what scrolling on can reach. */
  readonly total: number;
  readonly index: AnsweringKind;
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
  /** Of the same rows. Read where a query has filters or pictures of the collection. */
  readonly items: ItemStore;
  readonly vectors: VectorSource;
  /** What similarities mean nothing (cutoff.ts); read anew for each search. */
  readonly baseline: Baseline;
  /** Names of the collections where several are searched together, whose items say which they are from. */
  readonly together?: readonly string[] | undefined;
  /** Of a collection that changes while it is open. */
  readonly live?: Live | undefined;
}

/** Says what changes in a collection while it is open. */
export interface Live {
  /** Another number whenever rows are added, changed or removed. */
  revision(): number;
  /** Whether a row is one of those that can be found. */
  has(row: number): boolean;
}

/** What a search goes by beside its query: what the one who asks knows. */
export interface SearchContext {
  /** Thumbs on results of this query, by item id: liked ones come first, the others last. */
  readonly thumbs?: Judgements | undefined;
  /** For filters by rating. */
  readonly judgements?: Judgements | undefined;
  /** All albums that there are, for filters by album. */
  readonly albums?: AlbumSources | undefined;
  /** Also find pictures by title and file name. */
  readonly names?: boolean | undefined;
  /** Embeddings of pictures that the query is like and that are in no collection, by the SHA-256 of their files. */
  readonly pictures?: ReadonlyMap<string, Embedding> | undefined;
  /** Ends the wait for what is far away; given by the host that runs the engine, never across a worker border. */
  readonly signal?: AbortSignal | undefined;
}

export interface SearchEngine {
  /**
   * The best `RANKED_BY_INDEX` pictures, less those of the collection that the query is like: whoever asks for more like a
   * picture has it, and as a good match that no other reaches it would draw the line right below itself. Of a query that is
   * filters alone, all pictures that pass.
   * @throws AfterimageError `query-empty`, `query-invalid`, and what `embedQuery`, encoder, items and retriever throw.
   */
  search(query: Query, context?: SearchContext): Promise<SearchAnswer>;
  /**
   * Any page of the ranking of all rows: first what `search` gave, then all others as the retriever ranks them when it is
   * asked for so many. No row comes twice and none is missing, however an index erred; within each of the two stretches
   * scores descend.
   * @throws what `search` throws
   */
  rank(query: Query, from: number, count: number, context?: SearchContext): Promise<RankedPage>;
}

/** The ranking of one query, as far as it was asked for. */
interface Latest {
  /** The query, serialised, and what it goes by. */
  readonly key: string;
  /** With what was found by name. */
  readonly first: Retrieved;
  readonly named: Uint32Array | undefined;
  readonly cut: Pick<SearchAnswer, 'good' | 'sure' | 'cutoff' | 'unjudged' | 'listed'>;
  readonly filter: Bitset | undefined;
  /** Of the collection when it was made. */
  readonly revision: number | undefined;
  /** Rows of the pictures that the query is like, which are not among its answers. */
  readonly liked: ReadonlySet<number>;
  /** Rows that can be ranked. */
  readonly total: number;
  /** The ranking of at least `k` rows, or as many as there are. */
  further?: { readonly k: number; readonly ranking: Promise<Ranking> } | undefined;
}

/** Typing back and forth, and going back to recent searches, does not encode again. */
const REMEMBERED_QUERIES = 100;

/**
 * Answers queries from one collection: query → embedding and filter → retriever → cut-off.
 * @throws AfterimageError `collection-model-mismatch`, `dimension-mismatch`.
 */
export function createSearchEngine(options: SearchEngineOptions): SearchEngine {
  checkModel(options);
  const { collection, retriever } = options;
  const embed = createEmbed(options);
  const passing = createFilters(options, async (query, context) => {
    const asked = normalise(query);
    if (asked.terms.length + asked.filters.length === 0) return new Uint32Array();
    const { first, cut } = await begin(asked, await embed(asked, context)?.value, context);
    return first.rows.subarray(0, cut.good ?? first.rows.length);
  });
  const findNamed = createFindNamed(options);
  /** Pages are asked for in a row, so the scan of the latest query is kept. */
  let latest: Latest | undefined;

  /** What passes, where there is nothing to compare it with. */
  async function list(query: Query, context: SearchContext): Promise<Latest> {
    const revision = options.live?.revision();
    const filter = (await passing(query, context)) as Bitset; // there is a filter, or the query would be empty
    const { rows, order } = await listRows(filter, options.items);
    const first = { ...bySimilarity(rows, new Float32Array(rows.length)), approximate: false };
    const cut = { good: null, cutoff: null, listed: order };
    const known = { key: keyOf(query, context), filter, liked: new Set<number>(), revision, total: rows.length };
    return { ...known, first, named: undefined, cut };
  }

  async function rankFirst(query: Query, embedding: Embedding, context: SearchContext): Promise<Latest> {
    const revision = options.live?.revision();
    const [filter, liked] = await Promise.all([passing(query, context), likedRows(query, options)]);
    const found = await retriever.retrieve(embedding, { k: RANKED_BY_INDEX, filter, signal: context.signal });
    const similar = withoutRows(found, liked);
    const passed = filter ? countBits(filter) : retriever.size;
    const total = passed - [...liked].filter((row) => !filter || hasBit(filter, row)).length;
    const { line, unjudged, ...above } = judge(query, embedding, filter && total, similar, options);
    const named = context.names ? withoutRows(await findNamed(query, embedding, filter), liked) : undefined;
    const judged = named ? fuseJudged(similar, above, named) : { ranking: similar, ...above };
    const asked = { embedding, filter, liked, signal: context.signal };
    const { ranking, good, sure } = await applyThumbs(judged, context.thumbs, asked, options);
    const cut = { good, ...(sure !== undefined && { sure }), cutoff: line, ...(unjudged && { unjudged }) };
    const known = { key: keyOf(query, context), filter, liked, revision, total, cut, named: named?.rows };
    return { ...known, first: { ...found, ...ranking } };
  }

  const begin = (query: Query, embedding: Embedding | undefined, context: SearchContext) =>
    embedding ? rankFirst(query, embedding, context) : list(query, context);

  /** The ranks before `end` at least, where there are so many. */
  async function rankTo(end: number, known: Latest, embedding: Embedding | undefined): Promise<Ranking> {
    const { first, filter, liked, further } = known;
    const wanted = Math.min(end, known.total);
    if (wanted <= first.rows.length || !embedding) return first;
    if (further && wanted <= further.k) return further.ranking;
    const k = retriever.pageSize * Math.ceil((wanted + liked.size) / retriever.pageSize);
    const all = retriever.retrieve(embedding, { k, filter });
    // One that looks further for more ranks may put others before those that were given.
    const before = further ? further.ranking : Promise.resolve(first);
    const ranking = Promise.all([before, all]).then(([given, more]) => extendRanking(given, withoutRows(more, liked)));
    known.further = { k: k - liked.size, ranking };
    ranking.catch(() => {
      if (known.further?.ranking === ranking) known.further = further;
    });
    return ranking;
  }

  return {
    async search(asked, context = {}) {
      const query = checkQuery(asked);
      const started = performance.now();
      const { value, cached } = embed(query, context) ?? { cached: false };
      const embedding = await value;
      const encoded = performance.now();
      latest = await begin(query, embedding, context);
      const { first, named, cut, total } = latest;
      return {
        ...first,
        ...sliceRanking(first), // what is kept must survive that the answer is transferred
        query,
        collection,
        modelId: options.modelId,
        ...cut,
        ...(named && { named: named.slice() }),
        total,
        index: retriever.kind,
        encodeMs: encoded - started,
        searchMs: performance.now() - encoded,
        encodeCached: cached,
      };
    },

    async rank(asked, from, count, context = {}) {
      const query = checkQuery(asked);
      const embedding = await embed(query, context)?.value;
      const isLatest = latest?.key === keyOf(query, context) && latest.revision === options.live?.revision();
      const known = isLatest && latest ? latest : await begin(query, embedding, context);
      latest = known;
      const end = from + count;
      return { from, ...sliceRanking(await rankTo(end, known, embedding), from, end) };
    },
  };
}

/** The embedding of a query without its filters, and whether it was remembered; undefined of filters alone. */
function createEmbed({ encoder, items, vectors, collection, together }: SearchEngineOptions) {
  const embeddings = createPromiseCache<Embedding>(REMEMBERED_QUERIES);
  const words = (text: string) => embeddings.get(serialise(textQuery(text)), () => encoder.encode(text)).value;
  const sources = { words, rowOf: items.rowOf, vectors, collection, together };
  return ({ terms }: Query, { pictures }: SearchContext) => {
    if (terms.length === 0) return undefined;
    const query = { terms, filters: [] };
    const text = plainText(query);
    const picture = (sha256: string) => pictures?.get(sha256);
    const load = () => (text === undefined ? embedQuery(query, { ...sources, picture }) : encoder.encode(text));
    return embeddings.get(serialise(query), load);
  };
}

function checkModel({ collection, modelId, encoder, retriever }: SearchEngineOptions): void {
  if (encoder.modelId !== modelId) {
    throw new AfterimageError(
      'collection-model-mismatch',
      `The collection “${collection}” was made with the model “${modelId}”, but “${encoder.modelId}” is loaded.`,
    );
  }
  if (encoder.dim !== retriever.dim) {
    throw new AfterimageError(
      'dimension-mismatch',
      `The model “${modelId}” gives vectors of dimension ${encoder.dim}, the collection “${collection}” has dimension ` +
        `${retriever.dim}. The model has changed since.`,
    );
  }
}

/** In its one form. @throws AfterimageError `query-empty`, `query-invalid`. */
function checkQuery(asked: Query): Query {
  if (!isValid(asked)) {
    throw new AfterimageError('query-invalid', 'The search has a part that does not exist, or far too many of them.');
  }
  const query = normalise(asked);
  if (query.terms.length + query.filters.length > 0) return query;
  throw new AfterimageError('query-empty', 'There is nothing to search for. Describe a picture.');
}
