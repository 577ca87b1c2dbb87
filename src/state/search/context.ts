import type { Accessor } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import { ALL, type CollectionEntry, LIBRARY } from '../../engine/collection/types.ts';
import { type FilterField, isValidFilter, type Query, RATINGS } from '../../engine/query/query.ts';
import type { FieldValue, SearchContext } from '../../protocol/query-worker.ts';
import type { Session } from '../collection/session.ts';
import type { Log } from '../log/log.ts';
import type { Address } from './address.ts';
import type { AskedAccess } from './asked-access.ts';

/**
 * Whether pictures are found by their names too: as the address says, else in the visitor's own pictures only. Names of a
 * demo say what is in its pictures, which would be cheating.
 */
export function wantsNames({ names }: Pick<Address, 'names'>, collection: string | undefined): boolean {
  return names ?? collection === LIBRARY;
}

/**
 * What a search goes by beside its query. The log is read for queries that filter by rating or by album, and for no others; pictures that
 * are in no collection are asked for where the query is like some.
 * @param thumbsOn thumbs on results of a query, where there are some
 */
export function createContextOf(
  names: Accessor<boolean>,
  log: Pick<Log, 'database'>,
  asked: Pick<AskedAccess, 'load'>,
  thumbsOn: (query: Query) => SearchContext['thumbs'] = () => undefined,
): (query: Query) => SearchContext | undefined | Promise<SearchContext> {
  const readJudgements = async () => ({ judgements: await (await log.database()).judgements() });
  const readPictures = async (query: Query) => ({ pictures: await (await asked.load()).vectorsOf(query) });
  return (query) => {
    const thumbs = thumbsOn(query);
    const context = names() || thumbs ? { ...(names() && { names: true }), ...(thumbs && { thumbs }) } : undefined;
    const read: Promise<SearchContext>[] = [];
    const has = (wanted: FilterField) => query.filters.some(({ field }) => field === wanted);
    if (has('rating')) read.push(readJudgements());
    // A saved search may filter by rating. Other albums are there without a log, too.
    else if (has('album')) read.push(readJudgements().catch(() => ({})));
    if (query.terms.some(({ kind }) => kind === 'picture')) read.push(readPictures(query));
    return read.length === 0 ? context : Promise.all(read).then((parts) => Object.assign({}, context, ...parts));
  };
}

/**
 * The collection that a search names, where it names one that is there; else the one of the address. All of them together
 * stay so: the search leaves what is in the one that it names.
 */
export function collectionOf(
  { query, collection }: Pick<Address, 'query' | 'collection'>,
  offered: readonly CollectionEntry[] | undefined,
): string | null {
  if (collection === ALL) return collection;
  const named = query.filters.filter(({ field }) => field === 'in').map(({ value }) => value);
  const known = named.filter((name) => name === LIBRARY || offered?.some((entry) => entry.name === name));
  return named.length === 1 ? (known[0] ?? collection) : collection;
}

/** A value that can be chosen; `count` pictures have it, where that is known. */
export type Choice = Pick<FieldValue, 'value'> & Partial<FieldValue>;

/** Values of a field for the beginning of one: of the open collection, or of the page itself. */
export function createValues(client: Pick<QueryClient, 'values'>, session: Pick<Session, 'collections'>) {
  return async (field: FilterField, prefix: string): Promise<readonly Choice[]> => {
    const begins = ({ value }: Choice) => value.toLowerCase().startsWith(prefix.toLowerCase());
    if (field === 'rating') return RATINGS.map((value) => ({ value })).filter(begins);
    if (field !== 'in') return await client.values(field, prefix);
    const entries = session.collections() ?? [];
    const choices = entries.map(({ name, count }) => ({ value: name, count }));
    return choices.filter((choice) => isValidFilter({ field, ...choice }) && begins(choice));
  };
}
