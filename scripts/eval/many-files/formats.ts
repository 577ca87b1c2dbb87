import sharp, { type Sharp } from 'sharp';
import { CAMERA_FILES } from './camera-formats.ts';
import type { WrittenDates } from './dates.ts';
import { clearImageOf, type Drawing, deepImageOf, imageOf, onWhite } from './drawing.ts';
import { type PLACES, withBlocks, withGifBlock, withJpegIptc, withPngChunks } from './metadata.ts';
import { DRAWINGS } from './svg-formats.ts';
import { TIFFS } from './tiff-formats.ts';

/** A kind of picture file. */
export interface Format {
  readonly family: Family;
  readonly name: string;
  readonly extension: string;
  /** How many of it there are, against others. */
  readonly weight: number;
  readonly isGrey?: boolean;
  /** Whether its metadata may say that it is turned. */
  readonly turns: boolean;
  readonly places: keyof typeof PLACES;
  /** Whether the format has a checksum over its pixels. */
  readonly hasChecksum: boolean;
  /** Whether samples stand in the file as they are, so that any bytes are some. */
  readonly isBare?: boolean;
  /** Whether a profile says that its numbers are those of Display P3. */
  readonly isWide?: boolean;
  /** What is seen, where that is not what is drawn. */
  readonly shown?: (drawing: Drawing) => Drawing;
  /** A smaller picture in the file, which is shown where the large one is damaged. */
  readonly smaller?: (drawing: Drawing) => Drawing;
  encode(drawing: Drawing, dates: WrittenDates): Promise<Uint8Array>;
}

export type Family = 'JPEG' | 'PNG' | 'WebP' | 'AVIF' | 'GIF' | 'TIFF' | 'SVG' | 'RAW' | 'HEIC';

/** Opaque, opaque, half, nothing. */
const ALPHAS = [255, 255, 128, 0];

const turned = (image: Sharp, { orientation }: Drawing) =>
  orientation === 1 ? image : image.withMetadata({ orientation });

type Encode = (image: Sharp) => Sharp;
type Image = (drawing: Drawing) => Sharp;

const wide =
  (image: Image): Image =>
  (drawing) =>
    turned(image(drawing), drawing).withIccProfile('p3');

function jpeg(name: string, weight: number, encode: Encode, image: Image = imageOf, isGrey = false): Format {
  return {
    ...{ family: 'JPEG', name, weight, isGrey, extension: 'jpg', turns: true, places: 'jpeg', hasChecksum: false },
    encode: async (drawing, dates) =>
      withJpegIptc(await encode(withBlocks(turned(image(drawing), drawing), dates)).toBuffer(), dates),
  };
}

function png(name: string, weight: number, encode: Encode, image: Image = imageOf, more: Partial<Format> = {}): Format {
  return {
    ...{ family: 'PNG', name, weight, extension: 'png', turns: true, places: 'png', hasChecksum: true },
    encode: async (drawing, dates) =>
      withPngChunks(await encode(withBlocks(turned(image(drawing), drawing), dates)).toBuffer(), dates),
    ...more,
  };
}

function webp(
  name: string,
  weight: number,
  encode: Encode,
  image: Image = imageOf,
  more: Partial<Format> = {},
): Format {
  return {
    ...{ family: 'WebP', name, weight, extension: 'webp', turns: true, places: 'other', hasChecksum: false },
    encode: async (drawing, dates) => encode(withBlocks(turned(image(drawing), drawing), dates)).toBuffer(),
    ...more,
  };
}

function avif(name: string, weight: number, encode: Encode, image: Image = imageOf): Format {
  return {
    ...{ family: 'AVIF', name, weight, extension: 'avif', turns: false, places: 'other', hasChecksum: false },
    encode: async (drawing, dates) => encode(withBlocks(image(drawing), dates)).toBuffer(),
  };
}

function gif(name: string, weight: number, frames: (drawing: Drawing) => Drawing[]): Format {
  return {
    ...{ family: 'GIF', name, weight, extension: 'gif', turns: false, places: 'gif', hasChecksum: false },
    encode: async (drawing, dates) => {
      const image = await animated(frames(drawing));
      return withGifBlock(await image.gif({ effort: 1 }).toBuffer(), dates);
    },
  };
}

/** The frames, one after the other. */
async function animated(frames: readonly Drawing[]): Promise<Sharp> {
  const [first] = frames;
  if (first && frames.length === 1) return imageOf(first);
  const pictures = await Promise.all(frames.map((frame) => imageOf(frame).png().toBuffer()));
  return sharp(pictures, { join: { animated: true } });
}

function movingOf(drawing: Drawing): Drawing[] {
  const [a, b, c, d] = drawing.quarters;
  return [drawing, { ...drawing, quarters: [b, a, d, c] }, { ...drawing, quarters: [d, c, b, a] }];
}

/** Nothing but black at first. */
function lateOf(drawing: Drawing): Drawing[] {
  const black = [0, 0, 0] as const;
  return [{ ...drawing, quarters: [black, black, black, black] }, drawing];
}

const CLEAR: Partial<Format> = { shown: (drawing) => onWhite(drawing, ALPHAS) };
const clear: Image = (drawing) => clearImageOf(drawing, ALPHAS);
const GREY: Partial<Format> = { isGrey: true };
const grey: Image = (drawing) => imageOf(drawing, 1);
const plain = { palette: false } as const;

const movingWebp: Format = {
  ...webp('animated', 2, (image) => image),
  ...{ turns: false, places: 'none' },
  encode: async (drawing) => (await animated(movingOf(drawing))).webp({ effort: 0 }).toBuffer(),
};

/** sharp converts no 16-bit samples, so those of 8 bits are taken, and their profile. */
const deepWidePng: Format = {
  ...png('Display P3, 16 bits', 2, (image) => image, imageOf, { turns: false, isWide: true }),
  encode: async (drawing, dates) => {
    const { width, height } = drawing;
    const shallow = await wide(imageOf)(drawing).png(plain).toBuffer();
    const samples = await sharp(shallow, { ignoreIcc: true }).raw().toBuffer();
    const deep = sharp(
      Uint16Array.from(samples, (value) => 257 * value),
      { raw: { width, height, channels: 3 } },
    );
    const png16 = await withBlocks(deep.toColourspace('rgb16'), dates).png(plain).toBuffer();
    const start = shallow.indexOf('iCCP') - 4;
    const profile = shallow.subarray(start, start + 12 + shallow.readUInt32BE(start));
    return withPngChunks(Buffer.concat([png16.subarray(0, 33), profile, png16.subarray(33)]), dates);
  },
};

export const FORMATS: readonly Format[] = [
  jpeg('baseline', 14, (image) => image.jpeg({ quality: 90 })),
  jpeg('progressive', 7, (image) => image.jpeg({ quality: 90, progressive: true })),
  jpeg('full chroma', 3, (image) => image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })),
  jpeg('grey', 4, (image) => image.jpeg({ quality: 90 }), grey, true),
  { ...jpeg('Display P3', 3, (image) => image.jpeg({ quality: 95 }), wide(imageOf)), isWide: true },
  png('8 bits', 7, (image) => image.png(plain)),
  png('16 bits', 4, (image) => image.png(plain), deepImageOf, { turns: false }),
  png('palette', 4, (image) => image.png({ palette: true })),
  png('interlaced', 4, (image) => image.png({ progressive: true })),
  png('grey', 2, (image) => image.png(plain), grey, GREY),
  png('transparent', 4, (image) => image.png(plain), clear, CLEAR),
  png('Display P3', 2, (image) => image.png(plain), wide(imageOf), { isWide: true }),
  deepWidePng,
  webp('lossy', 5, (image) => image.webp({ quality: 85, effort: 0 })),
  webp('lossless', 4, (image) => image.webp({ lossless: true, effort: 0 })),
  webp('transparent', 2, (image) => image.webp({ quality: 85, effort: 0 }), clear, CLEAR),
  webp('Display P3', 2, (image) => image.webp({ quality: 95, effort: 0 }), wide(imageOf), { isWide: true }),
  movingWebp,
  avif('8 bits', 1, (image) => image.avif({ quality: 85, effort: 0 })),
  avif('10 bits', 1, (image) => image.avif({ quality: 85, effort: 0, bitdepth: 10 }), deepImageOf),
  gif('still', 4, (drawing) => [drawing]),
  gif('animated', 3, movingOf),
  gif('animated, black at first', 1, lateOf),
  ...TIFFS,
  ...DRAWINGS,
  ...CAMERA_FILES,
];
