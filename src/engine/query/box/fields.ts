import { NEAR } from '../near.ts';
import { FILTERS, type Filter, type FilterField, isValidFilter, pixelsText, RATINGS } from '../query.ts';

/** Fields as a person looks for them. */
export const FIELDS = Object.keys(FILTERS) as readonly FilterField[];

/** The field of a name, in capitals or not; undefined: none. */
export function fieldNamed(name: string): FilterField | undefined {
  const field = name.toLowerCase();
  return Object.hasOwn(FILTERS, field) ? (field as FilterField) : undefined;
}

/** The filter that a field and its value are as people write them; undefined where it takes no such value. */
export function toFilter(field: FilterField, written: string): Filter | undefined {
  const forms = [written, written.trim()].map((value) => ({ field, value: canonical(field, value) }));
  return forms.find(isValidFilter);
}

/** A value as `toFilter` reads it back. */
export function writtenValue({ field, value }: Filter): string {
  return isPixels(field) ? pixelsText(value) : value;
}

/** What may still become a value while it is typed, and is none yet. */
export function isBeginning(field: FilterField, written: string): boolean {
  if (written === '') return true;
  if (field === 'after' || field === 'before') return /^\d{1,3}$|^\d{4}-\d?$|^\d{4}-\d\d-\d?$/.test(written);
  if (isPixels(field)) return /^[<>]=?$|^-$/.test(written);
  if (field === 'near') return isBeginningOfNear(written);
  return field === 'rating' && RATINGS.some((rating) => rating.startsWith(written.toLowerCase()));
}

/** `52.`, `52.52,`, `52.52,13.4,25k`: one of some endings makes a place of it. */
function isBeginningOfNear(written: string): boolean {
  return ['1', '1,1', ',1', 'km', 'm', '1km'].some((end) => NEAR.test(canonical('near', written) + end));
}

function canonical(field: FilterField, written: string): string {
  if (isPixels(field)) return toPixels(written);
  if (field === 'type') return written.toLowerCase().replace(/^\./, '');
  if (field === 'near') return written.toLowerCase().replace(/\s+/g, '');
  return field === 'rating' ? written.toLowerCase() : written;
}

function isPixels(field: FilterField): boolean {
  return field === 'width' || field === 'height';
}

/** `>2000` as `2001-`, `<=800` as `-800`, `640` as `640-640`, `640..800` as `640-800`; what is none stays as it is. */
function toPixels(written: string): string {
  const [, least = '', dash = '', most = ''] = /^(\d{0,6})(-|\.\.)(\d{0,6})$/.exec(written) ?? [];
  if (dash) return `${least && Number(least)}-${most && Number(most)}`;
  const [, sign = '', digits = ''] = /^([<>]=?|)(\d{1,7})$/.exec(written) ?? [];
  if (digits === '') return written;
  const number = Number(digits);
  if (sign === '') return `${number}-${number}`;
  if (sign.startsWith('>')) return `${sign === '>' ? number + 1 : number}-`;
  return `-${sign === '<' ? number - 1 : number}`;
}
