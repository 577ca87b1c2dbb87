/** The dates in EXIF (CIPA DC-008), which is a TIFF file inside another one; a TIFF file itself has the same fields. */
import type { PictureDate } from '../../../engine/collection/types.ts';
import { readOffset, toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';

/** Bytes before the TIFF header where EXIF is taken out of a JPEG. */
const PREFIX = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif", 0, 0
const LITTLE_ENDIAN = 0x4949;
const BIG_ENDIAN = 0x4d4d;
const TIFF_MAGIC = 42;
const ENTRY_BYTES = 12;
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

/** Types of values: one byte (byte, text, undefined, UTF-8), four bytes (long, pointer), two longs (rational). */
const TEXT_TYPES = [1, 2, 7, 129];
const POINTER_TYPES = [4, 13];
const RATIONAL = 5;

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
  const text = (tag: number) => tiff.text(exif.get(tag) ?? main.get(tag));
  const zoned = (tag: number, offset: number) => withOffset(text(tag), text(offset));
  const dates: [PictureDate['source'], string | undefined][] = [
    ['exif-original', zoned(DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL)],
    ['exif-digitised', zoned(DATE_TIME_DIGITISED, OFFSET_TIME_DIGITISED)],
    ['exif-gps', gpsDate(tiff.text(gps.get(GPS_DATE_STAMP)), tiff.rationals(gps.get(GPS_TIME_STAMP), 3))],
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

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the value lies, or where it is written that it lies. */
  readonly at: number;
}
type Directory = ReadonlyMap<number, Entry>;

interface Tiff {
  /** Where the first directory lies. */
  readonly first: number;
  /** What lies at `offset`; nothing where that is outside. */
  directory(offset: number | undefined): Directory;
  /** Empty where there is none. */
  text(entry: Entry | undefined): string;
  pointer(entry: Entry | undefined): number | undefined;
  rationals(entry: Entry | undefined, count: number): number[] | undefined;
}

/** @returns undefined for what is no TIFF file */
function openTiff(bytes: Uint8Array): Tiff | undefined {
  const start = PREFIX.every((byte, i) => bytes[i] === byte) ? PREFIX.length : 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const has = (at: number, length: number) => at + length <= view.byteLength;
  if (!has(0, 8)) return undefined;
  const order = view.getUint16(0);
  const little = order === LITTLE_ENDIAN;
  if ((!little && order !== BIG_ENDIAN) || view.getUint16(2, little) !== TIFF_MAGIC) return undefined;
  const uint32 = (at: number) => view.getUint32(at, little);

  /** Where `length` bytes of a value lie: in the entry if there are four at most. */
  const place = ({ at }: Entry, length: number) => {
    const offset = length <= 4 ? at : uint32(at);
    return has(offset, length) ? offset : undefined;
  };
  return {
    first: uint32(4),
    directory(offset) {
      const entries = new Map<number, Entry>();
      if (offset === undefined || !has(offset, 2)) return entries;
      const count = view.getUint16(offset, little);
      for (let i = 0, at = offset + 2; i < count && has(at, ENTRY_BYTES); i++, at += ENTRY_BYTES) {
        const tag = view.getUint16(at, little);
        const entry = { type: view.getUint16(at + 2, little), count: uint32(at + 4), at: at + 8 };
        if (!entries.has(tag)) entries.set(tag, entry);
      }
      return entries;
    },
    text(entry) {
      if (!entry || !TEXT_TYPES.includes(entry.type) || entry.count > MAX_TEXT) return '';
      const offset = place(entry, entry.count);
      if (offset === undefined) return '';
      const codes = Array.from({ length: entry.count }, (_, i) => view.getUint8(offset + i));
      const [text = ''] = String.fromCharCode(...codes).split('\0', 1);
      return text;
    },
    pointer: (entry) =>
      entry && POINTER_TYPES.includes(entry.type) && entry.count === 1 ? uint32(entry.at) : undefined,
    rationals(entry, count) {
      if (entry?.type !== RATIONAL || entry.count !== count) return undefined;
      const offset = place(entry, 8 * count);
      if (offset === undefined) return undefined;
      return Array.from({ length: count }, (_, i) => uint32(offset + 8 * i) / uint32(offset + 8 * i + 4));
    },
  };
}
