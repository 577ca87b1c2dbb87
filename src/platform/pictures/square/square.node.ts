import type { Sharp } from 'sharp';
import type { Pixels } from '../../../engine/ports.ts';
import type { Preprocessor } from '../../models/preprocessor.ts';
import { fromRaw, type Raw, toRaw } from '../decoding/raw.node.ts';
import { resampleSquare } from './resample.ts';

/** sharp's names for PIL's numbers. */
const KERNELS: Readonly<Record<number, 'nearest' | 'lanczos3' | 'linear' | 'cubic'>> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'linear',
  3: 'cubic',
};

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The square that the vision tower takes: shortest side to `shortestEdge` and the middle of it, or squeezed. As
 * `CLIPImageProcessor` of Python's transformers does it: the longer side and both margins are rounded down.
 * @param base the picture, already made smaller
 * @param read makes the picture from its file, for what the base has too few pixels for
 */
export async function toSquare(
  base: Raw,
  original: Size,
  read: (scale: (image: Sharp) => Sharp) => Promise<Raw>,
  { imageSize, shortestEdge, resample }: Preprocessor,
): Promise<Pixels> {
  const { width, height } = shortestEdge === null ? squareOf(imageSize) : scaledSize(original, shortestEdge);
  const left = Math.floor((width - imageSize) / 2);
  const top = Math.floor((height - imageSize) / 2);
  const toScaled = (image: Sharp) =>
    image
      .resize(width, height, { fit: 'fill', kernel: KERNELS[resample] ?? 'cubic' })
      .extract({ left, top, width: imageSize, height: imageSize });
  // Of a long strip the base keeps too few pixels on the short side.
  const needed = Math.min(shortestEdge ?? imageSize, original.width, original.height);
  const isEnough = Math.min(base.width, base.height) >= needed;
  const source = isEnough ? base : original;
  if (width > source.width || height > source.height) {
    const whole = isEnough ? base : await read((image) => image);
    return { size: imageSize, rgb: resampleSquare(whole, { width, height, left, top, size: imageSize }, resample) };
  }
  const { data } = isEnough ? await toRaw(toScaled(fromRaw(base))) : await read(toScaled);
  return { size: imageSize, rgb: data };
}

function squareOf(size: number): Size {
  return { width: size, height: size };
}

/** Scaled so that the shortest side has `edge` pixels. */
function scaledSize({ width, height }: Size, edge: number): Size {
  const longest = Math.floor((edge * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: edge, height: longest } : { width: longest, height: edge };
}
