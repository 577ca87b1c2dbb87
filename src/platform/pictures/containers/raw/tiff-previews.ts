/**
 * JPEGs in the RAW files that are built like TIFF: DNG, CR2, NEF, ARW, ORF, RW2. Where they lie: the DNG specification, TIFF/EP
 * (ISO 12234-2), and https://exiftool.org/TagNames/ for what makers do not document.
 */
import { asciiOf } from '../bytes.ts';
import type { RawContent } from '../raw-preview.ts';
import { type Directory, type Entry, openTiff, RAW_MAGICS, type Tiff, tiffWithin } from '../tiff/ifd.ts';

/** No camera writes nearly as many. */
const MAX_DIRECTORIES = 64;

const TAGS = {
  ...{ panasonicJpeg: 0x002e, compression: 0x0103, photometric: 0x0106, stripStarts: 0x0111, orientation: 0x0112 },
  ...{ stripLengths: 0x0117, subDirectories: 0x014a, jpegTables: 0x015b, jpegStart: 0x0201, jpegLength: 0x0202 },
  ...{ exif: 0x8769, makerNote: 0x927c, dngVersion: 0xc612 },
} as const;
/** Values of a sensor: as they are, and with three colours a pixel. */
const SENSOR = [32803, 34892];
/** Compressions that only makers of cameras use: Sony, Samsung, Nikon, Pentax. */
const CAMERA_COMPRESSIONS = [32767, 32770, 34713, 65535];
const JPEG_COMPRESSIONS = [6, 7];

/** Whether one of its directories describes what only RAW files hold. */
export function isRawTiff(bytes: Uint8Array): boolean {
  const tiff = openTiff(bytes, RAW_MAGICS);
  return tiff !== undefined && isRaw(bytes, tiff, directoriesOf(tiff));
}

/** Of a TIFF that is no RAW file: nothing. */
export function tiffPreviews(bytes: Uint8Array): RawContent {
  const nothing = { jpegs: [], orientation: undefined };
  const tiff = openTiff(bytes, RAW_MAGICS);
  if (!tiff) return nothing;
  const directories = directoriesOf(tiff);
  if (!isRaw(bytes, tiff, directories)) return nothing;
  const main = tiff.directory(tiff.first);
  const exif = tiff.directory(tiff.pointer(main.get(TAGS.exif)));
  const [orientation = 0] = tiff.numbers(main.get(TAGS.orientation));
  return {
    jpegs: [
      ...directories.flatMap((one) => jpegsOf(tiff, one)),
      ...jpegsOfMaker(bytes, tiff, exif.get(TAGS.makerNote)),
    ],
    orientation: orientation >= 1 && orientation <= 8 ? orientation : undefined,
  };
}

function isRaw(bytes: Uint8Array, tiff: Tiff, directories: readonly Directory[]): boolean {
  if (tiff.magic !== 42 || asciiOf(bytes, 8, 10) === 'CR') return true;
  return directories.some((directory) => {
    const [photometric = -1] = tiff.numbers(directory.get(TAGS.photometric));
    const [compression = -1] = tiff.numbers(directory.get(TAGS.compression));
    const isSensor = SENSOR.includes(photometric) || CAMERA_COMPRESSIONS.includes(compression);
    return isSensor || directory.has(TAGS.dngVersion);
  });
}

/** Those that follow each other, and those below them, each once. */
function directoriesOf(tiff: Tiff): Directory[] {
  const found = new Map<number, Directory>();
  const waiting = [tiff.first];
  for (let offset = waiting.shift(); offset !== undefined; offset = waiting.shift()) {
    if (offset === 0 || found.has(offset) || found.size === MAX_DIRECTORIES) continue;
    const directory = tiff.directory(offset);
    found.set(offset, directory);
    waiting.push(...tiff.numbers(directory.get(TAGS.subDirectories)), tiff.next(offset));
  }
  return [...found.values()];
}

function jpegsOf(tiff: Pick<Tiff, 'numbers' | 'slice' | 'bytes'>, directory: Directory): Uint8Array[] {
  const [start, length] = [TAGS.jpegStart, TAGS.jpegLength].map((tag) => tiff.numbers(directory.get(tag))[0]);
  const pointed = start && length ? tiff.slice(start, length) : undefined;
  const whole = tiff.bytes(directory.get(TAGS.panasonicJpeg));
  return [pointed, stripOf(tiff, directory), whole].filter((jpeg) => jpeg !== undefined);
}

/** A picture in one strip of JPEG. Values of a sensor may be compressed as JPEG too, in a way that no picture is. */
function stripOf(tiff: Pick<Tiff, 'numbers' | 'slice'>, directory: Directory): Uint8Array | undefined {
  const [compression = 0] = tiff.numbers(directory.get(TAGS.compression));
  const starts = tiff.numbers(directory.get(TAGS.stripStarts));
  const lengths = tiff.numbers(directory.get(TAGS.stripLengths));
  const [photometric = 0] = tiff.numbers(directory.get(TAGS.photometric));
  const [start, length] = [starts[0], lengths[0]];
  if (!JPEG_COMPRESSIONS.includes(compression) || SENSOR.includes(photometric)) return undefined;
  if (starts.length !== 1 || !start || !length || directory.has(TAGS.jpegTables)) return undefined;
  return tiff.slice(start, length);
}

/** How makers' notes begin, and what offsets in them count from. */
const NIKON = 'Nikon\0';
const NIKON_HEADER = 10;
const NIKON_PREVIEW = 0x0011;
const OLYMPUS_NOTES: readonly (readonly [begin: string, header: number])[] = [
  ['OLYMPUS\0', 12],
  ['OM SYSTEM\0', 16],
];
const OLD_OLYMPUS = 'OLYMP\0';
const OLD_OLYMPUS_HEADER = 8;
const OLYMPUS_SETTINGS = 0x2020;
const OLYMPUS_PREVIEW = { start: 0x0101, length: 0x0102 } as const;

/** Nikon and Olympus keep larger previews in their notes. Their length is not that of the note: offsets lead out of it. */
function jpegsOfMaker(bytes: Uint8Array, tiff: Tiff, entry: Entry | undefined): Uint8Array[] {
  const place = entry && tiff.placeOf(entry);
  if (place === undefined) return [];
  const note = bytes.subarray(place);
  if (asciiOf(note, 0, NIKON.length) === NIKON) return nikonPreview(note.subarray(NIKON_HEADER));
  for (const [begin, header] of OLYMPUS_NOTES) {
    if (asciiOf(note, 0, begin.length) === begin) return olympusPreview(note, header, tiff.little);
  }
  if (asciiOf(note, 0, OLD_OLYMPUS.length) === OLD_OLYMPUS) {
    return olympusPreview(bytes, place + OLD_OLYMPUS_HEADER, tiff.little);
  }
  return [];
}

function nikonPreview(note: Uint8Array): Uint8Array[] {
  const tiff = openTiff(note);
  const preview = tiff?.pointer(tiff.directory(tiff.first).get(NIKON_PREVIEW));
  return tiff && preview ? jpegsOf(tiff, tiff.directory(preview)) : [];
}

/** @param bytes what offsets count from the beginning of. @param first where the directory lies there */
function olympusPreview(bytes: Uint8Array, first: number, little: boolean): Uint8Array[] {
  const tiff = tiffWithin(bytes, little);
  const entry = tiff.directory(first).get(OLYMPUS_SETTINGS);
  if (!entry) return [];
  // Older cameras give the directory as the value itself, newer ones as a pointer to it.
  const settings = tiff.directory(tiff.pointer(entry) ?? tiff.placeOf(entry));
  const { start, length } = OLYMPUS_PREVIEW;
  const [from, size] = [start, length].map((tag) => tiff.numbers(settings.get(tag))[0]);
  const jpeg = from && size ? tiff.slice(from, size) : undefined;
  return jpeg ? [jpeg] : [];
}
