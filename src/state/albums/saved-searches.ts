import type { QueryClient } from '../../client/query-client.ts';
import { ALL } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Query } from '../../engine/query/query.ts';
import { parseQuery } from '../../engine/query/serialise.ts';
import type { AlbumPicture, AlbumSummary } from '../../protocol/albums.ts';
import type { SearchContext } from '../../protocol/query-worker.ts';
import type { Session } from '../collection/session.ts';
import { albumQuery, pictureOf } from './open-album.ts';

/** What a saved search finds now. */
export interface FoundNow {
  readonly count: number;
  /** There may be more: of searches by likeness so many are looked at. */
  readonly isOpenEnded: boolean;
  readonly cover: AlbumPicture | undefined;
}

/** Of good matches a saved search has at most those of so many ranks. */
const LOOKED_AT = 200;

/**
 * Asks what a saved search finds, one after the other, beside the visitor's own search.
 * @returns undefined of an album of pictures, and of a search in a collection that is not open
 */
export function createSavedSearches(
  client: Pick<QueryClient, 'searchBeside'>,
  session: Pick<Session, 'collection'>,
  contextOf: (query: Query) => SearchContext | undefined | Promise<SearchContext>,
): (album: Pick<AlbumSummary, 'name' | 'search'>) => Promise<FoundNow | undefined> {
  let last: Promise<unknown> = Promise.resolve();
  const find = async ({ name, search }: Pick<AlbumSummary, 'name' | 'search'>): Promise<FoundNow | undefined> => {
    const open = session.collection()?.manifest.name;
    if (!search || open === undefined || (open !== ALL && open !== search.collection)) return undefined;
    const saved = parseQuery(search.query);
    if (saved instanceof AfterimageError) return undefined;
    const query = albumQuery(name);
    const { total, items } = await client.searchBeside(query, await contextOf(query));
    const [first] = items;
    return {
      count: total,
      isOpenEnded: saved.terms.length > 0 && total >= LOOKED_AT,
      cover: first && pictureOf(first, open),
    };
  };
  return (album) => {
    const found = last.then(() => find(album));
    last = found.catch(() => undefined);
    return found;
  };
}
