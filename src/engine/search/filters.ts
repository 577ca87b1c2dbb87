import { createPromiseCache } from '../async/cached/promise-cache.ts';
import { type Bitset, clearBit } from '../index/bitset.ts';
import { type AlbumPictures, type AlbumSource, albumName, keyOfItem } from '../query/albums.ts';
import { filterRows } from '../query/filter-rows.ts';
import type { Filter, Query } from '../query/query.ts';
import { serialise } from '../query/serialise.ts';
import type { SearchContext, SearchEngineOptions } from './search-engine.ts';

type SavedSource = Extract<AlbumSource, { readonly query: Query }>;

/** A filter reads all records; one is kept in a bit for each of them. */
const REMEMBERED_FILTERS = 10;

/** The rows of a saved search's pictures. */
export type FindSaved = (query: Query, context: SearchContext) => Promise<Uint32Array>;

/** The rows that pass a query's filters; undefined where it has none. */
export function createFilters(
  { items, collection, live }: Pick<SearchEngineOptions, 'items' | 'collection' | 'live'>,
  findSaved: FindSaved,
) {
  const filters = createPromiseCache<Bitset>(REMEMBERED_FILTERS);
  const filterPresent = async (query: Query, context: SearchContext) => {
    const albums = await picturesOfAlbums(query.filters, context);
    const passing = await filterRows(query.filters, items, { collection, judgements: context.judgements, albums });
    if (live) for (let row = 0; row < items.count; row++) if (!live.has(row)) clearBit(passing, row);
    return passing;
  };
  /** A saved search that leads back to itself finds nothing there. */
  const picturesOfAlbums = async (filters: readonly Filter[], context: SearchContext): Promise<AlbumPictures> => {
    const found = new Map<string, ReadonlySet<string>>();
    for (const { field, value } of filters) {
      const name = albumName(value);
      const album = field === 'album' ? context.albums?.get(name) : undefined;
      if (!album) continue;
      const others = new Map([...(context.albums ?? [])].filter(([other]) => other !== name));
      found.set(name, 'pictures' in album ? album.pictures : await keysOf(album, { ...context, albums: others }));
    }
    return found;
  };
  const keysOf = async (saved: SavedSource, context: SearchContext) => {
    const { query, names, collection: wanted, thumbs } = saved;
    const isIn = query.filters.some(({ field }) => field === 'in');
    const filters =
      wanted === null || isIn ? query.filters : [...query.filters, { field: 'in' as const, value: wanted }];
    // What it finds is kept for later searches, so that no signal of this one may end it.
    const rows = await findSaved({ terms: query.terms, filters }, { ...context, names, signal: undefined, thumbs });
    const found = await Promise.all(Array.from(rows, (row) => items.get(row)));
    return new Set(found.map((item) => keyOfItem(item, collection)));
  };
  return async (query: Query, context: SearchContext): Promise<Bitset | undefined> => {
    if (query.filters.length === 0) return undefined;
    const key = `${live?.revision()} ${keyOf({ terms: [], filters: query.filters }, { ...context, names: false, thumbs: undefined })}`;
    return filters.get(key, () => filterPresent(query, context)).value;
  };
}

/** Equal for what gives the same ranking. */
export function keyOf(query: Query, { judgements, names = false, albums, thumbs = new Map() }: SearchContext): string {
  const has = (wanted: string) => query.filters.some(({ field }) => field === wanted);
  // A saved search may filter by rating, and by other albums.
  const byRating = has('rating') || has('album') ? [...(judgements ?? [])] : [];
  const byAlbum = has('album') ? [...(albums ?? [])].map(([name, { changed }]) => [name, changed]) : [];
  return JSON.stringify([serialise(query), byRating, byAlbum, names, [...thumbs]]);
}
