import sharp, { type Sharp } from 'sharp';
import { MAX_PIXELS } from '../limits.ts';
import type { Raw } from './raw.ts';

export type { Raw };

/** At most `size` on its longest side, and never enlarged. */
export function inside(image: Sharp, size: number): Sharp {
  return image.resize(size, size, { fit: 'inside', withoutEnlargement: true });
}

export async function toRaw(image: Sharp): Promise<Raw> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`it came out with ${info.channels} channels`);
  return { data, width: info.width, height: info.height };
}

export function fromRaw({ data, width, height }: Raw): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: MAX_PIXELS });
}
