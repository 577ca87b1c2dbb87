import type { Sharp } from 'sharp';
import type { Pixels } from '../../../engine/ports.ts';
import type { Preprocessor } from '../../models/preprocessor.ts';
import { fromRaw, type Raw, toRaw } from '../decoding/raw.node.ts';
import { resampleSquare } from './resample.ts';
import { leastSide, type Size, squareIn } from './square.ts';

/** sharp's names for PIL's numbers. */
const KERNELS: Readonly<Record<number, 'nearest' | 'lanczos3' | 'linear' | 'cubic'>> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'linear',
  3: 'cubic',
};

/**
 * The square that the vision tower takes. libvips makes pictures smaller with the filters of `resampleSquare`, several times
 * as fast; browsers have that function alone. `scripts/eval/browser-pixels.ts` measures that both come to the same.
 * @param base the picture, already made smaller
 * @param read makes the picture from its file, for what the base has too few pixels for
 */
export async function toSquare(
  base: Raw,
  original: Size,
  read: (scale: (image: Sharp) => Sharp) => Promise<Raw>,
  preprocessor: Preprocessor,
): Promise<Pixels> {
  const { resample, imageSize } = preprocessor;
  const square = squareIn(original, preprocessor);
  const { width, height, left, top } = square;
  const toScaled = (image: Sharp) =>
    image
      .resize(width, height, { fit: 'fill', kernel: KERNELS[resample] ?? 'cubic' })
      .extract({ left, top, width: imageSize, height: imageSize });
  const isEnough = Math.min(base.width, base.height) >= leastSide(original, preprocessor);
  const source = isEnough ? base : original;
  if (width > source.width || height > source.height) {
    const whole = isEnough ? base : await read((image) => image);
    return { size: imageSize, rgb: resampleSquare(whole, square, resample) };
  }
  const { data } = isEnough ? await toRaw(toScaled(fromRaw(base))) : await read(toScaled);
  return { size: imageSize, rgb: data };
}
