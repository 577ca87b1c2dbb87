import { createPromiseCache } from '../async/cached/promise-cache.ts';
import { type Bitset, clearBit } from '../index/bitset.ts';
import { filterRows } from '../query/filter-rows.ts';
import type { Query } from '../query/query.ts';
import { serialise } from '../query/serialise.ts';
import type { SearchContext, SearchEngineOptions } from './search-engine.ts';

/** A filter reads all records; one is kept in a bit for each of them. */
const REMEMBERED_FILTERS = 10;

/** The rows that pass a query's filters; undefined where it has none. */
export function createFilters({ items, collection, live }: Pick<SearchEngineOptions, 'items' | 'collection' | 'live'>) {
  const filters = createPromiseCache<Bitset>(REMEMBERED_FILTERS);
  const filterPresent = async (query: Query, context: SearchContext) => {
    const passing = await filterRows(query.filters, items, { collection, judgements: context.judgements });
    if (live) for (let row = 0; row < items.count; row++) if (!live.has(row)) clearBit(passing, row);
    return passing;
  };
  return async (query: Query, context: SearchContext): Promise<Bitset | undefined> => {
    if (query.filters.length === 0) return undefined;
    const key = `${live?.revision()} ${keyOf({ terms: [], filters: query.filters }, { ...context, names: false })}`;
    return filters.get(key, () => filterPresent(query, context)).value;
  };
}

/** Equal for what gives the same ranking. */
export function keyOf(query: Query, { judgements, names = false }: SearchContext): string {
  const isByRating = query.filters.some(({ field }) => field === 'rating');
  return JSON.stringify([serialise(query), isByRating && judgements ? [...judgements] : [], names]);
}
