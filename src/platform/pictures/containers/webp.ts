/** Chunks of a WebP file (RFC 9649): untrusted bytes. */
import { asciiOf, concat } from './bytes.ts';

const METADATA = new Set(['EXIF', 'XMP ']);
/** As many zeros never end what an arithmetic or Huffman coder wrote. */
const ZEROS = 32;
const FEW_ZEROS = 3;
const PICTURES = new Set(['VP8 ', 'VP8L', 'ANMF']);

export function isWebp(bytes: Uint8Array): boolean {
  return name(bytes, 0) === 'RIFF' && name(bytes, 8) === 'WEBP';
}

/**
 * A file that ends in the middle of its metadata, without them, or before the filling byte of a picture, with it: all
 * pixels are there. Undefined where the end of a picture is missing, or nothing.
 */
export function mendWebp(bytes: Uint8Array): Uint8Array | undefined {
  let end = 12;
  for (const { start, length } of chunks(bytes)) {
    const whole = start + 8 + length;
    if (whole > bytes.length) {
      return METADATA.has(name(bytes, start)) ? withSize(bytes.subarray(0, end)) : undefined;
    }
    if (whole === bytes.length && length % 2 === 1) return withSize(concat([bytes, Uint8Array.of(0)]));
    end = whole + (length % 2);
  }
  return end < bytes.length ? withSize(bytes.subarray(0, end)) : undefined;
}

/** Whether the end of the picture, or of the first frame, was never written. Its decoders take zeros for pixels and do not complain. */
export function endsInZeros(bytes: Uint8Array): boolean {
  const picture = [...chunks(bytes)].find(({ start }) => PICTURES.has(name(bytes, start)));
  if (!picture) return false;
  const end = picture.start + 8 + picture.length;
  const data = bytes.subarray(picture.start + 8, end);
  // Where zeros follow too, they began somewhere before.
  const zeros = name(bytes, end + (picture.length % 2)) === '\0\0\0\0' ? FEW_ZEROS : ZEROS;
  return data.length > zeros && data.subarray(-zeros).every((byte) => byte === 0);
}

/** How many bytes are missing at the end, by the length that the file itself says. */
export function missingBytes(bytes: Uint8Array): number {
  if (bytes.length < 12) return 0;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(4, true);
  return Math.max(0, length + 8 - bytes.length);
}

/** Of its canvas or its picture; undefined where neither is found. */
export function webpSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const first = [...chunks(bytes)].find(({ start, length }) => start + 8 + Math.min(length, 10) <= bytes.length);
  if (!first || first.length < 10 || first.start + 18 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + first.start + 8, 10);
  const kind = name(bytes, first.start);
  if (kind === 'VP8X') {
    const side = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 2 ** 16 + 1;
    return { width: side(4), height: side(7) };
  }
  if (kind === 'VP8L') {
    const bits = view.getUint32(1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 'VP8 ') return undefined;
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
}

/** What a chunk holds; undefined where there is none, or its end is missing. */
export function webpChunk(bytes: Uint8Array, kind: string): Uint8Array | undefined {
  const found = [...chunks(bytes)].find(({ start }) => name(bytes, start) === kind);
  const content = found && bytes.subarray(found.start + 8, found.start + 8 + found.length);
  return content?.length === found?.length ? content : undefined;
}

function withSize(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  new DataView(copy.buffer).setUint32(4, copy.length - 8, true);
  return copy;
}

function* chunks(bytes: Uint8Array): Generator<{ start: number; length: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 12; start + 8 <= bytes.length; ) {
    const length = view.getUint32(start + 4, true);
    yield { start, length };
    start += 8 + length + (length % 2);
  }
}

function name(bytes: Uint8Array, at: number): string {
  return asciiOf(bytes, at, at + 4);
}
