/** Writes dates into files. */
import type { Sharp } from 'sharp';
import type { DateSource } from '../../../src/engine/collection/types.ts';
import {
  type ExifContent,
  makeIptc,
  makeResources,
  makeXmp,
  TAGS,
  withChunks,
  withFields,
  withGifXmp,
  withSegment,
} from '../../../src/platform/pictures/metadata/testing-metadata.node.ts';
import { isoOf, type Written, type WrittenDates } from './dates.ts';

type Place = Exclude<DateSource, 'file'>;

const EXIF: readonly Place[] = ['exif-original', 'exif-digitised', 'exif-gps', 'exif-modified'];
/** Where dates are in files of a format, in the order in which they are asked. */
export const PLACES = {
  none: [],
  gif: ['xmp'],
  tiff: [...EXIF, 'xmp'],
  /** TIFF that sharp did not write. */
  fields: EXIF,
  jpeg: [...EXIF, 'xmp', 'iptc'],
  png: [...EXIF, 'xmp', 'iptc', 'png-text', 'png-time'],
  other: [...EXIF, 'xmp'],
} as const satisfies Readonly<Record<string, readonly Place[]>>;

/** An image to encode with EXIF and XMP, as sharp writes them. */
export function withBlocks(image: Sharp, dates: WrittenDates, withExif = true): Sharp {
  const exif = withExif ? exifOf(dates) : {};
  const more = Object.keys(exif).length > 0 ? image.withExif(exif) : image;
  return dates.xmp ? more.withXmp(xmpOf(dates.xmp)) : more;
}

function exifOf(dates: WrittenDates): Record<string, Record<string, string>> {
  const { 'exif-original': original, 'exif-digitised': digitised, 'exif-gps': gps, 'exif-modified': modified } = dates;
  const inExif = {
    ...zoned('DateTimeOriginal', 'OffsetTimeOriginal', original),
    ...zoned('DateTimeDigitized', 'OffsetTimeDigitized', digitised),
    ...(modified?.offset && { OffsetTime: modified.offset }),
  };
  return {
    ...(modified && { IFD0: { DateTime: modified.text } }),
    ...(Object.keys(inExif).length > 0 && { IFD2: inExif }),
    ...(gps && { IFD3: { GPSDateStamp: gps.text.slice(0, 10), GPSTimeStamp: clockOf(gps).join('/1 ').concat('/1') } }),
  };
}

function zoned(name: string, offsetName: string, date: Written | undefined): Record<string, string> {
  return date ? { [name]: date.text, ...(date.offset && { [offsetName]: date.offset }) } : {};
}

function clockOf({ text }: Written): number[] {
  return text.slice(11).split(':').map(Number);
}

function xmpOf(date: Written): string {
  const name = Number(date.text.slice(-1)) % 2 === 0 ? 'xmp:CreateDate' : 'photoshop:DateCreated';
  return makeXmp({ [name]: isoOf(date) });
}

/** EXIF with the dates that it can hold. */
export function exifFields(dates: WrittenDates): ExifContent {
  const { 'exif-original': original, 'exif-digitised': digitised, 'exif-gps': gps, 'exif-modified': modified } = dates;
  const at = (tag: number, offset: number, date: Written | undefined) =>
    date ? { [tag]: date.text, ...(date.offset && { [offset]: date.offset }) } : {};
  const exif = {
    ...at(TAGS.original, TAGS.offsetOriginal, original),
    ...at(TAGS.digitised, TAGS.offsetDigitised, digitised),
    ...(modified?.offset && { [TAGS.offset]: modified.offset }),
  };
  return {
    ...(modified && { main: { [TAGS.dateTime]: modified.text } }),
    ...(Object.keys(exif).length > 0 && { exif }),
    ...(gps && {
      gps: { [TAGS.gpsDate]: gps.text.slice(0, 10), [TAGS.gpsTime]: clockOf(gps).map((one) => [one, 1] as const) },
    }),
  };
}

export function withTiffFields(tiff: Uint8Array, dates: WrittenDates): Uint8Array {
  const content = exifFields(dates);
  return Object.keys(content).length > 0 ? withFields(tiff, content) : tiff;
}

export function withJpegIptc(jpeg: Uint8Array, { iptc }: WrittenDates): Uint8Array {
  return iptc ? withSegment(jpeg, 0xed, makeResources(iptcOf(iptc))) : jpeg;
}

function iptcOf({ text, offset }: Written): Uint8Array {
  const zone = offset === 'Z' ? '+0000' : offset.replace(':', '');
  return makeIptc({ 55: text.slice(0, 10).replaceAll(':', ''), 60: text.slice(11).replaceAll(':', '') + zone });
}

export function withPngChunks(png: Uint8Array, dates: WrittenDates): Uint8Array {
  const { iptc, 'png-text': text, 'png-time': time } = dates;
  const chunks: [string, Uint8Array][] = [];
  if (iptc) chunks.push(['tEXt', profileOf(iptcOf(iptc))]);
  if (text) chunks.push(['tEXt', Buffer.from(`Creation Time\0${text.text}${text.offset}`, 'latin1')]);
  if (time) {
    const [year = 0, month = 0, day = 0] = time.text.slice(0, 10).split(':').map(Number);
    chunks.push(['tIME', Buffer.of(year >> 8, year & 255, month, day, ...clockOf(time))]);
  }
  return chunks.length > 0 ? withChunks(png, ...chunks) : png;
}

/** As ImageMagick writes blocks of other formats into PNG. */
function profileOf(block: Uint8Array): Uint8Array {
  const digits = Buffer.from(block).toString('hex');
  return Buffer.from(`Raw profile type iptc\0\niptc\n${String(block.length).padStart(8)}\n${digits}\n`, 'latin1');
}

export function withGifBlock(gif: Uint8Array, { xmp }: WrittenDates): Uint8Array {
  return xmp ? withGifXmp(gif, xmpOf(xmp)) : gif;
}
