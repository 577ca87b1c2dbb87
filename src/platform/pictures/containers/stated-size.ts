/** What pictures say of their size in their headers, so that those that are too large are never decoded. Untrusted bytes. */
import { avifSize } from './avif.ts';
import { bmpSize, isBmp } from './bmp.ts';
import { brandsOf } from './boxes.ts';
import { gifSize, isGif } from './gif.ts';
import { isJpeg, jpegSize } from './jpeg.ts';
import { isPng, pngSize } from './png.ts';
import { isTiff, tiffSize } from './tiff/tiff.ts';
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
  if (isGif(bytes)) return gifSize(bytes);
  if (isBmp(bytes)) return bmpSize(bytes);
  if (isTiff(bytes)) return tiffSize(bytes);
  return brandsOf(bytes).length > 0 ? avifSize(bytes) : undefined;
}
