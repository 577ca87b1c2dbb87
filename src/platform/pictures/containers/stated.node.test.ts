import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { statedSize } from './stated-size.ts';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 10, g: 200, b: 30, alpha: 0.5 } } });

const WRITERS = {
  jpeg: (image: Sharp) => image.jpeg(),
  progressive: (image: Sharp) => image.jpeg({ progressive: true }),
  png: (image: Sharp) => image.png(),
  'webp, lossy': (image: Sharp) => image.webp(),
  'webp, lossless': (image: Sharp) => image.webp({ lossless: true }),
  'webp without alpha': (image: Sharp) => image.flatten().webp(),
  gif: (image: Sharp) => image.gif(),
  avif: (image: Sharp) => image.avif({ effort: 0 }),
} as const;

test.each(Object.entries(WRITERS))('the size that %s says', async (_name, write) => {
  for (const [width, height] of [
    [1, 1],
    [300, 7],
    [9, 400],
  ] as const) {
    expect(statedSize(await write(picture(width, height)).toBuffer())).toEqual({ width, height });
  }
});

test('a bitmap of Windows, from bottom to top or from top to bottom', () => {
  const bytes = new Uint8Array(26);
  bytes.set([0x42, 0x4d]);
  const view = new DataView(bytes.buffer);
  view.setInt32(18, 640, true);
  view.setInt32(22, -480, true);
  expect(statedSize(bytes)).toEqual({ width: 640, height: 480 });
});

test('a size that is claimed and not there is read all the same', async () => {
  const png = await picture(4, 4).png().toBuffer();
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(30_000, 20);
  expect(statedSize(png)).toEqual({ width: 30_000, height: 30_000 });
});

test('no bytes crash a reader', async () => {
  const samples = await Promise.all(Object.values(WRITERS).map((write) => write(picture(20, 10)).toBuffer()));
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.nat(400), fc.uint8Array({ maxLength: 40 }), (sample, at, noise) => {
      const bytes = Uint8Array.from(sample);
      bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
      for (const one of [bytes, bytes.subarray(0, at)]) {
        const size = statedSize(one);
        expect(size === undefined || (size.width >= 0 && size.height >= 0)).toBe(true);
      }
    }),
  );
});
