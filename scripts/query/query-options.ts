/** The query that a command line asks: words, options for what is more, or a serialised query. */
import type { ParseArgsConfig } from 'node:util';
import { AfterimageError } from '../../src/engine/errors.ts';
import { parseBox } from '../../src/engine/query/box/read-box.ts';
import { FILTERS, type Filter, isValidFilter, type Query, type Term } from '../../src/engine/query/query.ts';
import { parseQuery } from '../../src/engine/query/serialise.ts';
import { usage } from '../cli/cli.ts';

export const QUERY_OPTIONS = {
  like: { type: 'string', multiple: true },
  unlike: { type: 'string', multiple: true },
  filter: { type: 'string', multiple: true },
  query: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

export const QUERY_HELP = `
  <text>               as in the search box of the page: words, "a phrase", -word, dog^2, type:png, folder:"two words" …
                       (docs/searching.md). Put all of it in single quotes: 'dog -cat "red car"'. Before a minus at its start
                       comes a space: ' -cat'
  --like <id>          also like this picture of the collection (its id is in the --json of a search); may be repeated
  --unlike <what>      push away these words, or the picture with this id; may be repeated
  --filter <field>=<value>
                       only pictures with type=png, folder=holiday, name=beach (file name or title), camera=canon,
                       after=2023, before=2024-05, width=2000- or height=-1000 (from - to); may be repeated, and of
                       several values for one field one is enough
  --query <text>       a whole search, as --json prints it
`;

const ITEM_ID = /^[0-9a-f]{16}$/;

/** The values of `QUERY_OPTIONS`. */
export interface QueryValues {
  readonly like?: readonly string[] | undefined;
  readonly unlike?: readonly string[] | undefined;
  readonly filter?: readonly string[] | undefined;
  readonly query?: string | undefined;
}

/**
 * The query of `words`, as the box reads them, and options.
 * @throws AfterimageError `usage`; `query-invalid` and `query-version` for --query
 */
export function parseQueryOptions(words: string, { like = [], unlike = [], filter = [], query }: QueryValues): Query {
  const typed = parseBox(words);
  const base = query === undefined ? NOTHING : readQuery(query);
  if (words !== '' && base.terms.some(isPlain)) throw usage('The words of --query and others are one too many');
  const all = withQuery(base, typed);
  const filters = [...all.filters, ...filter.map(toFilter)];
  if (filters.some(({ field }) => field === 'album')) {
    throw usage('Only the page knows albums: leave album out, or search in the page');
  }
  if (filters.some(({ field }) => field === 'rating')) {
    throw usage('Only the page knows what was judged: leave rating out, or search in the page');
  }
  return { terms: [...all.terms, ...like.map(toPicture), ...unlike.map(toPushedAway)], filters };
}

const NOTHING: Query = { terms: [], filters: [] };

/** All of two queries. */
export function withQuery(a: Query, b: Query): Query {
  return { terms: [...a.terms, ...b.terms], filters: [...a.filters, ...b.filters] };
}

/** The collection that a query names, where it names one. */
export function collectionOf({ filters }: Query): string | undefined {
  const [first, ...more] = filters.filter(({ field }) => field === 'in');
  return more.length === 0 ? first?.value : undefined;
}

function isPlain(term: Term): boolean {
  return term.kind === 'words' && term.weight === 1;
}

function readQuery(text: string): Query {
  const query = parseQuery(text);
  if (!(query instanceof AfterimageError)) return query;
  const advice = query.code === 'query-version' ? ' Update this copy to read it.' : ' Put it in quotes, whole.';
  throw new AfterimageError(query.code, query.message + advice);
}

function toPicture(id: string): Term {
  if (ITEM_ID.test(id)) return { kind: 'item', id, collection: null, weight: 1 };
  throw usage(`--like takes the id of a picture, 16 hex digits, not "${id}"`);
}

function toPushedAway(what: string): Term {
  if (ITEM_ID.test(what)) return { kind: 'item', id: what, collection: null, weight: -1 };
  return { kind: 'words', text: what, weight: -1 };
}

function toFilter(text: string): Filter {
  const at = text.indexOf('=');
  const filter = { field: text.slice(0, Math.max(at, 0)) as Filter['field'], value: text.slice(at + 1) };
  if (isValidFilter(filter)) return filter;
  throw usage(
    `--filter takes <field>=<value> of ${Object.keys(FILTERS).join(', ')} as --help shows them, not "${text}"`,
  );
}
