import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { bmpMissing } from './bmp.ts';
import { statedSize } from './stated-size.ts';
import { writeBmp } from './testing-bmp.ts';

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
  tiff: (image: Sharp) => image.tiff(),
  bigtiff: (image: Sharp) => image.tiff({ bigtiff: true }),
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

const grey = () => [120, 120, 120] as const;

test('a bitmap of Windows, from bottom to top or from top to bottom, with the long header or the short one', () => {
  const size = { width: 640, height: 48 };
  for (const kind of [{}, { isTopDown: true }, { isCore: true }]) {
    const bytes = writeBmp({ ...size, ...kind, at: grey });
    expect(statedSize(bytes)).toEqual(size);
    expect(bmpMissing(bytes)).toBe(0);
    expect(bmpMissing(bytes.subarray(0, -5))).toBe(5);
    for (const end of [2, 20, 26, 50]) expect(() => statedSize(bytes.subarray(0, end))).not.toThrow();
  }
  // What fills up the last line is no pixels.
  expect(bmpMissing(writeBmp({ width: 3, height: 2, at: grey }).subarray(0, -3))).toBe(0);
});

test('a GIF whose first frame is larger than its screen', async () => {
  const gif = new Uint8Array(await picture(30, 20).gif().toBuffer());
  const view = new DataView(gif.buffer, gif.byteOffset);
  view.setUint16(6, 5, true);
  view.setUint16(8, 5, true);
  expect(statedSize(gif)).toEqual({ width: 30, height: 20 });
});

test('a size that is claimed and not there is read all the same', async () => {
  const png = await picture(4, 4).png().toBuffer();
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(30_000, 20);
  expect(statedSize(png)).toEqual({ width: 30_000, height: 30_000 });
});

test('no bytes crash a reader', async () => {
  const written = await Promise.all(Object.values(WRITERS).map((write) => write(picture(20, 10)).toBuffer()));
  const samples = [...written, writeBmp({ width: 9, height: 9, at: grey })];
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.nat(400), fc.uint8Array({ maxLength: 40 }), (sample, at, noise) => {
      const bytes = Uint8Array.from(sample);
      bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
      for (const one of [bytes, bytes.subarray(0, at)]) {
        const size = statedSize(one);
        bmpMissing(one);
        expect(size === undefined || (size.width >= 0 && size.height >= 0)).toBe(true);
      }
    }),
  );
});
