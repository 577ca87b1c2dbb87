/**
 * A query as text: `1_w.dog_w-.cat_i50.0123456789abcdef_type.png`.
 *
 * The version, then every term in its order and every filter in that of the alphabet, with `_` before each. A term is its
 * kind (`w` words, `i` item, `p` picture by its bytes), its weight in hundredths (nothing for 1, `-` for −1), a dot and
 * what it is: the words; the item's id and, after a dot, its collection where it is named; the SHA-256. A filter is its
 * field, a dot and its value. `_` and `*` inside of a part are `*-` and `**`, so that `_` only separates, and all that is
 * added to what people write stays as it is in an address.
 *
 * Equal queries are equal texts. A query is written in the lowest version that has everything in it, so that its text
 * stays the same when versions are added.
 */
import { AfterimageError } from '../errors.ts';
import { type Filter, isValid, normalise, type Query, type Term } from './query.ts';

const VERSION = 1;
/** Longer texts are not read. A plain text of 2,000 characters fits, whatever is in it. */
export const MAX_SERIALISED = 4096;

/** The one text of a query. */
export function serialise(query: Query): string {
  const { terms, filters } = normalise(query);
  const parts = [...terms.map(termPart), ...filters.map(({ field, value }) => `${field}.${value}`)];
  return [VERSION, ...parts.map(escaped)].join('_');
}

/** Whether two queries ask the same. */
export function sameQuery(a: Query, b: Query): boolean {
  return a === b || serialise(a) === serialise(b);
}

/** The query that a text from outside is, or why it is none: an error `query-invalid` or `query-version`. Never throws. */
export function parseQuery(text: string): Query | AfterimageError {
  const [version = '', ...parts] = text.length > MAX_SERIALISED ? [] : text.split('_');
  if (/^[1-9]\d*$/.test(version) && Number(version) > VERSION) {
    return new AfterimageError('query-version', 'This search was made by a newer version of Afterimage.');
  }
  const terms: Term[] = [];
  const filters: Filter[] = [];
  for (const part of parts) {
    const [, kind = '', weight = '', value = ''] = /^([a-z]+)(-?\d*)\.(.*)$/s.exec(unescaped(part)) ?? [];
    const term = toTerm(kind, toWeight(weight), value);
    if (term) terms.push(term);
    else filters.push({ field: `${kind}${weight}` as Filter['field'], value }); // whether it is one is checked below
  }
  const query = { terms, filters };
  if (version === String(VERSION) && isValid(query)) return normalise(query);
  return new AfterimageError('query-invalid', 'This search cannot be read. It may have been cut off on its way here.');
}

function termPart(term: Term): string {
  const { kind, weight } = term;
  const hundredths = weight === 1 ? '' : weight === -1 ? '-' : Math.round(100 * weight);
  return `${kind[0]}${hundredths}.${termValue(term)}`;
}

function termValue(term: Term): string {
  if (term.kind === 'words') return term.text;
  if (term.kind === 'picture') return term.sha256;
  return term.collection === null ? term.id : `${term.id}.${term.collection}`;
}

function toTerm(kind: string, weight: number, value: string): Term | undefined {
  if (kind === 'w') return { kind: 'words', text: value, weight };
  if (kind === 'p') return { kind: 'picture', sha256: value, weight };
  const [id = '', collection = null] = value.split(/\.(.*)/s);
  return kind === 'i' ? { kind: 'item', id, collection, weight } : undefined;
}

function toWeight(text: string): number {
  return text === '' || text === '-' ? Number(`${text}1`) : Number(text) / 100;
}

function escaped(part: string): string {
  return part.replaceAll('*', '**').replaceAll('_', '*-');
}

function unescaped(part: string): string {
  return part.replace(/\*([*-])/g, (_, mark) => (mark === '-' ? '_' : '*'));
}
