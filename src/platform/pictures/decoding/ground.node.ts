import sharp from 'sharp';
import { type Input, WHITE } from './input.node.ts';
import { inside, type Raw } from './raw.node.ts';

/** Shows what is white or light; black still shows on it. */
const DARK = '#404040';
/** A difference from white that is seen, of 255. */
const SEEN = 40;
/** Where less of what is drawn is seen on white, the ground is dark. */
const MIN_SEEN = 0.1;
const LOOK_SIZE = 256;

/**
 * The input with a ground on which it is seen: white, or for white and light drawings on nothing a dark one.
 * @param base the picture on white
 */
export async function seenOnGround(input: Input, base: Raw): Promise<Input> {
  const { bytes, options, metadata, ground, whole } = input;
  if (!metadata.hasAlpha || whole || ground !== WHITE) return input;
  const seen = seenShare(base);
  if (seen >= MIN_SEEN) return input;
  const alpha = await inside(sharp(bytes, options).autoOrient(), LOOK_SIZE)
    .extractChannel('alpha')
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const drawn = alpha.reduce((sum, value) => sum + value, 0) / (255 * alpha.length);
  const isOpaque = drawn > 0.999;
  return isOpaque || drawn === 0 || seen >= MIN_SEEN * drawn ? input : { ...input, ground: DARK };
}

/** The share of pixels that differ from white so that it is seen. */
function seenShare({ data }: Raw): number {
  let seen = 0;
  for (let i = 0; i + 2 < data.length; i += 3) {
    const darkest = Math.min(data[i] as number, data[i + 1] as number, data[i + 2] as number);
    if (darkest <= 255 - SEEN) seen++;
  }
  return (3 * seen) / data.length;
}
