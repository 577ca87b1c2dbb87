import { Refusal } from '../../refusal.ts';
import type { TiffImage } from './tiff.ts';

/** Samples that libvips does not show by itself, but hands over as they are. */
export interface NumericSamples {
  readonly format: '32-bit unsigned' | '32-bit floating-point' | '16-bit floating-point';
  /** Not of whole numbers: those libvips has turned round already. */
  readonly isWhiteZero: boolean;
}

export type TiffReading =
  /** libvips shows it rightly. */
  | { readonly kind: 'usual' }
  | { readonly kind: 'numeric'; readonly samples: NumericSamples }
  | { readonly kind: 'refused'; readonly reason: string };

/** Names of TIFF's numbers, of those that libvips may have been built without. */
const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'Old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  32766: 'NeXT',
  32809: 'ThunderScan',
  32908: 'Pixar Film',
  32909: 'Pixar Log',
  34661: 'JBIG',
  34676: 'SGI Log',
  34677: 'SGI Log',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34892: 'Lossy JPEG (DNG)',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};
const PHOTOMETRICS: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  9: 'the ICC form of Lab',
  10: 'the ITU form of Lab',
  32803: 'raw values of a camera sensor',
  34892: 'linear raw values of a camera',
};
/** libvips takes it for RGB, unless libjpeg makes RGB of it. */
const YCBCR = 6;
const JPEG_COMPRESSIONS = new Set([6, 7]);
/** Colours of a pixel, by photometric interpretation: white is zero, black is zero, RGB, palette, CMYK, YCbCr, Lab … */
const COLOURS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3, 32844: 1, 32845: 3 };

/** How to read the samples, or why they are not read. */
export function tiffReading(image: TiffImage): TiffReading {
  const { bits, formats, photometric, samples, compression } = image;
  const refused = (reason: string): TiffReading => ({ kind: 'refused', reason });
  const photometry = PHOTOMETRICS[photometric];
  if (photometry !== undefined) return refused(`It is a TIFF that holds ${photometry}, which is not read.`);
  const [depth = 1] = bits;
  const [format = 1] = formats;
  if (bits.includes(0)) return refused('The picture is damaged: its directory says that samples have 0 bits.');
  if (formats.some((one) => one !== format)) {
    return refused(
      `It is a TIFF with samples of different formats (${formats.map(nameOf).join(', ')}), which is not read.`,
    );
  }
  if (bits.some((one) => one !== depth)) {
    return refused(`It is a TIFF with samples of different sizes (${bits.join(', ')} bits), which is not read.`);
  }
  const name = `It is a TIFF with ${depth}-bit ${nameOf(format)} samples`;
  const colours = COLOURS[photometric];
  if (colours !== undefined && samples > colours + 1) {
    return refused(
      `It is a TIFF with ${samples} samples a pixel. Of samples beside the colours, one is read: transparency.`,
    );
  }
  if (format === 1 && depth === 8 && photometric === 8) return refused('It is a TIFF in 8-bit Lab, which is not read.');
  if (photometric === YCBCR && !JPEG_COMPRESSIONS.has(compression)) {
    return refused('It is a TIFF in YCbCr without JPEG compression, which is not read.');
  }
  if (format === 1 && (samples === 1 ? [1, 2, 4, 8, 16] : [8, 16]).includes(depth)) return { kind: 'usual' };
  const numeric = NUMERIC_FORMATS.find((one) => one === `${depth}-bit ${nameOf(format)}`);
  if (numeric === undefined) return refused(`${name}, which are not read.`);
  if (image.hasProfile) return refused(`${name} and a colour profile, which are not read together.`);
  if (photometric > 2 || samples !== colours)
    return refused(`${name} and transparency or other bands. They are read as grey and as RGB only.`);
  return { kind: 'numeric', samples: { format: numeric, isWhiteZero: photometric === 0 && format === 3 } };
}

const NUMERIC_FORMATS: readonly NumericSamples['format'][] = [
  '32-bit unsigned',
  '32-bit floating-point',
  '16-bit floating-point',
];

/** Why a TIFF that libvips refused may have been refused; undefined where nothing about it is unusual. */
export function tiffObstacle({ compression }: TiffImage): string | undefined {
  const name = COMPRESSIONS[compression];
  return name === undefined ? undefined : `It is a TIFF with ${name} compression, which is not read.`;
}

function nameOf(format: number): string {
  if (format === 2) return 'signed';
  if (format === 3) return 'floating-point';
  return format === 5 || format === 6 ? 'complex' : 'unsigned';
}

/** Highlights may be brighter than white, and are cut off; of more than these the picture would be another one. */
const MAX_OUTSIDE = 0.2;

/**
 * Samples as bytes, 0 black and 255 white; floating-point ones from 0 to 1, as ImageMagick takes them.
 * @throws Refusal where floating-point samples are no picture: heights, or values from 0 to 255
 */
export function numericToBytes(values: Float32Array, { format, isWhiteZero }: NumericSamples): Uint8Array {
  const scale = format === '32-bit unsigned' ? 255 / (2 ** 32 - 1) : 255;
  const bytes = new Uint8Array(values.length);
  let outside = 0;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue; // black
    if (value < least) least = value;
    if (value > most) most = value;
    const shown = isWhiteZero ? 255 - value * scale : value * scale;
    if (shown < -0.5 || shown > 255.5) outside++;
    bytes[i] = Math.round(Math.min(255, Math.max(0, shown)));
  }
  if (least > most) throw new Refusal(`It is a TIFF with ${format} samples, and none of them is a number.`);
  if (outside > MAX_OUTSIDE * values.length) throw new Refusal(reasonOfRange(format, least, most));
  return bytes;
}

function reasonOfRange(format: string, least: number, most: number): string {
  const range = [least, most].map((value) => String(Number(value.toPrecision(4)))).join(' to ');
  return `It is a TIFF with ${format} samples from ${range}. They are read from 0 (black) to 1 (white).`;
}
