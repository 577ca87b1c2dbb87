/** Dates in tables, where they are text, moments or numbers. */
import { readDate } from './read-date.ts';

/** Seconds, milliseconds, microseconds and nanoseconds since 1970, by how many digits they have from 1973 to 2286. */
const EPOCH_DIGITS = new Map([
  [9, 1000],
  [10, 1000],
  [12, 1],
  [13, 1],
  [15, 1e-3],
  [16, 1e-3],
  [18, 1e-6],
  [19, 1e-6],
]);
const EPOCH = /^-?(\d{9,19})(?:\.\d*)?$/;

/**
 * A date of a table as ISO 8601, or undefined. Text is read as `readDate` reads it. Moments, and numbers that count from
 * 1970, are in UTC and to the second. A number of four, eight or fourteen digits is a year, `20111111` or `20111111111111`.
 */
export function readTableDate(value: unknown): string | undefined {
  if (value instanceof Date) return readMoment(value.getTime());
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const text = String(value).trim();
  const [, digits] = EPOCH.exec(text) ?? [];
  const unit = EPOCH_DIGITS.get(digits?.length ?? 0);
  return unit === undefined ? readDate(text) : readMoment(Number(text) * unit);
}

/** A moment in UTC, to the second. @param time milliseconds since 1970 */
export function readMoment(time: number): string | undefined {
  const date = new Date(Math.floor(time / 1000) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : readDate(date.toISOString().replace('.000Z', 'Z'));
}
