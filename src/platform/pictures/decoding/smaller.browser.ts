/** Large photographs, decoded at a part of their size: JPEG is made of frequencies, of which the highest are left out. */
import { isJpeg, jpegSize } from '../containers/jpeg.ts';
import { Refusal } from '../refusal.ts';
import type { Size } from '../square/square.ts';
import { inTime, type Upright } from './bitmap.browser.ts';

/** What a smaller picture has to keep, in pixels: the longest side that is drawn, and enough of the other one. */
const LONGEST = 1024;
const SHORTEST = 512;
/** JPEG comes in eighths; above a half nothing is gained. */
const PARTS = 8;
const MOST_PARTS = 4;

/**
 * A JPEG of more than twice the pixels that are drawn, upright, in a third of the time that all of it takes.
 * @returns with the size of the whole picture; undefined where it is not large, or where the browser decodes no part of it:
 * then it is decoded as a whole, which also tells what is wrong with it
 * @throws Refusal where it takes too long
 */
export async function openSmaller(bytes: Uint8Array): Promise<{ picture: Upright; size: Size } | undefined> {
  const wanted = 'ImageDecoder' in globalThis ? partOf(bytes) : undefined;
  if (!wanted) return undefined;
  const { whole, part } = wanted;
  const decoder = new ImageDecoder({
    data: bytes as Uint8Array<ArrayBuffer>,
    type: 'image/jpeg',
    desiredWidth: part.width,
    desiredHeight: part.height,
  });
  const frame = await inTime(decoder.decode().then(({ image }) => image)).catch((error: unknown) => {
    if (error instanceof Refusal) throw error;
    return undefined;
  });
  decoder.close();
  if (!frame) return undefined;
  const { displayWidth: width, displayHeight: height } = frame;
  const isTurned = width < height !== part.width < part.height;
  // What says nothing of turning may not be turned.
  if (Math.max(width, height) >= Math.max(whole.width, whole.height) || !('rotation' in frame)) {
    frame.close();
    return undefined;
  }
  const size = isTurned ? { width: whole.height, height: whole.width } : whole;
  return { picture: { source: frame, width, height, close: () => frame.close() }, size };
}

/** Where a JPEG that ends as it should is large: its size, and the one to decode it at. */
function partOf(bytes: Uint8Array): { readonly whole: Size; readonly part: Size } | undefined {
  const isEnded = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  const whole = isJpeg(bytes) && isEnded ? jpegSize(bytes) : undefined;
  if (!whole) return undefined;
  const longest = Math.max(whole.width, whole.height);
  const shortest = Math.min(whole.width, whole.height);
  const parts = Math.ceil(PARTS * Math.max(LONGEST / longest, SHORTEST / shortest));
  if (parts > MOST_PARTS) return undefined;
  const scaled = (side: number) => Math.ceil((side * parts) / PARTS);
  return { whole, part: { width: scaled(whole.width), height: scaled(whole.height) } };
}
