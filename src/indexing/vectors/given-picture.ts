import { DATE_SOURCES, type DateSource } from '../../engine/collection/types.ts';
import { readTableDate } from '../../engine/formats/dates/table-date.ts';

/**
 * What is known of a picture whose vector was made elsewhere. Absent: unknown. All text is untrusted, and cut where it
 * is longer than an item may have it.
 */
export interface GivenPicture {
  /** 16 hex digits. */
  readonly id?: string;
  readonly name?: string;
  readonly title?: string;
  readonly licence?: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly date: string | null;
  /** Where that was read, as an export says it. */
  readonly dateSource?: DateSource;
}

/** A row of a table: values by column. */
export type MetadataRecord = Readonly<Record<string, unknown>>;

/** As items have it. */
const MAX_TEXT = 10_000;

/** What a column tells of a picture. */
export type Fact = keyof GivenPicture;

interface Column {
  readonly fact: Fact;
  /** Where several columns tell the same, the first of them that says something is taken. */
  readonly rank: number;
  /** Undefined: the value was not understood. Empty: it says nothing. */
  readonly read: (value: unknown) => string | number | undefined;
  /** What its values are, for people. */
  readonly expected: string;
}

const TEXT = { read: toText, expected: 'text' };
const CAPTION = { read: toCaption, expected: 'text' };
const COUNT = { read: toCount, expected: 'whole numbers above 0' };

/**
 * The columns that clip-retrieval, img2dataset and our own export write, and common spellings of others. A URL tells a
 * person more than the number under which img2dataset kept the picture; it is shown as text.
 */
const COLUMNS = columnsOf([
  ['id', { read: hexOf(/^[0-9a-f]{16}$/i), expected: 'ids of 16 hexadecimal digits' }, ['id']],
  ['id', { read: hexOf(/^[0-9a-f]{64}$/i), expected: 'hashes of 64 hexadecimal digits' }, ['sha256']],
  [
    'name',
    TEXT,
    ['url', 'image url', 'image path', 'img path', 'file path', 'path', 'file name', 'name', 'img', 'key'],
  ],
  ['title', CAPTION, ['caption', 'title', 'text', 'alt', 'alt text']],
  ['licence', CAPTION, ['licence', 'license']],
  ['width', COUNT, ['original width', 'width']],
  ['height', COUNT, ['original height', 'height']],
  ['bytes', COUNT, ['bytes', 'size']],
  ['date', { read: toDate, expected: 'dates' }, ['date']],
  ['dateSource', { read: toDateSource, expected: 'sources of dates' }, ['date source']],
]);

function columnsOf(
  facts: readonly (readonly [Fact, Pick<Column, 'read' | 'expected'>, readonly string[]])[],
): ReadonlyMap<string, Column> {
  const columns = facts.flatMap(([fact, how, names]) => names.map((name) => ({ fact, how, name })));
  return new Map(columns.map(({ fact, how, name }, rank) => [plainName(name), { fact, rank, ...how }]));
}

/** `Image Path`, `image_path` and `imagePath` are one column. */
function plainName(name: string): string {
  return name.replace(/[\s_\-\ufeff]+/g, '').toLowerCase();
}

/** What is known of a column with this name, if anything. */
export function columnNamed(name: string): Column | undefined {
  return COLUMNS.get(plainName(name));
}

/** For messages: the columns that give a picture its name and its title, as they are mostly spelt. */
export const USUAL_COLUMNS = 'url, image_path, file_name, caption or title';

/** Lists within lists deeper than this are not looked into. */
const MAX_DEPTH = 5;

/** A value that stands for none: absent, empty, NaN as Python writes it, a list or object that holds nothing else. */
export function isMissing(value: unknown, depth = 0): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (typeof value === 'number') return Number.isNaN(value);
  if (typeof value !== 'object' || value instanceof Date || ArrayBuffer.isView(value) || depth > MAX_DEPTH)
    return false;
  return Object.values(value).every((member) => isMissing(member, depth + 1));
}

/** Ids of ours, and hashes of files, of which our ids are the beginning. */
function hexOf(pattern: RegExp): (value: unknown) => string | undefined {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value.toLowerCase().slice(0, 16) : undefined);
}

/** Members that hold the text of an object with several, such as `{"text": …, "score": …}` or one text a language. */
const NESTED = ['text', 'caption', 'title', 'value', 'raw', 'en'];

/** Of a list the first text; of an object its only one, or what the first member of `NESTED` holds. */
function toText(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date || depth > MAX_DEPTH) return undefined;
  if (ArrayBuffer.isView(value)) return undefined;
  const members = Object.entries(value).filter(([, member]) => !isMissing(member));
  const named = NESTED.flatMap((name) => members.filter(([key]) => key.toLowerCase() === name));
  const candidates = Array.isArray(value) || members.length === 1 ? members : named;
  for (const [, member] of candidates) {
    const text = toText(member, depth + 1);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Captions come as JSON in a text, too, where a table has no lists. Empty: the list is. */
function toCaption(value: unknown): string | undefined {
  const nested = typeof value === 'string' ? fromJson(value.trim()) : undefined;
  if (nested === undefined) return toText(value);
  return isMissing(nested) ? '' : (toText(nested) ?? toText(value));
}

/** The list or object that `text` spells; a list of numbers is text that happens to have brackets. */
function fromJson(text: string): object | undefined {
  const [first, last] = [text[0], text.at(-1)];
  if (!(first === '[' && last === ']') && !(first === '{' && last === '}')) return undefined;
  try {
    const value = JSON.parse(text) as object;
    return Object.values(value).some((one) => typeof one === 'number') && Array.isArray(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/** What scripts write where there is no number or date. */
const NO_VALUE = /^\s*(?:nan|nat|none|null|n\/a|-)\s*$/i;

/** Python writes whole numbers beside missing ones as `640.0`. Empty: 0, as our own export has it for what is not known. */
function toCount(value: unknown): number | '' | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return undefined;
  const count = Number(value);
  if (count === 0 || NO_VALUE.test(String(value))) return '';
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

function toDate(value: unknown): string | undefined {
  return readTableDate(value) ?? (NO_VALUE.test(String(value)) ? '' : undefined);
}

function toDateSource(value: unknown): DateSource | undefined {
  return DATE_SOURCES.find((source) => source === value);
}
