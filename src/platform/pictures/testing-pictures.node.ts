import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';
import type { DecodedPicture, PictureDecoder } from '../../indexing/ports.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import { createDecoder } from './decode.node.ts';

export const testPreprocessor: Preprocessor = {
  imageSize: 16,
  shortestEdge: 16,
  resample: 3,
  rescale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

export const testDecoder: PictureDecoder = createDecoder({ preprocessor: testPreprocessor, pictures: 'preview' });

export type Rgb = readonly [number, number, number];
export type Quarters = readonly [Rgb, Rgb, Rgb, Rgb];

/** Top left, top right, bottom left, bottom right of the pictures in `fixtures/`, in colour and in grey. */
export const COLOURS: Quarters = [
  [220, 40, 40],
  [40, 180, 60],
  [50, 80, 200],
  [200, 200, 200],
];
export const GREYS: Quarters = [
  [94, 94, 94],
  [124, 124, 124],
  [85, 85, 85],
  [200, 200, 200],
];

/** A stored picture, most of them of 54 × 36 or 96 × 64 pixels. Formats with many of them have a folder. */
export function fixture(name: string): Promise<Buffer> {
  const extension = extname(name).slice(1);
  const folder = ['heic', 'jpg', 'png', 'tif'].includes(extension) ? `${extension}/` : '';
  return readFile(new URL(`fixtures/${folder}${name}`, import.meta.url));
}

/** The preview as raw RGB. */
export async function shown({ preview, thumbnail }: DecodedPicture) {
  const rendition = preview === null || preview === 'thumbnail' ? thumbnail : preview;
  return sharp(rendition.bytes).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
}

/** Its colours in the middle of the four quarters. */
export async function quartersOf(picture: DecodedPicture): Promise<Quarters> {
  const { data, info } = await shown(picture);
  const at = (x: number, y: number): Rgb => {
    const start = 3 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
    const [r = 0, g = 0, b = 0] = data.subarray(start, start + 3);
    return [r, g, b];
  };
  return [at(0.2, 0.25), at(0.8, 0.25), at(0.2, 0.75), at(0.8, 0.75)];
}

export async function expectQuarters(
  bytes: Uint8Array,
  name: string,
  expected: Quarters,
  tolerance = 8,
): Promise<void> {
  const quarters = await quartersOf(await testDecoder.decode(bytes, name));
  const farthest = Math.max(...quarters.flatMap((rgb, i) => rgb.map((v, c) => Math.abs(v - (expected[i]?.[c] ?? 0)))));
  expect(farthest, `${name}: ${JSON.stringify(quarters)}`).toBeLessThanOrEqual(tolerance);
}

/** Why a picture is refused. */
export async function refusalOf(bytes: Uint8Array, name: string): Promise<string> {
  const error = await testDecoder.decode(bytes, name).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error, `${name} is not refused`).toMatchObject({ code: 'picture-unreadable' });
  return (error as Error).message;
}

/** The four colours with noise, so that each part of the file holds something of the picture. */
export async function noisy(): Promise<Sharp> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const ground = sharp({ create: { width: 192, height: 128, channels: 3, background: '#888', noise } });
  const quarters = await sharp(await fixture('reference.png'))
    .resize(192, 128, { kernel: 'nearest' })
    .ensureAlpha(0.9);
  return sharp(
    await ground
      .composite([{ input: await quarters.png().toBuffer() }])
      .png()
      .toBuffer(),
  );
}
