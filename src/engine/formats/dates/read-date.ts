/** Dates in text, as cameras, programs and people write them. */
import { type DateFields, isoOf, readOffset, type TimeFields } from './date.ts';

/** A longer text is no date. */
const MAX_LENGTH = 100;

/** Year first, one separator throughout; the day, or month and day, may be missing. Some cameras pad with blanks. */
const NUMBERS = /^(\d{4})(?:([-:/.]) ?(\d{1,2})(?:\2 ?(\d{1,2}))?)?(?:[Tt ] *(\S.*))?$/;
/** `20111111`, `20111111T111111Z`, `20111111111111`. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?:(?:[Tt ](\d\d)(\d\d)(\d\d)?|(\d\d)(\d\d)(\d\d))(.*))?$/;
/** `Fri, 11 Nov 2011 11:11:11 +0000` (RFC 5322), `11-Nov-2011`. */
const DAY_MONTH_YEAR = /^(?:[A-Za-z]{3,9},? +)?(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})(?:,? +(.+))?$/;
/** `Fri Nov 11 2011 11:11:11 GMT+0000 (…)`, `November 11, 2011`. */
const MONTH_DAY_YEAR = /^(?:[A-Za-z]{3,9},? +)?([A-Za-z]{3,9}) +(\d{1,2}),? +(\d{4})(?:,? +(.+))?$/;
/** `Fri Nov 11 11:11:11 2011` (C's asctime), `Fri Nov 11 11:11:11 UTC 2011`. */
const YEAR_LAST = /^(?:[A-Za-z]{3} +)?([A-Za-z]{3}) +(\d{1,2}) +(\d\d:\d\d:\d\d(?: +[A-Z]{3,5})?) +(\d{4})$/;

const TIME = /^(\d{1,2}): ?(\d{1,2})(?:: ?(\d{1,2})(?:[.,](\d+))?)?(?: ?([AP])M)?(?: *(\S.*))?$/i;
/** EXIF's way to say that the time of day is not known. */
const UNKNOWN_TIME = /^[: ]+$/;
/** What may stand for a zone without saying which offset it is, or is an offset that cannot be. */
const UNREADABLE_ZONE = /^(?:[A-Z]{3,5}|[+\u2212-][\d:.]*)$/;
/** The name of a zone behind its offset (RFC 9557, JavaScript). */
const ZONE_NAME = / *(?:\[[^[\]]*\]|\([^()]*\))$/;

const MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july'],
  ...['august', 'september', 'october', 'november', 'december'],
];

/**
 * A date in text as ISO 8601, to the second or finer: `2011-11-11T11:11:11`, with `Z` or `+05:30` where the text says so. A
 * time without a zone stays one. What is not said begins: the time of a day alone is 00:00:00, a month alone its first day.
 * Dates are neither corrected nor guessed: 30 February, month 0, hour 24, second 60, a year before 1000, and orders in which
 * day and month could be changed (`11/12/2011`) give none. An offset that cannot be is left out.
 */
export function readDate(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const trimmed = text.replaceAll('\0', ' ').trim();
  const fields = readNumbers(trimmed) ?? readCompact(trimmed) ?? readWords(trimmed);
  return fields && isoOf(fields);
}

function readNumbers(text: string): DateFields | undefined {
  const [, year, separator, month, day, rest] = NUMBERS.exec(text) ?? [];
  if (year === undefined || (separator === '.' && day === undefined)) return undefined;
  if (rest !== undefined && day === undefined) return undefined;
  return withTime({ year: Number(year), month: Number(month ?? 1), day: Number(day ?? 1) }, rest);
}

function readCompact(text: string): DateFields | undefined {
  const [, year, month, day, h, min, s, hour = h, minute = min, second = s, rest = ''] = COMPACT.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  return withTime(date, hour === undefined ? undefined : `${hour}:${minute}:${second ?? '00'}${rest}`);
}

function readWords(text: string): DateFields | undefined {
  const [, day1, month1, year1, time1] = DAY_MONTH_YEAR.exec(text) ?? [];
  const [, month2 = month1, day2 = day1, year2 = year1, time2 = time1] = MONTH_DAY_YEAR.exec(text) ?? [];
  const [, name = month2, day = day2, time = time2, year = year2] = YEAR_LAST.exec(text) ?? [];
  if (name === undefined) return undefined;
  const month = MONTHS.findIndex((one) => one === name.toLowerCase() || one.slice(0, 3) === name.toLowerCase()) + 1;
  return withTime({ year: Number(year), month, day: Number(day) }, time);
}

/** @returns undefined where the rest is no time of day */
function withTime(date: DateFields, rest: string | undefined): DateFields | undefined {
  if (rest === undefined || UNKNOWN_TIME.test(rest)) return date;
  const time = readTime(rest);
  return time && { ...date, time };
}

function readTime(text: string): TimeFields | undefined {
  const [, hour, minute, second = '0', fraction = '', half, rest = ''] = TIME.exec(text) ?? [];
  const zone = readZone(rest.replace(ZONE_NAME, ''));
  if (hour === undefined || zone === undefined) return undefined;
  const hours = half === undefined ? Number(hour) : in24Hours(Number(hour), half);
  return { hour: hours, minute: Number(minute), second: Number(second), fraction, zone };
}

/** @returns empty where the zone is not known; undefined for what is none */
function readZone(text: string): string | undefined {
  const offset = readOffset(text);
  return offset !== '' || text === '' || UNREADABLE_ZONE.test(text) ? offset : undefined;
}

/** NaN where there is no such hour. */
function in24Hours(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
}
