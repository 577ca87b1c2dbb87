import { type ItemTerm, type Query, queryText, type Term } from '../../engine/query/query.ts';

/**
 * The query for more pictures like one of the collection that is searched. What was searched for gives way to it; with
 * `keepWords` the words stay beside it. Filters stay: they say where is looked, not for what.
 */
export function likeQuery(query: Query, id: string, keepWords = false): Query {
  const like: ItemTerm = { kind: 'item', id, collection: null, weight: 1 };
  return { terms: [...(keepWords ? wordsOf(query) : []), like], filters: query.filters };
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
