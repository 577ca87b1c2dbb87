/** The dates in EXIF (CIPA DC-008), which is a TIFF file inside another one; a TIFF file itself has the same fields. */
import type { PictureDate } from '../../../engine/collection/types.ts';
import { readOffset, toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';
import { openTiff } from '../containers/ifd.ts';

/** No date is longer. */
const MAX_TEXT = 64;

const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const DATE_TIME = 0x0132;
const DATE_TIME_ORIGINAL = 0x9003;
const DATE_TIME_DIGITISED = 0x9004;
const OFFSET_TIME = 0x9010;
const OFFSET_TIME_ORIGINAL = 0x9011;
const OFFSET_TIME_DIGITISED = 0x9012;
const GPS_TIME_STAMP = 0x0007;
const GPS_DATE_STAMP = 0x001d;

/**
 * The dates in EXIF, to the second, in this order: taken, digitised, by GPS, changed. Never throws: what is damaged has none.
 * @param bytes a TIFF file, with or without EXIF's prefix. Untrusted.
 */
export function exifDates(bytes: Uint8Array): PictureDate[] {
  const tiff = openTiff(bytes);
  if (!tiff) return [];
  const main = tiff.directory(tiff.first);
  const exif = tiff.directory(tiff.pointer(main.get(EXIF_IFD)));
  const gps = tiff.directory(tiff.pointer(main.get(GPS_IFD)));
  // TIFF/EP, and raw formats after it, have the fields of EXIF in the first directory.
  const text = (tag: number) => tiff.text(exif.get(tag) ?? main.get(tag), MAX_TEXT);
  const zoned = (tag: number, offset: number) => withOffset(text(tag), text(offset));
  const dates: [PictureDate['source'], string | undefined][] = [
    ['exif-original', zoned(DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL)],
    ['exif-digitised', zoned(DATE_TIME_DIGITISED, OFFSET_TIME_DIGITISED)],
    ['exif-gps', gpsDate(tiff.text(gps.get(GPS_DATE_STAMP), MAX_TEXT), tiff.rationals(gps.get(GPS_TIME_STAMP), 3))],
    ['exif-modified', zoned(DATE_TIME, OFFSET_TIME)],
  ];
  return dates.flatMap(([source, date]) => (date === undefined ? [] : [{ date, source }]));
}

/** A local time with the offset beside it, if it says none itself. An offset that cannot be is left out. */
function withOffset(text: string, offset: string): string | undefined {
  const date = readDate(text);
  if (date === undefined) return undefined;
  return toSecond(/[Z+-]/.test(date.slice('2011-11-11'.length)) ? date : date + readOffset(offset.trim()));
}

/** In UTC. Without the time the day begins. */
function gpsDate(text: string, time: readonly number[] | undefined): string | undefined {
  const day = readDate(text)?.slice(0, '2011-11-11'.length);
  if (day === undefined) return undefined;
  const [hour = 0, minute = 0, second = 0] = time ?? [];
  if (![hour, minute].every(Number.isInteger) || !Number.isFinite(second)) return undefined;
  return readDate(`${day}T${hour}:${minute}:${Math.floor(second)}Z`);
}
