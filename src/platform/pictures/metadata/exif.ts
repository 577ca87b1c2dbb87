/** What EXIF (CIPA DC-008) says. It is a TIFF file inside another one; TIFF and RAW files have the same fields. */
import { type Place, toPlace } from '../../../engine/collection/extensions/facts.ts';
import type { PictureDate } from '../../../engine/collection/types.ts';
import { readOffset, toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';
import { type Directory, openTiff, RAW_MAGICS, type Tiff } from '../containers/tiff/ifd.ts';
import { cameraName, readName } from './camera.ts';
import { signedDegrees } from './degrees.ts';

/** No date is longer. */
const MAX_TEXT = 64;

const MAKE = 0x010f;
const MODEL = 0x0110;
const ORIENTATION = 0x0112;
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
/** In DNG, where the model may be missing. */
const UNIQUE_MODEL = 0xc614;
const DATE_TIME = 0x0132;
const DATE_TIME_ORIGINAL = 0x9003;
const DATE_TIME_DIGITISED = 0x9004;
const OFFSET_TIME = 0x9010;
const OFFSET_TIME_ORIGINAL = 0x9011;
const OFFSET_TIME_DIGITISED = 0x9012;
const GPS = {
  ...{ latitudeRef: 0x01, latitude: 0x02, longitudeRef: 0x03, longitude: 0x04 },
  ...{ timeStamp: 0x07, status: 0x09, dateStamp: 0x1d },
} as const;
/** Of a receiver that has lost its satellites. */
const NO_FIX = 'V';

/** A directory's values by tag. */
interface Fields {
  text(tag: number): string;
  name(tag: number): string;
  number(tag: number): number | undefined;
  rationals(tag: number, count: number): number[] | undefined;
}

/** The three directories that say something here. */
export interface Exif {
  readonly main: Fields;
  readonly exif: Fields;
  readonly gps: Fields;
}

const NOTHING: Fields = { text: () => '', name: () => '', number: () => undefined, rationals: () => undefined };

/** @param bytes a TIFF file, with or without EXIF's prefix. Untrusted. @returns undefined for what is none */
export function openExif(bytes: Uint8Array): Exif | undefined {
  const tiff = openTiff(bytes, RAW_MAGICS);
  if (!tiff) return undefined;
  const main = tiff.directory(tiff.first);
  const below = (tag: number) => fieldsOf(tiff, tiff.directory(tiff.pointer(main.get(tag))));
  return { main: fieldsOf(tiff, main), exif: below(EXIF_IFD), gps: below(GPS_IFD) };
}

/** As Canon's CR3 has it: each directory is the first one of a TIFF file of its own. */
export function joinExif(parts: { readonly [Part in keyof Exif]: Uint8Array | undefined }): Exif {
  const first = (bytes: Uint8Array | undefined) => (bytes && openExif(bytes)?.main) ?? NOTHING;
  return { main: first(parts.main), exif: first(parts.exif), gps: first(parts.gps) };
}

function fieldsOf(tiff: Tiff, directory: Directory): Fields {
  return {
    text: (tag) => tiff.text(directory.get(tag), MAX_TEXT),
    name: (tag) => readName(tiff.bytes(directory.get(tag))),
    number: (tag) => tiff.numbers(directory.get(tag))[0],
    rationals: (tag, count) => tiff.rationals(directory.get(tag), count),
  };
}

/** The dates, to the second, in this order: taken, digitised, by GPS, changed. */
export function exifDates({ main, exif, gps }: Exif): PictureDate[] {
  // TIFF/EP, and raw formats after it, have the fields of EXIF in the first directory.
  const text = (tag: number) => exif.text(tag) || main.text(tag);
  const zoned = (tag: number, offset: number) => withOffset(text(tag), text(offset));
  const dates: [PictureDate['source'], string | undefined][] = [
    ['exif-original', zoned(DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL)],
    ['exif-digitised', zoned(DATE_TIME_DIGITISED, OFFSET_TIME_DIGITISED)],
    ['exif-gps', gpsDate(gps.text(GPS.dateStamp), gps.rationals(GPS.timeStamp, 3))],
    ['exif-modified', zoned(DATE_TIME, OFFSET_TIME)],
  ];
  return dates.flatMap(([source, date]) => (date === undefined ? [] : [{ date, source }]));
}

/** With what the picture was taken; undefined where it does not say. */
export function exifCamera({ main }: Exif): string | undefined {
  return cameraName(main.name(MAKE), main.name(MODEL) || main.name(UNIQUE_MODEL));
}

/** Where it was taken; undefined where it does not say, or says that it did not know. */
export function exifPlace({ gps }: Exif): Place | undefined {
  if (gps.text(GPS.status).startsWith(NO_FIX)) return undefined;
  const latitude = degrees(gps.rationals(GPS.latitude, 3), gps.text(GPS.latitudeRef), 'NS');
  const longitude = degrees(gps.rationals(GPS.longitude, 3), gps.text(GPS.longitudeRef), 'EW');
  return latitude === undefined || longitude === undefined ? undefined : toPlace(latitude, longitude);
}

/** How the picture is turned, 1 to 8; undefined where it does not say. */
export function exifOrientation({ main }: Exif): number | undefined {
  const value = main.number(ORIENTATION) ?? 0;
  return value >= 1 && value <= 8 ? value : undefined;
}

/** Of what was not measured (0 / 0) minutes and seconds count as none. */
function degrees(values: readonly number[] | undefined, direction: string, directions: 'NS' | 'EW') {
  const [whole = Number.NaN, minutes = 0, seconds = 0] = values ?? [];
  return signedDegrees([whole, minutes || 0, seconds || 0], direction, directions);
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
