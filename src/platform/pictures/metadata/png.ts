/** What chunks of a PNG say beside its pixels (PNG third edition, 11.3): `eXIf`, texts, `tIME`. */
import { readDate } from '../../../engine/formats/dates/read-date.ts';
import { inflate } from './inflate.ts';

const SIGNATURE_BYTES = 8;
/** Length, kind and checksum of a chunk. */
const FRAME_BYTES = 12;
/** Longer texts are not read. */
const MAX_TEXT_BYTES = 4 * 2 ** 20;
/** Of one kind; a file of nothing but small texts would take long. */
const MAX_CHUNKS = 100;
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

/** The blocks of a PNG, the first one of each kind. Never rejects. @param bytes of the file. Untrusted. */
export async function pngBlocks(bytes: Uint8Array): Promise<PngBlocks> {
  let blocks: PngBlocks = {};
  for (const { kind, data } of chunks(bytes)) blocks = { ...(await blockOf(kind, data)), ...blocks };
  return blocks;
}

/** Chunks that may say something. */
function* chunks(bytes: Uint8Array): Generator<{ kind: string; data: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = SIGNATURE_BYTES; at + FRAME_BYTES <= bytes.length && count < MAX_CHUNKS; ) {
    const length = view.getUint32(at);
    const kind = latin1(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'IEND' || data.length < length) return;
    if (KINDS.has(kind)) {
      count++;
      yield { kind, data };
    }
    at += FRAME_BYTES + length;
  }
}

async function blockOf(kind: string, data: Uint8Array): Promise<PngBlocks> {
  if (kind === 'eXIf') return { exif: data };
  if (kind === 'tIME') return data.length === 7 ? { time: timeOf(data) } : {};
  const text = await textOf(kind, data);
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

async function textOf(kind: string, data: Uint8Array): Promise<Text | undefined> {
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

/** Undefined for what is damaged, and for a little that becomes very much. */
async function inflated(keyword: string, bytes: Uint8Array): Promise<Text | undefined> {
  const content = await inflate(bytes, MAX_TEXT_BYTES);
  return content && { keyword, bytes: content };
}

/** A line break, the kind, the length in bytes, and the bytes as hexadecimal digits. */
function profileOf(kind: string, bytes: Uint8Array): PngBlocks {
  const [, digits = ''] = /^\s*[\w-]+\s+\d+\s([0-9a-f\s]*)/i.exec(latin1(bytes.subarray(0, MAX_TEXT_BYTES))) ?? [];
  const content = Uint8Array.from(digits.replace(/\s+/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (content.length === 0) return {};
  if (kind === 'exif') return { exif: content };
  if (kind === 'xmp') return { xmp: content };
  if (kind === 'iptc') return { iptc: content };
  // Either of the two that JPEG keeps in such segments
  if (kind === 'app1') return latin1(content.subarray(0, 4)) === 'Exif' ? { exif: content } : { xmp: content };
  return {};
}

/** A decoder of Latin-1 takes it for Windows-1252, and as arguments of one call too many bytes are too many. */
function latin1(bytes: Uint8Array): string {
  const STEP = 4096;
  let text = '';
  for (let at = 0; at < bytes.length; at += STEP) text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return text;
}
