import {
  type Filter,
  MAX_TERMS,
  normalise,
  plainText,
  type Query,
  type Term,
  textQuery,
  type WordsTerm,
} from '../query.ts';
import { sameQuery } from '../serialise.ts';
import { fieldNamed, writtenValue } from './fields.ts';
import { QUOTES, quote } from './quotes.ts';
import { parseBox } from './read-box.ts';

/** Letters that may begin syntax or end it. Words with one of them stand in quotation marks. */
const MARKED = new RegExp(`[\\^${QUOTES}]|(?:^|\\s)[-−－]`);
const SPACED = new RegExp(`[\\s${QUOTES}]`);

/**
 * The text of the box that is a query: `parseBox` reads the same from it. Pictures are left out, as no text says them
 * (`picturesOf`).
 */
export function formatBox(query: Query): string {
  const { terms, filters } = normalise(query);
  const words = terms.filter(isWords);
  const alone = words.find(({ weight, text }) => weight === 1 && isPlain(text));
  return [...words.map((term) => (term === alone ? term.text : termText(term))), ...filters.map(filterText)].join(' ');
}

/** The same, and a text alone as it was typed. */
export function boxText(query: Query): string {
  const text = plainText(query);
  return text !== undefined && meansItself(text) ? text : formatBox(query);
}

/** Whether the box reads a text as just that, quotation marks aside, which are no words. */
export function meansItself(text: string): boolean {
  const query = parseBox(text);
  return plainText(query) === text || sameQuery(query, textQuery(text));
}

/** The terms of a query that the box cannot say. */
export function picturesOf({ terms }: Query): readonly Term[] {
  return terms.filter((term) => !isWords(term));
}

/** `query` with the text of the box in the place of all that the box can say. */
export function withBox(query: Query, text: string): Query {
  const pictures = picturesOf(query);
  if (pictures.length === 0) return parseBox(text);
  const { terms, filters } = parseBox(text, MAX_TERMS - pictures.length);
  return { terms: [...terms, ...pictures], filters };
}

/** A person's text with `part` taken out, and no gap where it was. */
export function withoutPart(text: string, { from, to }: { readonly from: number; readonly to: number }): string {
  return [text.slice(0, from).trimEnd(), text.slice(to).trimStart()].filter((rest) => rest !== '').join(' ');
}

function termText({ text, weight }: WordsTerm): string {
  const what = !SPACED.test(text) && isPlain(text) && weight !== 1 ? text : quote(text);
  const size = Math.abs(weight);
  return `${weight < 0 ? '-' : ''}${what}${size === 1 ? '' : `^${size}`}`;
}

function filterText(filter: Filter): string {
  const value = writtenValue(filter);
  return `${filter.field}:${SPACED.test(value) ? quote(value) : value}`;
}

/** Whether the text is words wherever it stands. */
function isPlain(text: string): boolean {
  return !MARKED.test(text) && text.split(/\s+/).every((word) => !fieldNamed(/^([a-z]+):/i.exec(word)?.[1] ?? ''));
}

function isWords(term: Term): term is WordsTerm {
  return term.kind === 'words';
}
