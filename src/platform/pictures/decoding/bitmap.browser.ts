/** From the bytes of a file to a picture that the browser draws, or a refusal. */
import { withTimeLimit } from '../../../engine/async/timeouts.ts';
import { sequenceOf } from '../containers/avif.ts';
import { bmpMissing } from '../containers/bmp.ts';
import { concat } from '../containers/bytes.ts';
import { isCutAnimation, isGif } from '../containers/gif.ts';
import { isJpeg, lacksScans, mendJpeg, withFilling } from '../containers/jpeg.ts';
import { isPng } from '../containers/png.ts';
import { pngDamage } from '../containers/png-damage.ts';
import { isWebp, mendWebp, missingBytes } from '../containers/webp.ts';
import { TIMEOUT_SECONDS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Size } from '../square/square.ts';
import { type Drawable, drawn, turned } from './canvas.browser.ts';
import { mended, refuseMissing, withoutZeros } from './mend.ts';

/** What can be drawn, upright. */
export interface Upright extends Size {
  readonly source: Drawable;
  /** Give the memory back. */
  close(): void;
}

/** What browsers draw the beginning of without a word. @throws Error */
export function refuseDamage(bytes: Uint8Array): void {
  refuseMissing(bytes);
  const damage = isPng(bytes) ? pngDamage(bytes) : undefined;
  if (damage !== undefined) throw new Error(damage);
  const missing = isWebp(bytes) && !mendWebp(bytes) ? missingBytes(bytes) : bmpMissing(bytes);
  if (missing > 0) throw new Error(`${missing} bytes are missing at its end`);
  if (isJpeg(bytes) && lacksScans(bytes)) throw new Error('scans are missing at its end');
}

/** Whether other frames than the first can be relied on. */
export function isWholeAnimation(bytes: Uint8Array): boolean {
  return !isGif(bytes) || !isCutAnimation(bytes);
}

/**
 * The picture, or the first frame of an animation, turned as it says.
 * @param orientation 1 to 8, as EXIF says it
 * @throws Error where the browser does not decode it, or pixels are missing
 */
export async function openBitmap(bytes: Uint8Array, orientation: number): Promise<Upright> {
  if (orientation > 1 && (isPng(bytes) || isWebp(bytes))) return turnedBitmap(bytes, orientation);
  const bitmap = await bitmapOf(withoutZeros(bytes), 'from-image');
  if (isJpeg(bytes)) await refuseUnfinished(bytes, bitmap);
  return upright(bitmap);
}

/** Chromium turns no WebP, and what others do with PNG and WebP differs: here it is done by hand. */
async function turnedBitmap(bytes: Uint8Array, orientation: number): Promise<Upright> {
  const bitmap = await bitmapOf(bytes, 'none');
  const { element, width, height } = turned(bitmap, orientation);
  bitmap.close();
  return { source: element, width, height, close: () => {} };
}

function upright(bitmap: ImageBitmap): Upright {
  return { source: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() };
}

/** An IEND chunk, without which browsers show no PNG, whatever is there. */
const PNG_END = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

/** What fails is tried again with what is missing at its end and holds no pixels. */
async function bitmapOf(bytes: Uint8Array, imageOrientation: ImageOrientation): Promise<ImageBitmap> {
  const decode = (content: Uint8Array) =>
    inTime(createImageBitmap(new Blob([content as Uint8Array<ArrayBuffer>]), { imageOrientation }));
  try {
    return await decode(bytes);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const whole = isPng(bytes) ? concat([bytes, PNG_END]) : mended(bytes);
    if (!whole) throw error;
    return decode(whole);
  }
}

/** The picture; or, where it was built to be slow, a refusal: the browser goes on with it, and others are read meanwhile. */
export async function inTime<T extends { close(): void }>(decoding: Promise<T>): Promise<T> {
  return withTimeLimit(1000 * TIMEOUT_SECONDS, decoding, () => {
    decoding.then((late) => late.close()).catch(() => undefined);
    throw new Refusal(`Decoding took longer than ${TIMEOUT_SECONDS} seconds and was given up.`);
  });
}

/** Longest side of what is compared. */
const LOOK_SIZE = 512;

/**
 * Browsers show a JPEG that ends early with grey below. Where its end marker is missing, bytes are put behind it: if it is
 * whole they change nothing, else they become pixels.
 */
async function refuseUnfinished(bytes: Uint8Array, bitmap: ImageBitmap): Promise<void> {
  if (bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9) return; // as nearly all of them end
  const jpeg = mendJpeg(bytes);
  if (jpeg.hasEnd) return;
  const filled = await bitmapOf(withFilling(jpeg), 'from-image');
  const scale = Math.min(1, LOOK_SIZE / Math.max(bitmap.width, bitmap.height));
  const size = { width: Math.ceil(bitmap.width * scale), height: Math.ceil(bitmap.height * scale) };
  const [as, other] = [bitmap, filled].map(
    (one) => drawn(one, size).context.getImageData(0, 0, size.width, size.height).data,
  );
  filled.close();
  if (as?.some((value, i) => value !== other?.[i])) throw new Error('pixels are missing at its end');
}

const TYPES: readonly [string, (bytes: Uint8Array) => boolean][] = [
  ['image/gif', isGif],
  ['image/webp', isWebp],
  ['image/avif', (bytes) => sequenceOf(bytes) !== 'none'],
];

/** Whether it is of a format of animations: looking at pixels for what moves takes milliseconds. */
export function mayMove(bytes: Uint8Array): boolean {
  return TYPES.some(([, isOne]) => isOne(bytes));
}

/** The frames of an animation; undefined for all else, and where the browser shows no single ones. */
export async function openFrames(
  bytes: Uint8Array,
): Promise<{ readonly count: number; frame(at: number): Promise<VideoFrame>; close(): void } | undefined> {
  const type = TYPES.find(([, isOne]) => isOne(bytes))?.[0];
  if (type === undefined || !('ImageDecoder' in globalThis)) return undefined;
  const decoder = new ImageDecoder({ data: bytes as Uint8Array<ArrayBuffer>, type });
  await decoder.tracks.ready;
  const count = decoder.tracks.selectedTrack?.frameCount ?? 1;
  return {
    count,
    frame: async (frameIndex) => (await decoder.decode({ frameIndex })).image,
    close: () => decoder.close(),
  };
}
