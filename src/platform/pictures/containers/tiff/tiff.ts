/** What the first directory of a TIFF says of its samples (TIFF 6.0, BigTIFF). Untrusted bytes. */

export interface TiffImage {
  readonly compression: number;
  /** Bits of the samples of a pixel, one by one. */
  readonly bits: readonly number[];
  /** 1 whole numbers, 2 signed ones, 3 floating point, 5 and 6 complex. */
  readonly formats: readonly number[];
  readonly photometric: number;
  readonly samples: number;
  readonly hasProfile: boolean;
}

const TAGS = {
  ...{ width: 256, height: 257 },
  ...{ bits: 258, compression: 259, photometric: 262, samples: 277, format: 339, profile: 34675 },
  ...{ stripStarts: 273, stripLengths: 279, tileStarts: 324, tileLengths: 325 },
} as const;
const MAX_ENTRIES = 4096;
const MAX_VALUES = 64;
/** Bytes of a value, by the number of its type; others are not needed here. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 7: 1, 16: 8 };

export function isTiff(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (a === 0x49 && b === 0x49 && isMagic(c, d)) || (a === 0x4d && b === 0x4d && isMagic(d, c));
}

function isMagic(low: number | undefined, high: number | undefined): boolean {
  return (low === 42 || low === 43) && high === 0;
}

/** Undefined where there is no directory that can be read. */
export function readTiff(bytes: Uint8Array): TiffImage | undefined {
  if (!isTiff(bytes)) return undefined;
  try {
    const tags = new Directory(bytes);
    const samples = tags.numbers(TAGS.samples)[0] ?? 1;
    return {
      compression: tags.numbers(TAGS.compression)[0] ?? 1,
      bits: orElse(tags.numbers(TAGS.bits), 1),
      formats: orElse(tags.numbers(TAGS.format), 1),
      photometric: tags.numbers(TAGS.photometric)[0] ?? 1,
      samples,
      hasProfile: tags.has(TAGS.profile),
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends before what it points to
    throw error;
  }
}

/** Of the first page, before it is turned; undefined where it says none. */
export function tiffSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (!isTiff(bytes)) return undefined;
  try {
    const tags = new Directory(bytes);
    const [[width], [height]] = [tags.numbers(TAGS.width), tags.numbers(TAGS.height)];
    return width === undefined || height === undefined ? undefined : { width, height };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Adobe's number of it, and an older one. */
const DEFLATE = new Set([8, 32946]);
const MAX_STRIPS = 2 ** 20;

/** The strips or tiles of a TIFF that is compressed with Deflate; none of any other. */
export function deflatedStrips(bytes: Uint8Array): Uint8Array[] {
  if (!isTiff(bytes)) return [];
  try {
    const tags = new Directory(bytes);
    if (!DEFLATE.has(tags.numbers(TAGS.compression)[0] ?? 1)) return [];
    const [starts, lengths] = tags.has(TAGS.tileStarts)
      ? [TAGS.tileStarts, TAGS.tileLengths]
      : [TAGS.stripStarts, TAGS.stripLengths];
    const counts = tags.numbers(lengths, MAX_STRIPS);
    return tags.numbers(starts, MAX_STRIPS).map((start, i) => bytes.subarray(start, start + (counts[i] ?? 0)));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function orElse(values: readonly number[], value: number): readonly number[] {
  return values.length > 0 ? values : [value];
}

class Directory {
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #isBig: boolean;
  /** Where each tag's entry begins. */
  readonly #entries = new Map<number, number>();

  /** @throws RangeError where the bytes end before it does */
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = bytes[0] === 0x49;
    this.#isBig = this.#short(2) === 43;
    const start = this.#isBig ? this.#long8(8) : this.#long(4);
    const count = this.#isBig ? this.#long8(start) : this.#short(start);
    if (count > MAX_ENTRIES) throw new RangeError('too many entries');
    const [first, size] = this.#isBig ? [start + 8, 20] : [start + 2, 12];
    for (let i = 0; i < count; i++) {
      const at = first + i * size;
      const tag = this.#short(at);
      if (!this.#entries.has(tag)) this.#entries.set(tag, at);
    }
  }

  has(tag: number): boolean {
    return this.#entries.has(tag);
  }

  /** The first values of a tag; empty where it is not there. */
  numbers(tag: number, most = MAX_VALUES): number[] {
    const at = this.#entries.get(tag);
    if (at === undefined) return [];
    const type = this.#short(at + 2);
    const bytes = VALUE_BYTES[type];
    if (bytes === undefined) return [];
    const count = this.#isBig ? this.#long8(at + 4) : this.#long(at + 4);
    const value = at + (this.#isBig ? 12 : 8);
    const fits = count * bytes <= (this.#isBig ? 8 : 4);
    const start = fits ? value : this.#isBig ? this.#long8(value) : this.#long(value);
    return Array.from({ length: Math.min(count, most) }, (_, i) => this.#number(start + i * bytes, bytes));
  }

  #number(at: number, bytes: number): number {
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#short(at);
    return bytes === 4 ? this.#long(at) : this.#long8(at);
  }

  #short(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  #long(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  #long8(at: number): number {
    return Number(this.#view.getBigUint64(at, this.#little));
  }
}
