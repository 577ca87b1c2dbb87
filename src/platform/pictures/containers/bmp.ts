/** Headers of Windows bitmaps: untrusted bytes. */
import { asciiOf } from './bytes.ts';

const FILE_HEADER = 14;
/** Length of the header of OS/2, which has sides of two bytes. */
const CORE = 12;
/** Of BITMAPINFOHEADER; longer ones begin as it does. */
const INFO = 40;
/** Pixels as they are, the second with masks for their colours. */
const UNCOMPRESSED = [0, 3];

export function isBmp(bytes: Uint8Array): boolean {
  return asciiOf(bytes, 0, 2) === 'BM';
}

/** In pixels; undefined where the header ends before it says so. */
export function bmpSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const header = headerOf(bytes);
  return header && { width: header.width, height: header.height };
}

/** How many bytes of pixels are missing at the end, but for those that fill up the last line. */
export function bmpMissing(bytes: Uint8Array): number {
  const header = headerOf(bytes);
  if (!header || !UNCOMPRESSED.includes(header.compression)) return 0;
  const { start, width, height, bits } = header;
  const line = 4 * Math.ceil((width * bits) / 32);
  const needed = line * (height - 1) + Math.ceil((width * bits) / 8);
  return Math.max(0, start + needed - bytes.length);
}

function headerOf(bytes: Uint8Array) {
  if (!isBmp(bytes) || bytes.length < FILE_HEADER + CORE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(10, true);
  if (view.getUint32(FILE_HEADER, true) === CORE) {
    const [width, height, bits] = [18, 20, 24].map((at) => view.getUint16(at, true)) as [number, number, number];
    return { start, width, height, bits, compression: 0 };
  }
  if (bytes.length < FILE_HEADER + INFO) return undefined;
  // From top to bottom where the height is below zero.
  const [width, height] = [18, 22].map((at) => Math.abs(view.getInt32(at, true))) as [number, number];
  return { start, width, height, bits: view.getUint16(28, true), compression: view.getUint32(30, true) };
}
