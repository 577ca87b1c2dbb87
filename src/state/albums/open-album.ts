import { ALL, type CollectionManifest, collectionOf, type Item } from '../../engine/collection/types.ts';
import { albumName } from '../../engine/query/albums.ts';
import type { Query } from '../../engine/query/query.ts';
import { parseQuery, serialise } from '../../engine/query/serialise.ts';
import type { AlbumPicture, AlbumSummary, SavedSearch, SavedThumb } from '../../protocol/albums.ts';
import type { SearchContext } from '../../protocol/query-worker.ts';
import type { Address } from '../search/address.ts';

type Opening = Pick<Address, 'view' | 'query' | 'collection' | 'names' | 'item'>;

/** What the address says when an album is open; undefined for a saved search of a newer page, which cannot be read. */
export function openingOf({ name, search, collections }: AlbumSummary): Opening | undefined {
  const rest = { view: 'search' as const, item: null };
  if (search) {
    const query = parseQuery(search.query);
    return query instanceof Error ? undefined : { ...rest, query, collection: search.collection, names: search.names };
  }
  const [first = null, ...more] = collections;
  return { ...rest, query: albumQuery(name), collection: more.length > 0 ? ALL : first, names: null };
}

export function albumQuery(name: string): Query {
  return { terms: [], filters: [{ field: 'album', value: name }] };
}

/** The album that a query shows: the one it filters by, where that is one. */
export function albumShown(query: Query, albums: readonly AlbumSummary[] | undefined): AlbumSummary | undefined {
  const named = query.filters.filter(({ field }) => field === 'album');
  const [filter] = named;
  if (!filter || named.length > 1) return undefined;
  return albums?.find(({ name }) => albumName(name) === albumName(filter.value));
}

/** A picture as albums name it. @param open name of the open collection */
export function pictureOf(item: Item, open: string): AlbumPicture {
  const thumbnail = item.thumbnail?.path;
  return { collection: collectionOf(item) ?? open, id: item.id, ...(thumbnail !== undefined && { thumbnail }) };
}

/**
 * A search as it is saved.
 * @param open the open collection
 * @param pictures embeddings of those that it is like and that are in no collection, by that collection's model
 * @param thumbs on its results, the newest last
 */
export function savedSearch(
  query: Query,
  { name, model }: Pick<CollectionManifest, 'name' | 'model'>,
  names: boolean,
  pictures: SearchContext['pictures'] = new Map(),
  thumbs: SearchContext['thumbs'] = new Map(),
): SavedSearch {
  const seen = [...pictures].map(([sha256, embedding]) => ({ sha256, model: model.sha256, embedding: [...embedding] }));
  return {
    ...{ query: serialise(query), collection: name, names },
    ...(seen.length > 0 && { pictures: seen }),
    ...(thumbs.size > 0 && { thumbs: savedThumbs(thumbs) }),
  };
}

/** Thumbs as a saved search keeps them. */
export function savedThumbs(thumbs: NonNullable<SearchContext['thumbs']>): readonly SavedThumb[] {
  return Array.from(thumbs, ([id, judgement]) => ({ id, judgement }));
}
