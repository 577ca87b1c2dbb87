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

/**
 * Dates as they are written are compared, as clocks showed them where pictures were taken, and zones are left aside: a
 * picture of New Year's Eve stays in December, whoever looks at it, and cameras that know no zone mix with those that do.
 * Pictures of the same moment keep the order in which they were given, whichever end comes first.
 * @param dates ISO 8601 with or without a zone, as items have them
 */
export function timelineOf(dates: readonly (string | null)[], first: DateOrder): Timeline {
  const sign = first === 'newest' ? -1 : 1;
  const keys = Float64Array.from(dates, (date) => (date === null ? Infinity : sign * writtenTime(date)));
  // Of two without a date the difference is none (NaN), as of equal ones.
  const order = Uint32Array.from(dates, (_, i) => i).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
  return { order, months: monthsOf(order, dates) };
}

/** Milliseconds of a date as it is written, as if its zone were UTC. */
export function writtenTime(date: string): number {
  return Date.parse(`${date.replace(/(?:Z|[+-]\d\d:\d\d)$/, '')}Z`);
}

function monthsOf(order: Uint32Array, dates: readonly (string | null)[]): Month[] {
  const months: { month: string | null; from: number; count: number }[] = [];
  for (const [place, index] of order.entries()) {
    const month = monthOf(dates[index] ?? null);
    const last = months.at(-1);
    if (last && last.month === month) last.count++;
    else months.push({ month, from: place, count: 1 });
  }
  return months;
}

/** `2024-05`; years before 0 and after 9999 have a sign and six digits. */
function monthOf(date: string | null): string | null {
  return date?.slice(0, date.indexOf('-', 1) + 3) ?? null;
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
