/** What pictures say of their size in their headers, so that those that are too large are never decoded. Untrusted bytes. */
import { avifSize } from './avif.ts';
import { brandsOf } from './boxes.ts';
import { asciiOf } from './bytes.ts';
import { isGif } from './gif.ts';
import { isJpeg, jpegSize } from './jpeg.ts';
import { isPng, pngSize } from './png.ts';
import { isWebp, webpSize } from './webp.ts';

export interface StatedSize {
  readonly width: number;
  readonly height: number;
}

/** In pixels, before it is turned. Undefined where the format is not known, or does not say. */
export function statedSize(bytes: Uint8Array): StatedSize | undefined {
  if (isJpeg(bytes)) return jpegSize(bytes);
  if (isPng(bytes)) return pngSize(bytes);
  if (isWebp(bytes)) return webpSize(bytes);
  if (isGif(bytes)) return pair(bytes, 6, (view, at) => view.getUint16(at, true), 2);
  if (asciiOf(bytes, 0, 2) === 'BM') return pair(bytes, 18, (view, at) => Math.abs(view.getInt32(at, true)), 4);
  return brandsOf(bytes).length > 0 ? avifSize(bytes) : undefined;
}

function pair(
  bytes: Uint8Array,
  at: number,
  read: (view: DataView, at: number) => number,
  width: number,
): StatedSize | undefined {
  if (bytes.length < at + 2 * width) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: read(view, at), height: read(view, at + width) };
}
