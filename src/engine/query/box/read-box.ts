/**
 * The text of the search box as a query, in the syntax that people know from other search boxes:
 *
 *     red dog                 words
 *     "red car"               a phrase
 *     -cat  -"stuffed toy"    pushed away
 *     dog^2  "red car"^0.5    weights
 *     type:png folder:"two words" width:>2000    filters (fields.ts)
 *
 * All words that stand alone are one text, because models read texts: `red dog` is one term. A phrase is a term of its own:
 * it is encoded by itself and added to the rest (embed-query.ts), so that its words belong to each other and to nothing
 * else. It is not looked for letter by letter, which models cannot do; `name:` does that for names and titles.
 *
 * What is none of this is words: `foo:bar`, a lone `-`, `dog^`, quotation marks that nothing closes, `before:never`. A filter
 * that is still being typed, at the end of the text, is left out until it has a value.
 */
import {
  type Filter,
  MAX_FILTERS,
  MAX_TERMS,
  MAX_WEIGHT,
  type Query,
  type Term,
  textQuery,
  type WordsTerm,
} from '../query.ts';
import { fieldNamed, isBeginning, toFilter } from './fields.ts';
import { OPEN_ANYWHERE, QUOTES, readQuoted } from './quotes.ts';

/** A stretch of the text and what it means, `from` … `to − 1` in UTF-16 units. */
export type BoxPart = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'term'; readonly term: WordsTerm }
  | { readonly kind: 'filter'; readonly filter: Filter }
  /** A filter without its value yet. */
  | { readonly kind: 'unfinished' }
);

/** Without any of these there is nothing to read: most texts, at each letter that is typed. */
const SYNTAX = new RegExp(`[:^${QUOTES}]|(?:^|\\s)[-−－]`);
const SPACE = /\s/;
const MINUS = /[-−－]/;
/** At most two decimals, as weights are hundredths. */
const WEIGHT = /\^(\d{1,2}(?:\.\d{1,2})?|\.\d{1,2})(?=\s|$)/y;
const WORD_WEIGHT = /^(.+)\^(\d{1,2}(?:\.\d{1,2})?|\.\d{1,2})$/s;
const FIELD = /([a-z]+):/iy;

/** The query of a text. Never throws. A text without syntax is `textQuery` of it, letter by letter. */
export function parseBox(text: string, maxTerms = MAX_TERMS): Query {
  const parts = readBox(text, maxTerms);
  return parts.every(({ kind }) => kind === 'words') ? textQuery(text) : toQuery(parts);
}

/** What a text consists of, in its order. Never throws, and no more of it than queries hold: the rest is words. */
export function readBox(text: string, maxTerms = MAX_TERMS): readonly BoxPart[] {
  if (!SYNTAX.test(text)) return text.trim() === '' ? [] : [{ kind: 'words', text, from: 0, to: text.length }];
  const parts: BoxPart[] = [];
  for (let at = 0; at < text.length; ) {
    if (SPACE.test(text[at] as string)) {
      at++;
      continue;
    }
    const part = readPart(text, at);
    parts.push(part);
    at = part.to;
  }
  return withinLimits(parts, text, maxTerms);
}

function toQuery(parts: readonly BoxPart[]): Query {
  const words = parts.flatMap((part) => (part.kind === 'words' ? [part.text] : []));
  const terms: Term[] = [];
  for (const part of parts) {
    if (part.kind === 'term') terms.push(part.term);
    // In the place of the first of them.
    if (part.kind === 'words' && words.length > 0) terms.push(...textQuery(words.splice(0).join(' ')).terms);
  }
  return { terms, filters: parts.flatMap((part) => (part.kind === 'filter' ? [part.filter] : [])) };
}

/** The part that begins at `from`, where no space is. */
function readPart(text: string, from: number): BoxPart {
  const isAway = MINUS.test(text[from] as string);
  const start = isAway ? from + 1 : from;
  return (
    readPhrase(text, from, start, isAway) ??
    (isAway ? undefined : readFilter(text, from)) ??
    readWord(text, from, start, isAway)
  );
}

function readPhrase(text: string, from: number, start: number, isAway: boolean): BoxPart | undefined {
  const quoted = readQuoted(text, start);
  if (!quoted) return undefined;
  WEIGHT.lastIndex = quoted.to;
  const [weighed = '', digits = '1'] = WEIGHT.exec(text) ?? [];
  const weight = toWeight(digits);
  if (weight === undefined) return undefined;
  return { kind: 'term', from, to: quoted.to + weighed.length, term: words(quoted.text, weight, isAway) };
}

function readFilter(text: string, from: number): BoxPart | undefined {
  FIELD.lastIndex = from;
  const [written = '', name = ''] = FIELD.exec(text) ?? [];
  const field = fieldNamed(name);
  if (!field) return undefined;
  const start = from + written.length;
  const quoted = readQuoted(text, start);
  const to = quoted?.to ?? wordEnd(text, start);
  const value = quoted?.text ?? text.slice(start, to);
  const filter = toFilter(field, value);
  if (filter) return { kind: 'filter', from, to, filter };
  return to === text.length && isBeginning(field, value) ? { kind: 'unfinished', from, to } : undefined;
}

function readWord(text: string, from: number, start: number, isAway: boolean): BoxPart {
  const to = wordEnd(text, Math.max(start, from + 1));
  const word = text.slice(start, to);
  const [, weighed = '', digits = ''] = WORD_WEIGHT.exec(word) ?? [];
  const weight = weighed && toWeight(digits);
  if (weight) return { kind: 'term', from, to, term: words(weighed, weight, isAway) };
  if (isAway && word) return { kind: 'term', from, to, term: words(word, 1, isAway) };
  return { kind: 'words', from, to, text: text.slice(from, to) };
}

/** Where a word ends: before a space, or before a quotation mark that opens wherever it stands. */
function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !SPACE.test(text[at] as string) && !opensPhrase(text, at)) at++;
  return at;
}

function opensPhrase(text: string, at: number): boolean {
  return OPEN_ANYWHERE.includes(text[at] as string) && readQuoted(text, at) !== undefined;
}

/** Above 0, and no more than there is; undefined: none. */
function toWeight(digits: string): number | undefined {
  const weight = Math.min(MAX_WEIGHT, Number(digits));
  return weight > 0 ? weight : undefined;
}

function words(text: string, weight: number, isAway: boolean): WordsTerm {
  return { kind: 'words', text, weight: isAway ? -weight : weight };
}

/** The last ones too many are words. */
function withinLimits(parts: readonly BoxPart[], text: string, maxTerms: number): readonly BoxPart[] {
  const hasWords = parts.some(({ kind }) => kind === 'words');
  const count = (kind: BoxPart['kind']) => parts.filter((part) => part.kind === kind).length;
  const isOver = count('filter') > MAX_FILTERS || count('term') + (hasWords ? 1 : 0) > maxTerms;
  if (!isOver) return parts;
  const left = { term: Math.max(0, maxTerms - 1), filter: MAX_FILTERS, words: 1, unfinished: 1 };
  return parts.map((part) => {
    if ((part.kind !== 'term' && part.kind !== 'filter') || left[part.kind]-- > 0) return part;
    return { kind: 'words', from: part.from, to: part.to, text: text.slice(part.from, part.to) };
  });
}
