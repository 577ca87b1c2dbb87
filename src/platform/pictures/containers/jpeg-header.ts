/** What a JPEG says of itself before its first scan (ITU-T T.81, annex B). Untrusted bytes; nothing throws. */
import { asciiOf, concat } from './bytes.ts';
import { isJpeg } from './jpeg.ts';
import { openTiff } from './tiff/ifd.ts';

const SCAN = 0xda;
const END = 0xd9;
/** Markers below stand alone, or are none; so are restarts, the start, and filling. */
const FIRST_WITH_LENGTH = 0xc0;
const QUANTISATION = 0xdb;
const APP1 = 0xe1;
const APP13 = 0xed;
/** Kinds of coding that every decoder has: baseline, extended, progressive. */
const COMMON_FRAMES = [0xc0, 0xc1, 0xc2];
const NOT_FRAMES = [0xc4, 0xc8, 0xcc];
const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const PHOTOSHOP = 'Photoshop 3.0\0';
const ORIENTATION = 0x0112;

export interface JpegHeader {
  /** Null where no frame is described before the first scan. */
  readonly frame: {
    readonly width: number;
    readonly height: number;
    /** 8 bits a sample, and of a kind that every decoder has. */
    readonly isCommon: boolean;
  } | null;
  /** It has tables of its own. */
  readonly hasTables: boolean;
  /** With its prefix. */
  readonly exif?: Uint8Array | undefined;
  /** A packet. */
  readonly xmp?: Uint8Array | undefined;
  /** Image resources of Photoshop. */
  readonly iptc?: Uint8Array | undefined;
}

/** @returns undefined for what does not begin as a JPEG does */
export function jpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (!isJpeg(bytes)) return undefined;
  let header: JpegHeader = { frame: null, hasTables: false };
  const resources: Uint8Array[] = [];
  for (const { marker, content } of segments(bytes)) {
    const isFrame = marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.includes(marker);
    if (isFrame) header = { ...header, frame: header.frame ?? frameOf(marker, content) };
    else if (marker === QUANTISATION) header = { ...header, hasTables: true };
    else if (marker === APP1 && begins(content, EXIF)) header = { ...header, exif: header.exif ?? content };
    else if (marker === APP1 && begins(content, XMP))
      header = { ...header, xmp: header.xmp ?? content.subarray(XMP.length) };
    // What is too long for a segment goes on in the next one.
    else if (marker === APP13 && begins(content, PHOTOSHOP)) resources.push(content.subarray(PHOTOSHOP.length));
  }
  return resources.length > 0 ? { ...header, iptc: concat(resources) } : header;
}

/** 1 to 8, as in EXIF; undefined where it says none that can be. @param exif a TIFF file, with or without EXIF's prefix */
export function orientationOf(exif: Uint8Array | undefined): number | undefined {
  const tiff = exif && openTiff(exif);
  const [value = 0] = tiff ? tiff.numbers(tiff.directory(tiff.first).get(ORIENTATION)) : [];
  return value >= 1 && value <= 8 ? value : undefined;
}

/** The JPEG with this orientation in EXIF of its own, before whatever else it has. */
export function withOrientation(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = [
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
    ...[1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
  ];
  const content = [...[...EXIF].map((letter) => letter.charCodeAt(0)), ...tiff];
  const segment = Uint8Array.from([0xff, APP1, 0, content.length + 2, ...content]);
  return concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

/** Segments up to the first scan or the end, whatever lies between them. */
function* segments(bytes: Uint8Array): Generator<{ marker: number; content: Uint8Array }> {
  for (let at = bytes.indexOf(0xff, 2); at >= 0; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1] ?? END;
    if (marker === SCAN || marker === END) return;
    if (marker < FIRST_WITH_LENGTH || (marker >= 0xd0 && marker <= 0xd8) || marker === 0xff) {
      at++;
      continue;
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + Math.max(2, length);
    if (end > bytes.length) return;
    yield { marker, content: bytes.subarray(at + 4, end) };
    at = end;
  }
}

function frameOf(marker: number, content: Uint8Array): JpegHeader['frame'] {
  const [bits = 0, y1 = 0, y0 = 0, x1 = 0, x0 = 0] = content;
  return {
    width: 256 * x1 + x0,
    height: 256 * y1 + y0,
    isCommon: bits === 8 && COMMON_FRAMES.includes(marker),
  };
}

function begins(bytes: Uint8Array, text: string): boolean {
  return asciiOf(bytes, 0, text.length) === text;
}
