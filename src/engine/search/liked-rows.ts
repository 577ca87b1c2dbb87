import type { Query } from '../query/query.ts';
import type { SearchEngineOptions } from './search-engine.ts';

/** Rows of the collection's pictures that a query is like; not of those that it is pushed away from. */
export async function likedRows(
  { terms }: Query,
  { items, collection, together = [] }: Pick<SearchEngineOptions, 'items' | 'collection' | 'together'>,
): Promise<ReadonlySet<number>> {
  const liked = terms.flatMap((term) => (term.kind === 'item' && term.weight > 0 ? [term] : []));
  const found = liked.map(async ({ id, collection: wanted }) => {
    if (wanted === null || wanted === collection) return items.rowOf(id);
    return together.includes(wanted) ? items.rowOf(id, wanted) : -1;
  });
  const rows = await Promise.all(found);
  return new Set(rows.filter((row) => row >= 0)); // one that was removed meanwhile is not there
}
