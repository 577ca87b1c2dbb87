import type { DateSource, PictureDate } from '../../../src/engine/collection/types.ts';
import type { Chance } from './chance.ts';

/** What is written for each source of dates, in the words of that source. */
export type WrittenDates = Readonly<Partial<Record<Exclude<DateSource, 'file'>, Written>>>;

export interface Written {
  /** `2011:11:11 11:11:11` */
  readonly text: string;
  /** `+05:30`; empty: none; it may be one that there is not. */
  readonly offset: string;
}

export interface DatedFile {
  readonly written: WrittenDates;
  /** What the collection must say, but for what comes from the file; null: the file's own time. */
  readonly expected: PictureDate | null;
}

/** Dates that there are not. All have the form of dates. */
const IMPOSSIBLE = [
  ...['2011:02:30 12:00:00', '2011:00:11 11:11:11', '2011:11:00 11:11:11', '2011:13:01 00:00:00'],
  ...['0000:00:00 00:00:00', '0001:01:01 01:01:01', '1900:02:29 10:00:00', '2023:04:31 10:00:00'],
];
const NO_OFFSET = '+25:00';
const OFFSETS = ['', '', '', 'Z', '+05:30', '-03:00', '+14:00', NO_OFFSET];
/** In UTC whatever is written. */
const IN_UTC: readonly DateSource[] = ['exif-gps', 'png-time'];

/**
 * Dates for a file that can hold them in these places: one that counts, some after it that do not count, and before it
 * none or impossible ones.
 * @param sources in the order in which they are asked
 */
export function createDates(chance: Chance, sources: readonly Exclude<DateSource, 'file'>[]): DatedFile {
  const counts = chance.whole(sources.length + 1);
  const written: Partial<Record<Exclude<DateSource, 'file'>, Written>> = {};
  let expected: PictureDate | null = null;
  for (const [i, source] of sources.entries()) {
    if (i === counts) {
      const one = { text: momentOf(chance), offset: IN_UTC.includes(source) ? 'Z' : chance.pick(OFFSETS) };
      written[source] = one;
      expected = { source, date: readAs(source, isoOf(one)) };
    } else if (chance.happens(0.25)) {
      const isValid = i > counts && chance.happens(0.7);
      written[source] = { text: isValid ? momentOf(chance) : chance.pick(IMPOSSIBLE), offset: '' };
    }
  }
  return { written, expected };
}

/** An offset that there is not counts for nothing. IPTC has no other word for UTC than an offset of zero. */
function readAs(source: DateSource, iso: string): string {
  const date = iso.replace(NO_OFFSET, '');
  return source === 'iptc' ? date.replace('Z', '+00:00') : date;
}

function momentOf(chance: Chance): string {
  const [year, month, day] = [1850 + chance.whole(190), 1 + chance.whole(12), 1 + chance.whole(28)];
  const clock = [chance.whole(24), chance.whole(60), chance.whole(60)].map(pad).join(':');
  return `${year}:${pad(month)}:${pad(day)} ${clock}`;
}

/** As ISO 8601 has it. */
export function isoOf({ text, offset }: Written): string {
  return `${text.slice(0, 10).replaceAll(':', '-')}T${text.slice(11)}${offset}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** When a file was last changed, in seconds since 1970. */
export function createFileTime(chance: Chance): number {
  return 315_532_800 + chance.whole(1_400_000_000); // 1980 to 2024
}
