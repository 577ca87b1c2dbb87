import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { type NumericSamples, numericToBytes } from '../containers/tiff/tiff-samples.ts';
import { TIMEOUT_SECONDS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Raw } from './raw.node.ts';

/** They are read whole, as four bytes a sample. */
const MAX_NUMERIC_PIXELS = 2 ** 26;

/**
 * The whole picture of a TIFF whose samples libvips hands over as they are: without this, floating-point greys come out
 * black and whole numbers of 32 bits as noise.
 * @throws Refusal for samples that are no picture
 */
export async function numericTiff(
  bytes: Uint8Array,
  options: SharpOptions,
  { width, height, space }: Metadata,
  samples: NumericSamples,
): Promise<Raw> {
  if (width * height > MAX_NUMERIC_PIXELS) {
    throw new Refusal(
      `It is a TIFF of more than 67 megapixels in ${samples.format} samples, the most that is read of these.`,
    );
  }
  const image = sharp(bytes, { ...options, ignoreIcc: true })
    .autoOrient()
    .toColourspace(space)
    .timeout({ seconds: TIMEOUT_SECONDS });
  // sharp casts grey half floats to whole numbers, so they are brought to those of a byte first.
  const isCast = space === 'grey16';
  const scaled = isCast ? image.linear(255, 0).raw({ depth: 'ushort' }) : image.raw({ depth: 'float' });
  const { data, info } = await scaled.toBuffer({ resolveWithObject: true });
  const { buffer, byteOffset, length } = data;
  const values = isCast
    ? Float32Array.from(new Uint16Array(buffer, byteOffset, length / 2), (value) => value / 255)
    : new Float32Array(buffer, byteOffset, length / 4);
  return { data: toRgb(numericToBytes(values, samples), info.channels), width: info.width, height: info.height };
}

function toRgb(bytes: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return bytes;
  const rgb = new Uint8Array(3 * bytes.length);
  for (const [i, byte] of bytes.entries()) rgb.fill(byte, 3 * i, 3 * i + 3);
  return rgb;
}
