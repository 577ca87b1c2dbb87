import sharp, { type Metadata, type Sharp } from 'sharp';
import { AfterimageError } from '../../engine/errors.ts';
import type { Pixels } from '../../engine/ports.ts';
import type { DecodedPicture, PictureDecoder, Rendition } from '../../indexing/ports.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import { pictureDate, readPictureDate } from './dates/picture-date.node.ts';

// Several pictures are decoded at a time, each by one thread: that scales better than several threads a picture.
sharp.concurrency(1);
sharp.cache(false);

/** Longest side of a thumbnail and of a preview, in pixels. */
const THUMBNAIL_SIZE = 320;
const PREVIEW_SIZE = 1024;

/** Larger pictures are refused (sharp's own default, stated): 268 megapixels are 0.8 GB of memory. */
const MAX_PIXELS = 0x3fff ** 2;
/** A picture built to be slow is given up. */
const TIMEOUT_SECONDS = 60;
/** Units of an SVG a inch: what sharp takes as 1 : 1. */
const SVG_DENSITY = 72;
const MAX_SVG_DENSITY = 100_000;
const WHITE = '#ffffff';
/** Formats that every browser shows, so that the original itself may be the preview. SVG is not: it can hold scripts. */
const COPIED = new Map([
  ['jpeg', 'jpg'],
  ['png', 'png'],
  ['webp', 'webp'],
  ['gif', 'gif'],
  ['heif', 'avif'],
]);

const HEIC_REASON =
  'HEIC cannot be decoded here. Convert it to JPEG first, for example with `heif-convert` (libheif) or ' +
  '`sips -s format jpeg` (macOS), or set the iPhone to Settings › Camera › Formats › Most Compatible.';

export interface DecoderOptions {
  readonly preprocessor: Preprocessor;
  readonly pictures: 'preview' | 'copy' | 'none';
  /** Told what the steps of a picture took, in milliseconds. */
  readonly onStep?: (step: DecodeStep, milliseconds: number) => void;
  /** One step after the other, so that `onStep` says what each takes by itself. */
  readonly sequential?: boolean;
}

export type DecodeStep = 'decode' | 'pixels' | 'thumbnail' | 'preview';

interface Raw {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pictures through sharp (libvips): JPEG, PNG, WebP, AVIF, GIF and TIFF (their first frame or page), SVG. */
export function createDecoder(options: DecoderOptions): PictureDecoder {
  return {
    async decode(bytes, name) {
      try {
        return await decode(bytes, options);
      } catch (error) {
        const reason = isHeic(bytes, name) ? HEIC_REASON : reasonOf(error);
        throw new AfterimageError('picture-unreadable', reason, { cause: error });
      }
    },
    captured: readPictureDate,
  };
}

async function decode(bytes: Uint8Array, options: DecoderOptions): Promise<DecodedPicture> {
  const { preprocessor, pictures, onStep = () => {}, sequential = false } = options;
  const metadata = await sharp(bytes, input()).metadata();
  const isSvg = metadata.format === 'svg';
  const { width, height } = metadata.autoOrient;
  const density = isSvg ? svgDensity(Math.max(width, height)) : undefined;
  const open = () => flat(sharp(bytes, input(density)));
  const timed = async <T>(step: DecodeStep, work: () => Promise<T>) => {
    const start = performance.now();
    const result = await work();
    onStep(step, performance.now() - start);
    return result;
  };

  // One pass over the file: everything smaller is made from this.
  const base = await timed('decode', () => toRaw(inside(open(), PREVIEW_SIZE)));
  const isSmall = Math.max(base.width, base.height) <= THUMBNAIL_SIZE;
  const toSquare = () => timed('pixels', () => toPixels(base, { width, height }, open, preprocessor));
  const toThumbnail = () => timed('thumbnail', () => toWebp(base, THUMBNAIL_SIZE));
  const toPreview = () =>
    timed('preview', async () => {
      if (pictures === 'none') return null;
      if (pictures === 'copy' && !isSvg) return copyOf(bytes, metadata) ?? toWebp(base, PREVIEW_SIZE);
      return isSmall ? ('thumbnail' as const) : toWebp(base, PREVIEW_SIZE);
    });
  const [pixels, thumbnail, preview] = sequential
    ? [await toSquare(), await toThumbnail(), await toPreview()]
    : await Promise.all([toSquare(), toThumbnail(), toPreview()]);
  return { width, height, captured: pictureDate(bytes, metadata), pixels, thumbnail, preview };
}

function input(density?: number) {
  return { limitInputPixels: MAX_PIXELS, failOn: 'error', ...(density !== undefined && { density }) } as const;
}

/** At which density the longest side comes out as long as a preview's: small drawings stay sharp, huge ones small. */
function svgDensity(longest: number): number {
  return Math.min(MAX_SVG_DENSITY, Math.max(1, (SVG_DENSITY * PREVIEW_SIZE) / longest));
}

/** Upright, on white where it is transparent, three bytes of sRGB a pixel. */
function flat(image: Sharp): Sharp {
  return image.autoOrient().flatten({ background: WHITE }).toColourspace('srgb').timeout({ seconds: TIMEOUT_SECONDS });
}

function inside(image: Sharp, size: number): Sharp {
  return image.resize(size, size, { fit: 'inside', withoutEnlargement: true });
}

async function toRaw(image: Sharp): Promise<Raw> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`it came out with ${info.channels} channels`);
  return { data, width: info.width, height: info.height };
}

function fromRaw({ data, width, height }: Raw): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: MAX_PIXELS });
}

async function toWebp(base: Raw, size: number): Promise<Rendition> {
  const image = inside(fromRaw(base), size).webp({ quality: 80, effort: 2 });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { bytes: data, extension: 'webp', width: info.width, height: info.height };
}

/** The original as it is, where a browser can show it. */
function copyOf(bytes: Uint8Array, { format, compression, autoOrient }: Metadata): Rendition | undefined {
  const extension = COPIED.get(format);
  if (extension === undefined || (format === 'heif' && compression !== 'av1')) return undefined;
  return { bytes, extension, width: autoOrient.width, height: autoOrient.height };
}

/** The square that the vision tower takes: shortest side to `shortestEdge` and the middle of it, or squeezed. */
async function toPixels(
  base: Raw,
  original: { readonly width: number; readonly height: number },
  open: () => Sharp,
  { imageSize, shortestEdge, resample }: Preprocessor,
): Promise<Pixels> {
  const kernel = KERNELS[resample] ?? 'cubic';
  const edge = shortestEdge ?? imageSize;
  const fit = shortestEdge === null ? 'fill' : 'cover';
  // Of a long strip the base keeps too few pixels on the short side.
  const isEnough = Math.min(base.width, base.height) >= Math.min(edge, original.width, original.height);
  const scaled = (isEnough ? fromRaw(base) : open()).resize(edge, edge, { fit, kernel });
  const margin = Math.floor((edge - imageSize) / 2);
  const square = scaled.extract({ left: margin, top: margin, width: imageSize, height: imageSize });
  const { data } = await toRaw(square);
  return { size: imageSize, rgb: data };
}

/** sharp's names for PIL's numbers. */
const KERNELS: Readonly<Record<number, 'nearest' | 'lanczos3' | 'linear' | 'cubic'>> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'linear',
  3: 'cubic',
};

/** By its name, or by the brands at its beginning (ISO/IEC 23008-12): messengers call HEIC pictures `.jpg`. */
function isHeic(bytes: Uint8Array, name: string): boolean {
  const brands = Buffer.from(bytes.subarray(4, 40)).toString('latin1');
  return /\.(heic|heif|hif)$/i.test(name) || /^ftyp(?!avi).*(?:heic|heix|hevc|hevx)/s.test(brands);
}

/** A sentence for a person, of what libvips says in its own words. */
function reasonOf(error: unknown): string {
  const [first = ''] = String(error instanceof Error ? error.message : error).split('\n');
  const said = first
    .trim()
    .replace(/^Error: /, '')
    .slice(0, 200);
  if (/pixel limit/i.test(said))
    return `The picture has more than ${Math.floor(MAX_PIXELS / 1e6)} megapixels, the most that is read.`;
  if (/unsupported image format/i.test(said)) return 'It is not a picture in a format that can be read.';
  if (/timeout/i.test(said)) return `Decoding took longer than ${TIMEOUT_SECONDS} seconds and was given up.`;
  return `The picture is damaged: ${said}`;
}
