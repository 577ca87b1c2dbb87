import { collectionOf, type Item } from '../../engine/collection/types.ts';
import { type ItemTerm, MAX_TERMS, type Query, queryText, type Term } from '../../engine/query/query.ts';

/**
 * The query for more pictures like one of the collection that is searched. What was searched for gives way to it; with
 * `keepWords` the words stay beside it. Filters stay: they say where is looked, not for what.
 */
export function likeQuery(query: Query, id: string, keepWords = false): Query {
  const like: ItemTerm = { kind: 'item', id, collection: null, weight: 1 };
  return { terms: [...(keepWords ? wordsOf(query) : []), like], filters: query.filters };
}

/**
 * The query for more pictures like those that were liked among the results of one, and unlike those that were not. As in
 * Rocchio's query (embed-query.ts), means of both count: all that were not liked together weigh as much as all that were. Of
 * many the newest are taken, liked ones first. What was searched for gives way to them; filters stay.
 * @param liked at least one; the newest last, as in `disliked`
 */
export function likedQuery({ filters }: Query, liked: readonly Item[], disliked: readonly Item[]): Query {
  const wanted = newest(liked, MAX_TERMS);
  const away = newest(disliked, MAX_TERMS - wanted.length);
  return {
    terms: [
      ...wanted.map((item) => likeTerm(item, 1)),
      ...away.map((item) => likeTerm(item, -wanted.length / away.length)),
    ],
    filters,
  };
}

function newest<T>(all: readonly T[], count: number): readonly T[] {
  return all.slice(Math.max(0, all.length - count));
}

function likeTerm(item: Item, weight: number): ItemTerm {
  return { kind: 'item', id: item.id, collection: collectionOf(item) ?? null, weight };
}

/** The query for pictures like one that is in no collection: it takes the place of other pictures, and words stay beside it. */
export function pictureQuery(query: Query, sha256: string): Query {
  return { terms: [...wordsOf(query), { kind: 'picture', sha256, weight: 1 }], filters: query.filters };
}

/** The words of a query for a person; empty where it has none. */
export function wordsText(query: Query): string {
  return queryText({ terms: wordsOf(query), filters: [] });
}

function wordsOf({ terms }: Query): readonly Term[] {
  return terms.filter(({ kind }) => kind === 'words');
}
