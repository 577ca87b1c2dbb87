/** The query that a command line asks: words, options for what is more, or a serialised query. */
import type { ParseArgsConfig } from 'node:util';
import { AfterimageError } from '../../src/engine/errors.ts';
import {
  FILTERS,
  type Filter,
  fieldTerm,
  isValidFilter,
  type Query,
  type Term,
  textQuery,
} from '../../src/engine/query/query.ts';
import { parseQuery } from '../../src/engine/query/serialise.ts';
import { usage } from '../cli/cli.ts';

export const QUERY_OPTIONS = {
  like: { type: 'string', multiple: true },
  unlike: { type: 'string', multiple: true },
  filter: { type: 'string', multiple: true },
  query: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

export const QUERY_HELP = `
  --like <id>          also like this picture of the collection (its id is in the --json of a search); may be repeated
  --unlike <what>      push away these words, or the picture with this id; may be repeated
  --filter <field>=<value>
                       only pictures with type=png, folder=holiday, name=beach (file name or title), after=2023,
                       before=2024-05, width=2000- or height=-1000 (from - to); may be repeated, and of several values
                       for one field one is enough
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
 * The query of `words` and options.
 * @throws AfterimageError `usage`; `query-invalid` and `query-version` for --query
 */
export function parseQueryOptions(words: string, { like = [], unlike = [], filter = [], query }: QueryValues): Query {
  const base = query === undefined ? textQuery(words) : readQuery(query);
  if (query !== undefined && words !== '' && fieldTerm(base))
    throw usage('The words of --query and others are one too many');
  const added: Term[] = query === undefined ? [] : [...textQuery(words).terms];
  return {
    terms: [...base.terms, ...added, ...like.map(toPicture), ...unlike.map(toPushedAway)],
    filters: [...base.filters, ...filter.map(toFilter)],
  };
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
