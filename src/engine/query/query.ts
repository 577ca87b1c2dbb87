import { cleanWords } from './clean-words.ts';
import { NEAR } from './near.ts';

/**
 * What is searched for, as a value: from the search field to the engine, in addresses, in the log and on the command
 * line. The simplest query is a text (`textQuery`). Its written form is in serialise.ts.
 */

interface Weighted {
  /** What the term counts for in the sum (embed-query.ts): 1 is ordinary, below 0 pushes away. Hundredths, −10 … 10. */
  readonly weight: number;
}

/** Words, in any language that the model knows. */
export interface WordsTerm extends Weighted {
  readonly kind: 'words';
  readonly text: string;
}

/** A picture of a collection, by its item's id. */
export interface ItemTerm extends Weighted {
  readonly kind: 'item';
  readonly id: string;
  /** Name of its collection; null: the one that is searched. */
  readonly collection: string | null;
}

/** A picture by its bytes, which travel beside the query: here is their SHA-256 in lower-case hex. */
export interface PictureTerm extends Weighted {
  readonly kind: 'picture';
  readonly sha256: string;
}

export type Term = WordsTerm | ItemTerm | PictureTerm;

/** A dash between the least and the most pixels, of which one may be absent: `2000-`, `-2000`, `640-640`. */
const PIXELS = /^(\d{1,6}-\d{0,6}|-\d{1,6})$/;
/** A year, a month or a day. */
const DATE = /^\d{4}(-\d\d){0,2}$/;
const TEXT = /^(?! ).{0,99}[^ ]$/su;
const COLLECTION = /^[A-Za-z0-9][\w-]{0,63}$/;
/** What a person thinks of a picture: the newest thumb it got in any search; `none`: it has none. */
export const RATINGS = ['down', 'none', 'up'] as const;

/** What pictures are filtered by, and the values it takes; filter-rows.ts says what passes. */
export const FILTERS = {
  after: DATE,
  album: TEXT,
  before: DATE,
  camera: TEXT,
  folder: TEXT,
  height: PIXELS,
  in: COLLECTION,
  name: TEXT,
  near: NEAR,
  rating: /^(?:down|none|up)$/,
  type: /^[a-z0-9]{1,16}$/,
  width: PIXELS,
} as const;

export type FilterField = keyof typeof FILTERS;

/** Leaves only pictures that pass. Of several on one field one is enough; of every field that is named one must pass. */
export interface Filter {
  readonly field: FilterField;
  readonly value: string;
}

/** An immutable value. Terms keep their order; filters are a set. */
export interface Query {
  readonly terms: readonly Term[];
  readonly filters: readonly Filter[];
}

export const MAX_WEIGHT = 10;
export const MAX_TERMS = 32;
export const MAX_FILTERS = 16;

const ITEM_ID = /^[0-9a-f]{16}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** The query that a text alone is. */
export function textQuery(text: string): Query {
  return { terms: [{ kind: 'words', text, weight: 1 }], filters: [] };
}

/**
 * The one form of a query: words cleaned (clean-words.ts), terms without effect left out, weights in hundredths, filters
 * sorted and none twice.
 */
export function normalise({ terms, filters }: Query): Query {
  const kept = terms.map(normaliseTerm).filter((term) => term.weight && (term.kind !== 'words' || term.text));
  const byKey = new Map(filters.map((filter) => [`${filter.field}.${filter.value}`, filter]));
  return { terms: kept, filters: [...byKey.keys()].sort().map((key) => byKey.get(key) as Filter) };
}

function normaliseTerm(term: Term): Term {
  const weight = Math.round(100 * Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, term.weight))) / 100;
  return term.kind === 'words' ? { ...term, weight, text: cleanWords(term.text) } : { ...term, weight };
}

/** Whether everything in a query from outside has a form that exists, and there is not too much of it. */
export function isValid({ terms, filters }: Query): boolean {
  return (
    terms.length <= MAX_TERMS &&
    filters.length <= MAX_FILTERS &&
    terms.every(isValidTerm) &&
    filters.every(isValidFilter)
  );
}

function isValidTerm(term: Term): boolean {
  if (!(Math.abs(term.weight) <= MAX_WEIGHT)) return false;
  if (term.kind === 'picture') return SHA256.test(term.sha256);
  return (
    term.kind === 'words' || (ITEM_ID.test(term.id) && (term.collection === null || COLLECTION.test(term.collection)))
  );
}

export function isValidFilter({ field, value }: { readonly field: string; readonly value: string }): boolean {
  return Object.hasOwn(FILTERS, field) && FILTERS[field as FilterField].test(value);
}

/** Nothing is searched for and nothing left out. */
export function isEmpty(query: Query): boolean {
  const { terms, filters } = normalise(query);
  return terms.length + filters.length === 0;
}

/** The words of a query that is a text alone, as they are; undefined where it is more. */
export function plainText({ terms, filters }: Query): string | undefined {
  const [term, ...more] = terms;
  if (more.length + filters.length > 0 || (term && (term.kind !== 'words' || term.weight !== 1))) return undefined;
  return term?.text ?? '';
}

/** A query in words for a person: `dog, not cat, like 3 pictures, type: png`. A text alone is that text. */
export function queryText(query: Query): string {
  const { terms, filters } = normalise(query);
  const isPicture = ({ kind }: Term) => kind !== 'words';
  const parts = terms.flatMap((term) => {
    if (!isPicture(term)) return termText(term);
    const alike = terms.filter((other) => isPicture(other) && other.weight === term.weight);
    return alike[0] === term ? termText(term, alike.length === 1 ? undefined : `${alike.length} pictures`) : [];
  });
  return [...parts, ...filters.map(filterText)].join(', ');
}

/** `cat`, `not cat`, `cat ×2`, `like a picture`. */
export function termText(term: Term, picture = 'a picture'): string {
  const size = Math.abs(term.weight);
  const what = term.kind === 'words' ? term.text : `like ${picture}`;
  return `${term.weight < 0 ? 'not ' : ''}${what}${size === 1 ? '' : ` ×${size}`}`;
}

/** `type: png`, `width: >2000`. */
export function filterText({ field, value }: Filter): string {
  return `${field}: ${field === 'width' || field === 'height' ? pixelsText(value) : value}`;
}

/** `2001-` as `>2000`, `-800` as `<=800`, `640-640` as `640`: as people write numbers of pixels. */
export function pixelsText(value: string): string {
  const [least = '', most = ''] = value.split('-');
  if (least && most) return least === most ? least : value;
  if (least) return least.endsWith('1') ? `>${Number(least) - 1}` : `>=${Number(least)}`;
  return most.endsWith('9') ? `<${Number(most) + 1}` : `<=${Number(most)}`;
}
