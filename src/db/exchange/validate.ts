import { ANSWERING_KINDS } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { parseQuery, serialise } from '../../engine/query/serialise.ts';
import { fromV2, type Judgement, LIMITS, type LoggedResult, type LoggedSearch, type SearchV2 } from '../schema.ts';

/** Why a value is not a logged search; the message is shown beside its line number. */
export class InvalidRecord extends Error {}

type Fields = Readonly<Record<string, unknown>>;

const DEVICES = ['webgpu', 'wasm', 'cpu'] as const;
const THUMBS = ['up', 'down'] as const;

/**
 * A logged search from untrusted JSON. Every field is checked; fields we do not know are left behind.
 * @param version of the export (jsonl.ts)
 * @throws InvalidRecord naming the first field that is wrong.
 */
export function toLoggedSearch(value: unknown, version: 1 | 2): LoggedSearch {
  const fields = object(value, 'the line');
  if (version === 1) return fromV2(toRecord(fields, text(fields, 'query', LIMITS.text)));
  return { ...toRecord(fields, query(fields)), text: text(fields, 'text', LIMITS.text) };
}

/** What all versions have in common. */
function toRecord(fields: Fields, query: string): SearchV2 {
  const total = count(fields, 'total', Number.MAX_SAFE_INTEGER);
  return {
    id: id(fields),
    time: time(fields, 'time'),
    changed: time(fields, 'changed'),
    query,
    model: text(fields, 'model', LIMITS.name),
    collection: text(fields, 'collection', LIMITS.name),
    total,
    good: count(fields, 'good', total),
    results: list(fields, 'results', LIMITS.results).map(toResult),
    device: oneOf(fields, 'device', DEVICES),
    engine: oneOf(fields, 'engine', ANSWERING_KINDS),
    encodeMs: duration(fields, 'encodeMs'),
    searchMs: duration(fields, 'searchMs'),
    rating: rating(fields),
    judgements: judgements(fields),
  };
}

/** Whether `value` can be the rating of a search: an integer from 1 to 10, or null for none. */
export function isRating(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 10);
}

export function isItemId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LIMITS.name;
}

function fail(what: string): never {
  throw new InvalidRecord(what);
}

function object(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${name} is not an object`);
  return value as Fields;
}

function list(fields: Fields, key: string, max: number): readonly unknown[] {
  const value = fields[key];
  if (!Array.isArray(value)) fail(`${key} is not a list`);
  if (value.length > max) fail(`${key} has more than ${max} entries`);
  return value;
}

function id(fields: Fields): string {
  const value = fields.id;
  if (typeof value !== 'string' || !/^[0-9a-f]{32}$/.test(value)) fail('id is not 32 hex digits');
  return value;
}

function text(fields: Fields, key: string, max: number, min = 1): string {
  const value = fields[key];
  if (typeof value !== 'string' || value.length < min) fail(`${key} is not a text`);
  if (value.length > max) fail(`${key} is longer than ${max} characters`);
  return value;
}

function query(fields: Fields): string {
  const value = text(fields, 'query', LIMITS.query);
  const parsed = parseQuery(value);
  return parsed instanceof AfterimageError ? fail(`query: ${parsed.message}`) : serialise(parsed);
}

function time(fields: Fields, key: string): string {
  const value = fields[key];
  const date = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  // One spelling only: times are compared as strings.
  if (Number.isNaN(date.valueOf()) || date.toISOString() !== value)
    fail(`${key} is not a time like 2026-01-31T12:00:00.000Z`);
  return value;
}

function number(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) fail(`${key} is not a number`);
  return value;
}

function count(fields: Fields, key: string, max: number): number {
  const value = number(fields, key);
  if (!Number.isInteger(value) || value < 0 || value > max) fail(`${key} is not a whole number from 0 to ${max}`);
  return value;
}

function duration(fields: Fields, key: string): number {
  const value = number(fields, key);
  if (value < 0) fail(`${key} is negative`);
  return value;
}

function oneOf<T extends string>(fields: Fields, key: string, values: readonly T[]): T {
  const value = values.find((known) => known === fields[key]);
  return value ?? fail(`${key} is none of ${values.join(', ')}`);
}

function rating(fields: Fields): number | null {
  const value = fields.rating;
  return isRating(value) ? value : fail('rating is neither null nor a whole number from 1 to 10');
}

function toResult(value: unknown): LoggedResult {
  const fields = object(value, 'a result');
  return {
    id: text(fields, 'id', LIMITS.name),
    name: text(fields, 'name', LIMITS.itemName),
    title: fields.title === null ? null : text(fields, 'title', LIMITS.itemTitle, 0),
    score: number(fields, 'score'),
  };
}

function judgements(fields: Fields): Record<string, Judgement> {
  const entries = Object.entries(object(fields.judgements, 'judgements'));
  if (entries.length > LIMITS.judgements) fail(`judgements has more than ${LIMITS.judgements} entries`);
  return Object.fromEntries(
    entries.map(([item, thumb]) => {
      if (!isItemId(item)) fail('judgements has an item id that is empty or too long');
      return [item, oneOf({ judgement: thumb }, 'judgement', THUMBS)];
    }),
  );
}
