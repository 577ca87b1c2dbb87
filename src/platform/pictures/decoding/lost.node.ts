import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import sharp from 'sharp';
import { isCutAnimation, isGif } from '../containers/gif.ts';
import { isJpeg, lacksScans, mendJpeg, withFilling } from '../containers/jpeg.ts';
import { deflatedStrips } from '../containers/tiff/tiff.ts';
import { MAX_PIXELS } from '../limits.ts';
import type { Input } from './input.node.ts';
import type { Raw } from './raw.node.ts';
import { MIN_SHOWN, shownShare } from './shown/frames.ts';

/** libvips asks for warnings before it reads so many lines, so those of the last ones go unnoticed. */
const UNWATCHED_LINES = 16;

/**
 * Look again at what was read of a file that ends early, or has checksums that nobody looked at.
 * @param bytes of the file, as it is
 * @param input what was read of it
 * @param base its pixels
 * @throws Error where pixels are missing that decoders make up without a word
 */
export async function refuseLost(bytes: Uint8Array, input: Input, base: Raw): Promise<void> {
  if (isJpeg(bytes)) return refuseUnfinished(bytes);
  for (const strip of deflatedStrips(bytes)) await refuseWrongChecksum(strip);
  // Its decoder makes a frame up to where it ends.
  const isFirst = () => input.options.page === undefined && shownShare(base) >= MIN_SHOWN;
  if (isGif(bytes) && isCutAnimation(bytes) && !isFirst()) {
    throw new Error('of an animation that begins with nothing other frames are missing');
  }
}

async function refuseUnfinished(bytes: Uint8Array): Promise<void> {
  if (bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9) return; // as nearly all of them end
  const mended = mendJpeg(bytes);
  if (mended.hasEnd) return;
  if (lacksScans(mended.bytes)) throw new Error('scans are missing at its end');
  const [as, filled] = await Promise.all([mended.bytes, withFilling(mended)].map(lastLines));
  if (as && filled && !as.equals(filled)) throw new Error('pixels are missing at its end');
}

async function lastLines(jpeg: Uint8Array): Promise<Buffer> {
  const options = { failOn: 'none', limitInputPixels: MAX_PIXELS, ignoreIcc: true } as const;
  const { width, height } = await sharp(jpeg, options).metadata();
  const lines = Math.min(height, UNWATCHED_LINES);
  return sharp(jpeg, options)
    .extract({ left: 0, top: height - lines, width, height: lines })
    .raw()
    .toBuffer();
}

/** libtiff ends with the last pixel, before the checksum of Deflate (RFC 1950). */
async function refuseWrongChecksum(strip: Uint8Array): Promise<void> {
  const error = await promisify(inflate)(strip, { maxOutputLength: 4 * MAX_PIXELS }).then(
    () => undefined,
    (caught: NodeJS.ErrnoException) => caught,
  );
  // What begins otherwise is Deflate in another order of bits.
  if (error?.code === 'Z_DATA_ERROR' && error.message !== 'incorrect header check') {
    throw new Error('the checksum of its Deflate data is wrong');
  }
}
