/** What chunks of a PNG say of dates (PNG third edition, 11.3): `eXIf`, texts, `tIME`. */
import { inflateSync } from 'node:zlib';
import { readDate } from '../../../engine/formats/dates/read-date.ts';

const SIGNATURE_BYTES = 8;
/** Length, kind and checksum of a chunk. */
const FRAME_BYTES = 12;
/** Longer texts are not read. */
const MAX_TEXT_BYTES = 4 * 2 ** 20;
const MAX_KEYWORD = 79;

const KINDS = new Set(['eXIf', 'tIME', 'tEXt', 'zTXt', 'iTXt']);
const CREATION_TIME = 'creation time';
const XMP = 'xml:com.adobe.xmp';
/** Where ImageMagick puts blocks of other formats, as hexadecimal digits. */
const PROFILE = 'raw profile type ';

export interface PngBlocks {
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  readonly iptc?: Uint8Array;
  /** The text of `Creation Time`. */
  readonly creationTime?: string;
  /** When it was last changed, ISO 8601 in UTC. */
  readonly time?: string | undefined;
}

/** The blocks of a PNG, the first one of each kind. Never throws. @param bytes of the file. Untrusted. */
export function pngBlocks(bytes: Uint8Array): PngBlocks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let blocks: PngBlocks = {};
  for (let at = SIGNATURE_BYTES; at + FRAME_BYTES <= bytes.length; ) {
    const length = view.getUint32(at);
    const kind = latin1(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'IEND' || data.length < length) break;
    if (KINDS.has(kind)) blocks = { ...blockOf(kind, data), ...blocks };
    at += FRAME_BYTES + length;
  }
  return blocks;
}

function blockOf(kind: string, data: Uint8Array): PngBlocks {
  if (kind === 'eXIf') return { exif: data };
  if (kind === 'tIME') return data.length === 7 ? { time: timeOf(data) } : {};
  const text = textOf(kind, data);
  if (!text) return {};
  const keyword = text.keyword.toLowerCase();
  if (keyword === CREATION_TIME) return { creationTime: latin1(text.bytes.subarray(0, 200)) };
  if (keyword === XMP) return { xmp: text.bytes };
  return keyword.startsWith(PROFILE) ? profileOf(keyword.slice(PROFILE.length), text.bytes) : {};
}

function timeOf(data: Uint8Array): string | undefined {
  const [high = 0, low = 0, ...rest] = data;
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest;
  return readDate(`${256 * high + low}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

interface Text {
  readonly keyword: string;
  readonly bytes: Uint8Array;
}

function textOf(kind: string, data: Uint8Array): Text | undefined {
  const end = data.indexOf(0);
  if (end < 1 || end > MAX_KEYWORD) return undefined;
  const keyword = latin1(data.subarray(0, end));
  const rest = data.subarray(end + 1);
  if (kind === 'tEXt') return { keyword, bytes: rest };
  if (kind === 'zTXt') return inflated(keyword, rest.subarray(1));
  // Compressed or not, how, language, keyword in that language
  const language = rest.indexOf(0, 2);
  const translated = language < 0 ? -1 : rest.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const content = rest.subarray(translated + 1);
  return rest[0] === 1 ? inflated(keyword, content) : { keyword, bytes: content };
}

function inflated(keyword: string, bytes: Uint8Array): Text | undefined {
  try {
    return { keyword, bytes: inflateSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }) };
  } catch {
    return undefined; // damaged, or a little that becomes very much
  }
}

/** A line break, the kind, the length in bytes, and the bytes as hexadecimal digits. */
function profileOf(kind: string, bytes: Uint8Array): PngBlocks {
  const [, digits = ''] = /^\s*[\w-]+\s+\d+\s([0-9a-f\s]*)/i.exec(latin1(bytes.subarray(0, MAX_TEXT_BYTES))) ?? [];
  const content = Buffer.from(digits.replace(/\s+/g, ''), 'hex');
  if (content.length === 0) return {};
  if (kind === 'exif') return { exif: content };
  if (kind === 'xmp') return { xmp: content };
  if (kind === 'iptc') return { iptc: content };
  // Either of the two that JPEG keeps in such segments
  if (kind === 'app1') return content.toString('latin1', 0, 4) === 'Exif' ? { exif: content } : { xmp: content };
  return {};
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
