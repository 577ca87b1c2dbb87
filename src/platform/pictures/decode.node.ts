import sharp from 'sharp';
import { AfterimageError } from '../../engine/errors.ts';
import { lookOf } from '../../engine/similar/describe-look.ts';
import type { DecodedPicture, PictureDecoder, PictureMetadata, Rendition } from '../../indexing/ports.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import { isJpeg, JPEG_DAMAGE } from './containers/jpeg.ts';
import { rawPreview } from './containers/raw-preview.ts';
import { createGate } from './decoding/exclusive.ts';
import { type Input, openInput, readInput, type Strictness } from './decoding/input.node.ts';
import { refuseLost } from './decoding/lost.node.ts';
import { mended, refuseMissing, withoutZeros } from './decoding/mend.ts';
import { fromRaw, inside, type Raw } from './decoding/raw.node.ts';
import { isCertain, reasonOf, wordsOf } from './decoding/reasons.node.ts';
import { refuseFalseBlank } from './decoding/shown/blank.node.ts';
import { showingFrame } from './decoding/shown/frames.node.ts';
import { seenOnGround } from './decoding/shown/ground.node.ts';
import { readMetadata } from './metadata/read-metadata.ts';
import { toSquare } from './square/square.node.ts';

// Several pictures are decoded at a time, each by one thread: that scales better than several threads a picture.
sharp.concurrency(1);
sharp.cache(false);

/** Longest side of a thumbnail and of a preview, in pixels. */
const THUMBNAIL_SIZE = 320;
const PREVIEW_SIZE = 1024;

/** Formats that every browser shows, so that the original itself may be the preview. SVG is not: it can hold scripts. */
const COPIED = new Map([
  ['jpeg', 'jpg'],
  ['png', 'png'],
  ['webp', 'webp'],
  ['gif', 'gif'],
  ['heif', 'avif'],
]);

export interface DecoderOptions {
  readonly preprocessor: Preprocessor;
  readonly pictures: 'preview' | 'copy' | 'none';
  /** Told what the steps of a picture took, in milliseconds. */
  readonly onStep?: (step: DecodeStep, milliseconds: number) => void;
  /** One step after the other, so that `onStep` says what each takes by itself. */
  readonly sequential?: boolean;
}

export type DecodeStep = 'decode' | 'pixels' | 'thumbnail' | 'preview';

type Shown = Omit<DecodedPicture, 'metadata'>;

/** All decoders of this process share what libvips says of errors. */
const gate = createGate();

/**
 * Pictures through sharp (libvips): JPEG, PNG, WebP, AVIF, GIF and TIFF (their first frame or page; of an animation that
 * begins with nothing, one that shows something), SVG. HEIC through libheif. Of RAW files of cameras the JPEG in them.
 */
export function createDecoder(options: DecoderOptions): PictureDecoder {
  return {
    async decode(bytes) {
      // Of a RAW file the JPEG in it is shown.
      const shown = rawPreview(bytes)?.jpeg ?? bytes;
      try {
        const decoded = await decodeOrMend(shown, options);
        return { ...decoded, metadata: await metadata(bytes) };
      } catch (error) {
        throw new AfterimageError('picture-unreadable', reasonOf(error, shown), { cause: error });
      }
    },
    metadata,
  };
}

async function metadata(bytes: Uint8Array): Promise<PictureMetadata> {
  const { captured, camera, place } = await readMetadata(bytes);
  return { captured, camera, place };
}

/** What fails is decoded again alone, so that its reason is its own, and mended where only its end is missing. */
async function decodeOrMend(bytes: Uint8Array, options: DecoderOptions): Promise<Shown> {
  refuseMissing(bytes);
  try {
    return await gate.shared(() => decode(withoutZeros(bytes), options, strictest(bytes), bytes));
  } catch (error) {
    if (isCertain(error)) throw error;
    return gate.alone(() => decodeAgain(bytes, options));
  }
}

async function decodeAgain(bytes: Uint8Array, options: DecoderOptions): Promise<Shown> {
  const content = mended(bytes) ?? bytes;
  try {
    return await decode(content, options, strictest(bytes), bytes);
  } catch (error) {
    const words = wordsOf(error);
    if (isCertain(error)) throw error;
    // A profile that cannot be used is as good as none.
    if (/VipsIcc|profile/i.test(words))
      return decode(content, options, { ...strictest(bytes), ignoreProfile: true }, bytes);
    // What else libjpeg warns of costs no pixels: an unknown revision, for example.
    if (isJpeg(bytes) && !JPEG_DAMAGE.test(words)) return decode(content, options, LENIENT, bytes);
    throw error;
  }
}

const LENIENT: Strictness = { failOn: 'error', ignoreProfile: false };

/** libjpeg only warns of data that make no sense, and goes on with grey. */
function strictest(bytes: Uint8Array): Strictness {
  return isJpeg(bytes) ? { ...LENIENT, failOn: 'warning' } : LENIENT;
}

/** @param whole the file as it is, where `bytes` are what can be read of it */
async function decode(
  bytes: Uint8Array,
  options: DecoderOptions,
  strictness: Strictness,
  whole: Uint8Array,
): Promise<Shown> {
  const { preprocessor, pictures, onStep = () => {}, sequential = false } = options;
  const first = await openInput(bytes, strictness, PREVIEW_SIZE);
  const timed = async <T>(step: DecodeStep, work: () => Promise<T>) => {
    const start = performance.now();
    const result = await work();
    onStep(step, performance.now() - start);
    return result;
  };

  // One pass over the file: everything smaller is made from this.
  const { input, base } = await timed('decode', () => readBase(first));
  await refuseLost(whole, input, base);
  const isSmall = Math.max(base.width, base.height) <= THUMBNAIL_SIZE;
  const { width, height } = input.size;
  const original = input.metadata.format === 'svg' ? base : input.size; // a drawing has no pixels of its own
  const read = (scale: Parameters<typeof readInput>[1]) => readInput(input, scale);
  const toPixels = () => timed('pixels', () => toSquare(base, original, read, preprocessor));
  const toThumbnail = () => timed('thumbnail', () => toWebp(base, THUMBNAIL_SIZE));
  const toPreview = () =>
    timed('preview', async () => {
      if (pictures === 'none') return null;
      const copy = pictures === 'copy' ? copyOf(bytes, input) : undefined;
      if (copy) return copy;
      return isSmall && pictures === 'preview' ? ('thumbnail' as const) : toWebp(base, PREVIEW_SIZE);
    });
  const [pixels, thumbnail, preview] = sequential
    ? [await toPixels(), await toThumbnail(), await toPreview()]
    : await Promise.all([toPixels(), toThumbnail(), toPreview()]);
  return { width, height, ...lookOf(base), pixels, thumbnail, preview };
}

/** The picture at the size of a preview: a frame that shows something, on a ground on which it is seen. */
async function readBase(first: Input): Promise<{ input: Input; base: Raw }> {
  const read = (input: Input) => readInput(input, (image) => inside(image, PREVIEW_SIZE));
  const start = await read(first);
  const frame = await showingFrame(first, start);
  const onWhite = frame === first ? start : await read(frame);
  const input = await seenOnGround(frame, onWhite);
  const base = input === frame ? onWhite : await read(input);
  await refuseFalseBlank(input, base);
  return { input, base };
}

async function toWebp(base: Raw, size: number): Promise<Rendition> {
  const image = inside(fromRaw(base), size).webp({ quality: 80, effort: 2 });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { bytes: data, extension: 'webp', width: info.width, height: info.height };
}

/**
 * The original as it is, where browsers show it as it came out here. They turn a JPEG as its metadata say, and nothing else:
 * in AVIF the turning is part of the picture.
 */
function copyOf(bytes: Uint8Array, { metadata, size }: Input): Rendition | undefined {
  const { format, compression, orientation = 1 } = metadata;
  const extension = COPIED.get(format);
  if (extension === undefined || (format === 'heif' && compression !== 'av1')) return undefined;
  if (orientation > 1 && format !== 'jpeg' && format !== 'heif') return undefined;
  return { bytes, extension, width: size.width, height: size.height };
}
