/** Directories of TIFF files, and of what is built like them: EXIF and most raw formats. Untrusted bytes; nothing throws. */
import { asciiOf } from '../bytes.ts';

/** Bytes before the header where EXIF is taken out of a JPEG. */
const PREFIX = 'Exif\0\0';
const LITTLE_ENDIAN = 0x4949;
const BIG_ENDIAN = 0x4d4d;
const ENTRY_BYTES = 12;
/** No text that is read here is longer. */
const MAX_TEXT = 256;
const MAX_NUMBERS = 64;

/** Of what raw formats have in its place: Olympus (`RO`, `RS`), Panasonic. */
export const RAW_MAGICS: readonly number[] = [42, 0x4f52, 0x5352, 0x55];

/** Types of values: one byte (byte, text, undefined, UTF-8), four bytes (long, pointer), two longs (rational). */
const TEXT_TYPES = [1, 2, 7, 129];
const POINTER_TYPES = [4, 13];
const SHORT = 3;
const RATIONAL = 5;

export interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the value lies, or where it is written that it lies. */
  readonly at: number;
}
export type Directory = ReadonlyMap<number, Entry>;

export interface Tiff {
  readonly little: boolean;
  /** 42 in TIFF and EXIF; raw formats have others. */
  readonly magic: number;
  /** Where the first directory lies. */
  readonly first: number;
  /** What lies at `offset`; nothing where that is outside. */
  directory(offset: number | undefined): Directory;
  /** Where the directory lies that follows the one at `offset`; 0 for the last one. */
  next(offset: number): number;
  /** Up to the first zero; empty where there is none. @param most characters: longer ones are none */
  text(entry: Entry | undefined, most?: number): string;
  pointer(entry: Entry | undefined): number | undefined;
  /** Shorts and longs; at most 64 of them. */
  numbers(entry: Entry | undefined): number[];
  rationals(entry: Entry | undefined, count: number): number[] | undefined;
  /** Bytes of a value of one byte each, as long as it says; undefined where it ends outside. */
  bytes(entry: Entry | undefined): Uint8Array | undefined;
  /** Where such a value begins. */
  placeOf(entry: Entry): number | undefined;
  /** Bytes from `offset` on; undefined where some are outside. */
  slice(offset: number, length: number): Uint8Array | undefined;
}

/**
 * @param bytes from the header on, with or without EXIF's prefix
 * @param magics that are taken beside TIFF's own
 * @returns undefined for what has no such header
 */
export function openTiff(bytes: Uint8Array, magics: readonly number[] = [42]): Tiff | undefined {
  const start = asciiOf(bytes, 0, PREFIX.length) === PREFIX ? PREFIX.length : 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  if (view.byteLength < 8) return undefined;
  const order = view.getUint16(0);
  const little = order === LITTLE_ENDIAN;
  const magic = view.getUint16(2, little);
  if ((!little && order !== BIG_ENDIAN) || !magics.includes(magic)) return undefined;
  return { magic, first: view.getUint32(4, little), ...readerOf(view, little) };
}

/** A reader of directories whose offsets count from the beginning of `bytes`, where there is no header. */
export function tiffWithin(bytes: Uint8Array, little: boolean): Omit<Tiff, 'first' | 'magic'> {
  return readerOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), little);
}

function readerOf(view: DataView, little: boolean): Omit<Tiff, 'first' | 'magic'> {
  const has = (at: number, length: number) => at + length <= view.byteLength;
  const uint32 = (at: number) => view.getUint32(at, little);
  /** Where `length` bytes of a value lie: in the entry if there are four at most. */
  const place = ({ at }: Entry, length: number) => {
    const offset = length <= 4 ? at : uint32(at);
    return has(offset, length) ? offset : undefined;
  };
  const slice = (offset: number, length: number) =>
    has(offset, length) ? new Uint8Array(view.buffer, view.byteOffset + offset, length) : undefined;
  const placeOf = (entry: Entry) => place(entry, entry.count);
  const bytes = (entry: Entry | undefined) => {
    if (!entry || !TEXT_TYPES.includes(entry.type)) return undefined;
    const offset = placeOf(entry);
    return offset === undefined ? undefined : slice(offset, entry.count);
  };
  return {
    little,
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
    next(offset) {
      if (!has(offset, 2)) return 0;
      const at = offset + 2 + ENTRY_BYTES * view.getUint16(offset, little);
      return has(at, 4) ? uint32(at) : 0;
    },
    text(entry, most = MAX_TEXT) {
      const [text = ''] = String.fromCharCode(
        ...((entry && entry.count <= most ? bytes(entry) : undefined) ?? []),
      ).split('\0', 1);
      return text;
    },
    pointer: (entry) =>
      entry && POINTER_TYPES.includes(entry.type) && entry.count === 1 ? uint32(entry.at) : undefined,
    numbers(entry) {
      const isShort = entry?.type === SHORT;
      if (!entry || (!isShort && !POINTER_TYPES.includes(entry.type))) return [];
      const size = isShort ? 2 : 4;
      const count = Math.min(entry.count, MAX_NUMBERS);
      const offset = size * entry.count <= 4 ? entry.at : uint32(entry.at);
      if (!has(offset, size * count)) return [];
      return Array.from({ length: count }, (_, i) =>
        isShort ? view.getUint16(offset + 2 * i, little) : uint32(offset + 4 * i),
      );
    },
    rationals(entry, count) {
      if (entry?.type !== RATIONAL || entry.count !== count) return undefined;
      const offset = place(entry, 8 * count);
      if (offset === undefined) return undefined;
      return Array.from({ length: count }, (_, i) => uint32(offset + 8 * i) / uint32(offset + 8 * i + 4));
    },
    bytes,
    placeOf,
    slice,
  };
}
