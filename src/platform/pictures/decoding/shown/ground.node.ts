import sharp from 'sharp';
import type { Input } from '../input.node.ts';
import { inside, type Raw } from '../raw.node.ts';
import { groundFor, isSeen, WHITE } from './ground.ts';

const LOOK_SIZE = 256;

/**
 * The input with a ground on which it is seen: white, or for white and light drawings on nothing a dark one.
 * @param base the picture on white
 */
export async function seenOnGround(input: Input, base: Raw): Promise<Input> {
  const { bytes, options, metadata, ground, whole } = input;
  if (!metadata.hasAlpha || whole || ground !== WHITE || isSeen(base)) return input;
  const alpha = await inside(sharp(bytes, options).autoOrient(), LOOK_SIZE)
    .extractChannel('alpha')
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const drawn = alpha.reduce((sum, value) => sum + value, 0) / (255 * alpha.length);
  const chosen = groundFor(base, drawn);
  return chosen === WHITE ? input : { ...input, ground: chosen };
}
