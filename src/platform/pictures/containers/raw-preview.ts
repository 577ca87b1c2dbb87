/** RAW files of cameras: the JPEG that the camera put beside the values of its sensor. Untrusted bytes; nothing throws. */
import { brandsOf } from './boxes.ts';
import { asciiOf } from './bytes.ts';
import { type JpegHeader, jpegHeader, orientationOf, withOrientation } from './jpeg-header.ts';
import { cr3Previews } from './raw/cr3.ts';
import { isRawTiff, tiffPreviews } from './raw/tiff-previews.ts';

/** Names of files that are taken for RAW: DNG (phones, Leica, Pentax), Canon, Nikon, Sony, Fujifilm, Olympus, Panasonic. */
export const RAW_EXTENSIONS = ['dng', 'cr2', 'cr3', 'nef', 'arw', 'raf', 'orf', 'rw2'] as const;

/** What is said of a RAW file whose picture is not found. */
export const NO_PREVIEW =
  'It is a RAW file without a JPEG in it that can be read: it is damaged, or its camera put none into it.';

export interface RawPreview {
  /**
   * A JPEG whose own EXIF says how it is turned, where it is: whoever decodes it as any other JPEG gets it upright. Part of
   * the file's bytes, or a copy.
   */
  readonly jpeg: Uint8Array;
  /** Before it is turned. */
  readonly width: number;
  readonly height: number;
  /** 1 to 8, as in EXIF: how `jpeg` is turned, which decoders do by themselves. */
  readonly orientation: number;
}

/** What is found in a RAW file, before it is known whether that is any good. */
export interface RawContent {
  readonly jpegs: readonly Uint8Array[];
  /** Of the file: it holds for JPEGs that do not say theirs. */
  readonly orientation: number | undefined;
}

const RAF = 'FUJIFILMCCD-RAW ';
/** Where a RAF file says where its JPEG is and how long: two big-endian numbers of four bytes. */
const RAF_JPEG = 84;

/** By its content: whether it is a RAW file of a kind whose preview is looked for. */
export function isRaw(bytes: Uint8Array): boolean {
  return asciiOf(bytes, 0, RAF.length) === RAF || brandsOf(bytes)[0] === 'crx ' || isRawTiff(bytes);
}

/** The largest JPEG of a RAW file that can be decoded; undefined where there is none, and for what is no RAW file. */
export function rawPreview(bytes: Uint8Array): RawPreview | undefined {
  const { jpegs, orientation: turned = 1 } = contentOf(bytes);
  const largest = largestOf(jpegs);
  if (!largest) return undefined;
  const { jpeg, width, height, exif } = largest;
  const own = orientationOf(exif);
  const orientation = own ?? turned;
  return { jpeg: own === undefined && turned > 1 ? withOrientation(jpeg, turned) : jpeg, width, height, orientation };
}

/** The same JPEG as it lies in the file. */
export function rawJpeg(bytes: Uint8Array): Uint8Array | undefined {
  return largestOf(contentOf(bytes).jpegs)?.jpeg;
}

interface Found {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly exif: JpegHeader['exif'];
}

function largestOf(jpegs: readonly Uint8Array[]): Found | undefined {
  let largest: Found | undefined;
  for (const jpeg of jpegs) {
    const header = jpegHeader(jpeg);
    if (!header?.frame?.isCommon || !header.hasTables) continue;
    const { width, height } = header.frame;
    const before = largest ? largest.width * largest.height : 0;
    if (width * height > before) largest = { jpeg, width, height, exif: header.exif };
  }
  return largest;
}

function contentOf(bytes: Uint8Array): RawContent {
  if (asciiOf(bytes, 0, RAF.length) === RAF) return { jpegs: rafPreviews(bytes), orientation: undefined };
  return brandsOf(bytes)[0] === 'crx ' ? cr3Previews(bytes) : tiffPreviews(bytes);
}

function rafPreviews(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length < RAF_JPEG + 8) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] = [view.getUint32(RAF_JPEG), view.getUint32(RAF_JPEG + 4)];
  return start + length <= bytes.length ? [bytes.subarray(start, start + length)] : [];
}
