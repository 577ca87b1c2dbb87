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
 * stays the same when versions are added. Version 2 has the filters `camera`, `in` and `rating` besides,
 * version 3 `near`, version 4 `album`.
 */
import { AfterimageError } from '../errors.ts';
import { type Filter, type FilterField, isValid, normalise, type Query, type Term } from './query.ts';

const NEWEST = 4;
/** The version that a filter came with, where that is not the first. */
const SINCE: Readonly<Partial<Record<FilterField, number>>> = { album: 4, camera: 2, in: 2, near: 3, rating: 2 };
/** Longer texts are not read. A plain text of 2,000 characters fits, whatever is in it. */
export const MAX_SERIALISED = 4096;

/** The one text of a query. */
export function serialise(query: Query): string {
  const { terms, filters } = normalise(query);
  const parts = [...terms.map(termPart), ...filters.map(({ field, value }) => `${field}.${value}`)];
  return [versionOf(filters), ...parts.map(escaped)].join('_');
}

/** The lowest version that has all of these. */
function versionOf(filters: readonly Filter[]): number {
  return Math.max(1, ...filters.map(({ field }) => SINCE[field] ?? 1));
}

/** Whether two queries ask the same. */
export function sameQuery(a: Query, b: Query): boolean {
  return a === b || serialise(a) === serialise(b);
}

/** The query that a text from outside is, or why it is none: an error `query-invalid` or `query-version`. Never throws. */
export function parseQuery(text: string): Query | AfterimageError {
  const [version = '', ...parts] = text.length > MAX_SERIALISED ? [] : text.split('_');
  if (/^[1-9]\d*$/.test(version) && Number(version) > NEWEST) {
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
  const isVersion = /^[1-9]$/.test(version) && Number(version) >= versionOf(filters);
  if (isVersion && isValid(query)) return normalise(query);
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
