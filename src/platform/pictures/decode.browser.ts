import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { lookOf } from '../../engine/similar/describe-look.ts';
import type { DecodedPicture, Rendition } from '../../indexing/ports.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import { isJpeg } from './containers/jpeg.ts';
import { isPng } from './containers/png.ts';
import { pngDamage } from './containers/png-damage.ts';
import { isRaw, NO_PREVIEW, rawPreview } from './containers/raw-preview.ts';
import { statedSize } from './containers/stated-size.ts';
import { isXml, sizeSvg } from './containers/svg/svg.ts';
import { repeatedElements } from './containers/svg/svg-repeats.ts';
import {
  isWholeAnimation,
  mayMove,
  openBitmap,
  openFrames,
  refuseDamage,
  type Upright,
} from './decoding/bitmap.browser.ts';
import { createBudget } from './decoding/budget.ts';
import { type Canvas, drawn, encoded, flattened, sizeInside } from './decoding/canvas.browser.ts';
import type { Raw } from './decoding/raw.ts';
import { reasonOf } from './decoding/reasons.browser.ts';
import { chooseFrame, LOOK_SIZE, MIN_SHOWN, shownShare } from './decoding/shown/frames.ts';
import { groundFor, isSeen, WHITE } from './decoding/shown/ground.ts';
import { openSmaller } from './decoding/smaller.browser.ts';
import { decodeHeicInBrowser } from './heic/heic.browser.ts';
import { isHeic } from './heic/heic.ts';
import { MAX_PIXELS } from './limits.ts';
import { readMetadata } from './metadata/read-metadata.ts';
import { Refusal } from './refusal.ts';
import { resampleSquare } from './square/resample.ts';
import { leastSide, type Size, squareIn } from './square/square.ts';

/** Longest side of a thumbnail and of a preview, in pixels, as Node has them. */
const THUMBNAIL_SIZE = 320;
const PREVIEW_SIZE = 1024;
/** Pixels that are decoded at a time, of four bytes each: one photograph of a large camera. */
const PIXELS_AT_A_TIME = 64e6;
/** The page parses drawings, and does nothing else meanwhile. */
const MAX_SVG_BYTES = 8 * 2 ** 20;
/** Chromium draws 10,000 copies in a second, and 100,000 in more than ten. */
const MAX_REPEATED = 20_000;
const REPEATS = 'It is a drawing that repeats its parts too often to be drawn in a browser.';

export type DecodeStep = 'decode' | 'pixels' | 'thumbnail' | 'preview';

export interface BrowserDecoderOptions {
  readonly preprocessor: Preprocessor;
  /** Draws an SVG, which no worker can: see `LibraryPage`. */
  readonly draw: (svg: Uint8Array<ArrayBuffer>, width: number, height: number) => Promise<ImageBitmap>;
  /** Told what the steps of a picture took, in milliseconds. */
  readonly onStep?: (step: DecodeStep, milliseconds: number) => void;
}

export interface BrowserDecoder {
  /**
   * @param withPreview whether a larger copy is made, for originals that cannot be read again
   * @throws AfterimageError `picture-unreadable`, the reason as its message
   */
  decode(bytes: Uint8Array, withPreview: boolean): Promise<DecodedPicture>;
}

/** Pictures through what the browser decodes, and SVG through its page: their first frame, or one that shows something. */
export function createBrowserDecoder(options: BrowserDecoderOptions): BrowserDecoder {
  const budget = createBudget(PIXELS_AT_A_TIME);
  return {
    async decode(bytes, withPreview) {
      let shown = bytes;
      try {
        shown = shownIn(bytes);
        return await budget.within(pixelsOf(shown), () => decode(bytes, shown, withPreview, options));
      } catch (error) {
        throw failureOf(error, shown);
      }
    },
  };
}

/** Of the picture; or what it was decoded with could not be loaded, which says nothing of the picture. */
function failureOf(error: unknown, bytes: Uint8Array): AfterimageError {
  const coded = error instanceof Error ? toAfterimageError(error) : undefined;
  if (coded && coded.code !== 'internal') return coded;
  return new AfterimageError('picture-unreadable', reasonOf(error, bytes), { cause: error });
}

/** @throws Refusal, Error before anything is decoded */
function pixelsOf(bytes: Uint8Array): number {
  if (bytes.length === 0) throw new Refusal('The file is empty.');
  const { width, height } = statedSize(bytes) ?? { width: 0, height: 0 };
  if (width * height <= MAX_PIXELS) return width * height;
  const damage = isPng(bytes) ? pngDamage(bytes) : undefined;
  if (damage !== undefined) throw new Error(damage); // its size is not what was written
  throw new Refusal(`The picture has more than ${Math.floor(MAX_PIXELS / 1e6)} megapixels, the most that is read.`);
}

/** @param shown what of the file is shown: all of it, or the JPEG in it */
async function decode(
  bytes: Uint8Array,
  shown: Uint8Array,
  withPreview: boolean,
  { preprocessor, draw, onStep = () => {} }: BrowserDecoderOptions,
): Promise<DecodedPicture> {
  const timed = async <T>(step: DecodeStep, work: () => T | Promise<T>) => {
    const start = performance.now();
    const result = await work();
    onStep(step, performance.now() - start);
    return result;
  };
  const { orientation, ...metadata } = await readMetadata(bytes);
  const opened = await timed('decode', () => open(shown, orientation, draw));
  try {
    const { picture, size } = opened;
    const base = await timed('decode', () => readBase(picture, shown));
    const rgb = await timed('pixels', () => toSquare(base, picture, size, preprocessor));
    const small = sizeInside(base.canvas, THUMBNAIL_SIZE);
    const copy = (at: Size) => encoded(base.canvas, at, base.ground, opened.isPhotograph);
    const thumbnail = await timed('thumbnail', () => copy(small));
    const isSmall = small.width === base.canvas.width && small.height === base.canvas.height;
    const toPreview = async () => (isSmall ? ('thumbnail' as const) : copy(base.canvas));
    const preview: Rendition | 'thumbnail' | null = withPreview ? await timed('preview', toPreview) : null;
    const look = await timed('pixels', () => lookOf(base.raw));
    return { ...size, ...look, metadata, pixels: { size: preprocessor.imageSize, rgb }, thumbnail, preview };
  } finally {
    opened.picture.close();
  }
}

interface Opened {
  /** As it can be drawn. */
  readonly picture: Upright;
  /** Its own. */
  readonly size: Size;
  /** Of a format that cameras write: it has no sharp edges, and nothing in it is transparent. */
  readonly isPhotograph: boolean;
}

async function open(bytes: Uint8Array, orientation: number, draw: BrowserDecoderOptions['draw']): Promise<Opened> {
  if (isXml(bytes)) {
    const { bitmap, size } = await drawSvg(bytes, draw);
    const { width, height } = bitmap;
    return { picture: { source: bitmap, width, height, close: () => bitmap.close() }, size, isPhotograph: false };
  }
  if (isHeic(bytes)) return openHeic(bytes);
  refuseDamage(bytes);
  const smaller = await openSmaller(bytes);
  if (smaller) return { ...smaller, isPhotograph: true };
  const picture = await openBitmap(bytes, orientation);
  return { picture, size: { width: picture.width, height: picture.height }, isPhotograph: isJpeg(bytes) };
}

async function openHeic(bytes: Uint8Array): Promise<Opened> {
  const { width, height, rgba } = await decodeHeicInBrowser(bytes as Uint8Array<ArrayBuffer>);
  const pixels = new ImageData(new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, rgba.length), width, height);
  const bitmap = await createImageBitmap(pixels);
  const picture = { source: bitmap, width, height, close: () => bitmap.close() };
  return { picture, size: { width, height }, isPhotograph: true };
}

/** Of a RAW file the JPEG that the camera put into it; all else as it is. */
function shownIn(bytes: Uint8Array): Uint8Array {
  if (!isRaw(bytes)) return bytes;
  const preview = rawPreview(bytes);
  if (preview) return preview.jpeg;
  throw new Refusal(NO_PREVIEW);
}

async function drawSvg(bytes: Uint8Array, draw: BrowserDecoderOptions['draw']) {
  if (bytes.length > MAX_SVG_BYTES) {
    throw new Refusal(
      `It is a drawing of more than ${MAX_SVG_BYTES / 2 ** 20} MiB, the most that is drawn in a browser.`,
    );
  }
  const drawing = sizeSvg(bytes, PREVIEW_SIZE);
  if (!drawing) throw new Error('it is no drawing');
  if (repeatedElements(new TextDecoder().decode(drawing.bytes)) > MAX_REPEATED) throw new Refusal(REPEATS);
  const scale = PREVIEW_SIZE / Math.max(drawing.width, drawing.height);
  const [width, height] = [drawing.width, drawing.height].map((side) => Math.max(1, Math.round(side * scale)));
  const bitmap = await draw(Uint8Array.from(drawing.bytes), width ?? 1, height ?? 1);
  return { bitmap, size: { width: drawing.width, height: drawing.height } };
}

/** The picture at the size of a preview, on a ground on which it is seen. */
interface Base {
  readonly canvas: Canvas;
  readonly raw: Raw;
  readonly ground: string;
  /** Whether it is the picture itself, and no other frame of it. */
  readonly isFirst: boolean;
}

async function readBase(picture: Upright, bytes: Uint8Array): Promise<Base> {
  const canvas = drawn(picture.source, sizeInside(picture, PREVIEW_SIZE));
  const first = flattened(canvas, WHITE);
  const other = mayMove(bytes) ? await otherFrame(bytes, first.raw) : undefined;
  const onWhite = other ? flattened(other, WHITE) : first;
  const chosen = other ?? canvas;
  const ground = onWhite.drawn === 1 || isSeen(onWhite.raw) ? WHITE : groundFor(onWhite.raw, onWhite.drawn);
  const { raw } = ground === WHITE ? onWhite : flattened(chosen, ground);
  return { canvas: chosen, raw, ground, isFirst: other === undefined };
}

/** Of an animation that begins with nothing, the frame that stands for it. @throws Error where that cannot be told */
async function otherFrame(bytes: Uint8Array, first: Raw): Promise<Canvas | undefined> {
  const shown = shownShare(first);
  if (shown >= MIN_SHOWN) return undefined;
  if (!isWholeAnimation(bytes)) throw new Error('of an animation that begins with nothing other frames are missing');
  const frames = await openFrames(bytes);
  if (!frames) return undefined;
  const at = async (frame: number, longest: number) => {
    const image = await frames.frame(frame);
    const canvas = drawn(image, sizeInside({ width: image.displayWidth, height: image.displayHeight }, longest));
    image.close();
    return canvas;
  };
  try {
    if (frames.count < 2) return undefined;
    const look = async (frame: number) => flattened(await at(frame, LOOK_SIZE), WHITE).raw;
    const frame = await chooseFrame(frames.count, shown, look);
    return frame === 0 ? undefined : await at(frame, PREVIEW_SIZE);
  } finally {
    frames.close();
  }
}

/** The pixels that the vision tower takes; of a strip, from a copy that keeps enough of its shorter side. */
function toSquare(
  { raw, ground, isFirst }: Base,
  picture: Upright,
  size: Size,
  preprocessor: Preprocessor,
): Uint8Array {
  const { resample, shortestEdge } = preprocessor;
  const isEnough = Math.min(raw.width, raw.height) >= leastSide(picture, preprocessor);
  if (isEnough || !isFirst) return resampleSquare(raw, squareIn(size, preprocessor), resample);
  if (shortestEdge === null) {
    const most = (side: number) => Math.min(side, PREVIEW_SIZE);
    const whole = drawn(picture.source, { width: most(picture.width), height: most(picture.height) });
    return resampleSquare(flattened(whole, ground).raw, squareIn(whole, preprocessor), resample);
  }
  const side = Math.min(picture.width, picture.height);
  const left = Math.floor((picture.width - side) / 2);
  const top = Math.floor((picture.height - side) / 2);
  const edge = Math.min(side, PREVIEW_SIZE);
  const middle = drawn(picture.source, { width: edge, height: edge }, { left, top, width: side, height: side });
  return resampleSquare(flattened(middle, ground).raw, squareIn(middle, preprocessor), resample);
}
