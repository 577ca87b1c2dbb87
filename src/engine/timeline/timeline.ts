/** Which end of a timeline comes first. Pictures without a date come last in both. */
export type DateOrder = 'newest' | 'oldest';

/** Pictures of one month that follow each other. */
export interface Month {
  /** `2024-05`; null: they have no date. */
  readonly month: string | null;
  /** Place of the first of them. */
  readonly from: number;
  readonly count: number;
}

/** Pictures in the order of their dates. */
export interface Timeline {
  /** Indices of the dates that were given. */
  readonly order: Uint32Array<ArrayBuffer>;
  /** In that order; together they are all of it. */
  readonly months: readonly Month[];
}

/** A year in a list to jump to. */
export interface Year {
  readonly year: string;
  readonly from: number;
  readonly count: number;
}

/** What a clock in UTC shows more than one here at a time (milliseconds since 1970), in minutes; less: below 0. */
export type Offset = (time: number) => number;

const here: Offset = (time) => new Date(time).getTimezoneOffset();

/**
 * Dates are compared as people read them: by clocks where pictures were taken, so that one of New Year's Eve stays in December
 * wherever it is looked at, and cameras that know no zone mix with those that do. What is in UTC is of no place, and is read by
 * the clock of whoever looks. Pictures of the same time keep the order in which they were given, whichever end comes first.
 * @param dates ISO 8601 with or without a zone, as items have them
 */
export function timelineOf(dates: readonly (string | null)[], first: DateOrder, offset = here): Timeline {
  const times = Float64Array.from(dates, (date) => (date === null ? Number.NaN : shownTime(date, offset)));
  const sign = first === 'newest' ? -1 : 1;
  const keys = times.map((time) => (Number.isNaN(time) ? Number.POSITIVE_INFINITY : sign * time));
  // Of two without a date the difference is none (NaN), as of equal ones.
  const order = Uint32Array.from(dates, (_, i) => i).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  return { order, months: monthsOf(order, times) };
}

/** What a date is shown as, in milliseconds as if that were UTC. */
export function shownTime(date: string, offset = here): number {
  const time = Date.parse(date.endsWith('Z') ? date : `${date.replace(/[+-]\d\d:\d\d$/, '')}Z`);
  return date.endsWith('Z') ? time - 60_000 * offset(time) : time;
}

function monthsOf(order: Uint32Array, times: Float64Array): Month[] {
  const months: { month: string | null; from: number; count: number }[] = [];
  let known = Number.NaN;
  for (const [place, index] of order.entries()) {
    const number = monthNumber(times[index] as number);
    const last = months.at(-1);
    if (last && Object.is(number, known)) last.count++;
    else months.push({ month: nameOf(times[index] as number), from: place, count: 1 });
    known = number;
  }
  return months;
}

/** Months since the year 0; NaN where there is no date. */
function monthNumber(time: number): number {
  const date = new Date(time);
  return 12 * date.getUTCFullYear() + date.getUTCMonth();
}

/** `2024-05`; years before 0 and after 9999 have a sign and six digits. */
function nameOf(time: number): string | null {
  return Number.isNaN(time) ? null : new Date(time).toISOString().replace(/-\d\dT.*$/, '');
}

/** The years of a timeline, in its order. */
export function yearsOf(months: readonly Month[]): Year[] {
  const years: { year: string; from: number; count: number }[] = [];
  for (const { month, from, count } of months) {
    if (month === null) continue;
    const year = month.slice(0, -3);
    const last = years.at(-1);
    if (last && last.year === year) last.count += count;
    else years.push({ year, from, count });
  }
  return years;
}
