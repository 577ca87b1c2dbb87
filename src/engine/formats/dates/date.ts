/** Dates of pictures: what their fields may say, and how they are written. */

/** What a spelling of a date says, as it stands there. Without a time of day the day begins. */
export interface DateFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly time?: TimeFields | undefined;
}

export interface TimeFields {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** The digits behind the point; empty: none. */
  readonly fraction: string;
  /** `Z`, `+05:30`; empty: not known. */
  readonly zone: string;
}

/** Clocks that were never set, and programs without a date, write the years 0 and 1. */
const MIN_YEAR = 1000;
const MAX_YEAR = 9999;
const MAX_FRACTION_DIGITS = 9;
const MIDNIGHT: TimeFields = { hour: 0, minute: 0, second: 0, fraction: '', zone: '' };

/**
 * `2011-11-11T11:11:11`, with fraction and zone where they are known: ISO 8601 as items have it. Nothing is converted, and
 * nothing is rounded or carried over.
 * @returns undefined where there is no such day, hour, minute or second. Second 60 is among these: items cannot hold it.
 */
export function isoOf({ year, month, day, time = MIDNIGHT }: DateFields): string | undefined {
  const { hour, minute, second, fraction, zone } = time;
  if (!isWithin(year, MIN_YEAR, MAX_YEAR) || !isWithin(month, 1, 12)) return undefined;
  if (!isWithin(day, 1, daysOf(year, month))) return undefined;
  if (!isWithin(hour, 0, 23) || !isWithin(minute, 0, 59) || !isWithin(second, 0, 59)) return undefined;
  const date = `${year}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}`;
  return `${date}${fraction && `.${fraction.slice(0, MAX_FRACTION_DIGITS)}`}${zone}`;
}

/** No place was ever further from UTC than 15 hours and 56 minutes (Manila until 1844, in the time zone database). */
const MAX_OFFSET_HOURS = 15;
const OFFSET = /^(?:UTC|GMT)?([+\u2212-])(?:(\d{1,2})(?::(\d\d))?|(\d\d)(\d\d))$/i;

/**
 * An offset from UTC as cameras and programs write it (`+05:30`, `+0530`, `+5:30`, `+5`, `Z`, `UTC`), as `+05:30` or `Z`;
 * empty where it is none that exists.
 */
export function readOffset(text: string): string {
  if (/^(?:Z|UTC|GMT)$/i.test(text)) return 'Z';
  const [, sign, hour, minute, hours = hour, minutes = minute ?? '00'] = OFFSET.exec(text) ?? [];
  if (hours === undefined || Number(hours) > MAX_OFFSET_HOURS || Number(minutes) > 59) return '';
  return `${sign === '+' ? '+' : '-'}${hours.padStart(2, '0')}:${minutes}`;
}

/** The date to the second. @param date as `isoOf` writes it */
export function toSecond(date: string): string {
  return date.replace(/\.\d+/, '');
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** In the Gregorian calendar, which ISO 8601 takes for all years. */
function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
