import type { ItemStore } from '../collection/items/items.ts';
import { AfterimageError, type ErrorCode, toAfterimageError } from '../errors.ts';
import { type Bitset, createBitset, hasBit, setBit } from '../index/bitset.ts';
import { normalise, type Query } from '../query/query.ts';
import { createFilters, keyOf } from '../search/filters.ts';
import { listRows } from '../search/listing.ts';
import { bySimilarity, sliceRanking } from '../search/ranking.ts';
import type { RankedPage, SearchAnswer, SearchContext, SearchEngine } from '../search/search-engine.ts';
import { fuseFurther, fuseModels } from './fuse-models.ts';

/** The pictures of one model among those of several, and what answers for them. */
export interface ModelPart {
  readonly modelId: string;
  readonly engine: SearchEngine;
  /** A row of the engine as a row of all. */
  rowAt(row: number): number;
}

/** The pictures of all models. */
export interface ModelsOptions {
  /** Name of all together. */
  readonly collection: string;
  readonly items: ItemStore;
  /** The rows of which pictures are there; absent or undefined: all. */
  order?(): Uint32Array | undefined;
}

/** A picture of another model's, or one that this model has not looked at: others may answer. */
const OF_OTHERS: readonly ErrorCode[] = ['item-not-found', 'picture-missing'];

interface Answered {
  readonly part: ModelPart;
  /** In rows of all. */
  readonly answer: SearchAnswer;
}

/**
 * Answers queries from collections of several models: the query is encoded with each, each ranks the pictures whose vectors
 * it made, and the rankings are fused by rank (`fuseModels`). A model that cannot answer a query, because it is like a
 * picture of another model's collection, is left out of that answer; `models` says which have answered.
 * Filters alone need no model: they list the pictures of all.
 * @param parts those whose models are loaded now, the first one's pictures go first among equals. Embeddings of pictures that
 *   travel beside a query are of the first one's model, so that only this one is given them
 */
export function createModelsEngine(options: ModelsOptions, parts: readonly ModelPart[]): SearchEngine {
  const { collection } = options;
  /** Pages are asked for in a row; each engine keeps the scan of its latest query, too. */
  let latest: { readonly key: string; readonly answered: readonly Answered[] } | undefined;
  const contextFor = (part: ModelPart, context: SearchContext): SearchContext =>
    part === parts[0] ? context : { ...context, pictures: undefined };

  async function ask(part: ModelPart, ...[query, context = {}]: Parameters<SearchEngine['search']>) {
    try {
      const answer = await part.engine.search(query, contextFor(part, context));
      return { part, answer: { ...answer, ...toAll(part, answer) } };
    } catch (error) {
      return toAfterimageError(error);
    }
  }

  async function askAll(...asked: Parameters<SearchEngine['search']>): Promise<readonly Answered[]> {
    const outcomes = await Promise.all(parts.map((part) => ask(part, ...asked)));
    const errors = outcomes.flatMap((one) => (one instanceof AfterimageError ? [one] : []));
    const serious = errors.find(({ code }) => !OF_OTHERS.includes(code));
    if (serious) throw serious;
    const answered = outcomes.flatMap((one) => (one instanceof AfterimageError ? [] : [one]));
    if (answered.length > 0) return answered;
    throw errors[0] ?? new AfterimageError('collection-not-found', 'There is no collection to search.');
  }

  const answersTo = async (query: Query, context: SearchContext) => {
    const answered = await askAll(query, context);
    latest = { key: keyOf(normalise(query), context), answered };
    return answered;
  };

  const search: SearchEngine['search'] = async (query, context = {}) =>
    isListing(query) ? listed(query, context) : combine(collection, await answersTo(query, context));
  const listed = createListed(options, parts[0]?.modelId ?? '', search);

  return {
    search,
    async rank(query, from, count, context = {}) {
      if (isListing(query)) return { from, ...sliceRanking(await listed(query, context), from, from + count) };
      const isLatest = latest?.key === keyOf(normalise(query), context);
      const answered = isLatest && latest ? latest.answered : await answersTo(query, context);
      const first = fuseModels(answered.map(({ answer }) => answer)).ranking;
      const end = from + count;
      if (end <= first.rows.length) return { from, ...sliceRanking(first, from, end) };
      // Taken in turn, so many of one model at most.
      const wanted = end - first.rows.length;
      const pages = await Promise.all(
        answered.map(async ({ part, answer }) => {
          const page = await part.engine.rank(query, answer.rows.length, wanted, contextFor(part, context));
          return toAll(part, page);
        }),
      );
      const further = fuseFurther(pages, first.rows.length);
      return { from, ...joined(first, further, from, end) };
    },
  };
}

function isListing({ terms, filters }: Query): boolean {
  return terms.length === 0 && filters.length > 0;
}

/** Lists all pictures that pass, whatever their models. @param search by which saved searches among the filters are answered */
function createListed(
  { collection, items, order }: ModelsOptions,
  modelId: string,
  search: SearchEngine['search'],
): SearchEngine['search'] {
  return async (query, context = {}) => {
    const started = performance.now();
    // Made anew: of what is remembered here, nobody could tell whether pictures have come or gone.
    const passing = createFilters({ items, collection }, async (saved, at) => {
      if (saved.terms.length + saved.filters.length === 0) return new Uint32Array();
      const { rows, good } = await search(saved, at);
      return rows.subarray(0, good ?? rows.length);
    });
    const passed = (await passing(query, context)) ?? createBitset(items.count); // there is a filter
    const there = order?.();
    const { rows, order: listing } = await listRows(there ? among(there, passed, items.count) : passed, items);
    return {
      ...bySimilarity(rows, new Float32Array(rows.length)),
      query: normalise(query),
      ...{ collection, modelId },
      ...{ good: null, cutoff: null, listed: listing, approximate: false, total: rows.length, index: 'exact' },
      ...{ encodeMs: 0, searchMs: performance.now() - started, encodeCached: false },
    };
  };
}

function among(rows: Uint32Array, passing: Bitset, count: number): Bitset {
  const bits = createBitset(count);
  for (const row of rows) if (hasBit(passing, row)) setBit(bits, row);
  return bits;
}

function toAll({ rowAt }: ModelPart, { rows, similarities }: Pick<SearchAnswer, 'rows' | 'similarities'>) {
  return { rows: rows.map(rowAt), similarities };
}

function combine(collection: string, answered: readonly Answered[]): SearchAnswer {
  const answers = answered.map(({ answer }) => answer);
  const first = answers[0] as SearchAnswer; // there is one, or `askAll` had thrown
  const { ranking, good, sure, unjudged } = fuseModels(answers);
  const named = answered.flatMap(({ part, answer }) => (answer.named ? [answer.named.map(part.rowAt)] : []));
  return {
    ...ranking,
    query: first.query,
    collection,
    modelId: first.modelId,
    models: answered.map(({ part }) => part.modelId),
    ...{ good, ...(sure !== undefined && { sure }), cutoff: null, ...(unjudged && { unjudged }) },
    ...(named.length > 0 && { named: Uint32Array.from(named.flatMap((rows) => [...rows])) }),
    approximate: answers.some(({ approximate }) => approximate),
    ...(answers.some(({ unreachable }) => unreachable) && { unreachable: true as const }),
    total: answers.reduce((sum, { total }) => sum + total, 0),
    index: first.index,
    // They run side by side.
    encodeMs: Math.max(...answers.map(({ encodeMs }) => encodeMs)),
    searchMs: Math.max(...answers.map(({ searchMs }) => searchMs)),
    encodeCached: answers.every(({ encodeCached }) => encodeCached),
  };
}

/** The ranks `from` … `end − 1` of two rankings, one behind the other. */
function joined(
  first: Omit<RankedPage, 'from'>,
  further: Omit<RankedPage, 'from'>,
  from: number,
  end: number,
): Omit<RankedPage, 'from'> {
  const at = first.rows.length;
  const [a, b] = [sliceRanking(first, from, end), sliceRanking(further, Math.max(0, from - at), Math.max(0, end - at))];
  return {
    rows: Uint32Array.of(...a.rows, ...b.rows),
    similarities: Float32Array.of(...a.similarities, ...b.similarities),
    scores: Float32Array.of(...a.scores, ...b.scores),
  };
}
