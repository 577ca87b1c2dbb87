import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { COLOURS, expectQuarters, fixture, quartersOf, refusalOf, testDecoder } from '../testing-pictures.node.ts';

/** The four colours with noise, so that each part of the file holds something of the picture. */
async function noisy(): Promise<Sharp> {
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

const without = (bytes: Uint8Array, count: number) => bytes.subarray(0, bytes.length - count);

function zerosFrom(bytes: Uint8Array, share: number): Uint8Array {
  return Uint8Array.from(bytes).fill(0, Math.floor(bytes.length * share));
}

describe('only the end is missing', () => {
  test.each(['no-end-marker.jpg', 'no-end-chunk.png'])('%s', async (name) => {
    await expectQuarters(await fixture(name), name, COLOURS);
  });

  test('zeros in place of the end of a JPEG', async () => {
    const whole = await quartersOf(await testDecoder.decode(await fixture('whole.jpg'), 'a.jpg'));
    await expectQuarters(await fixture('no-end-marker-zeros-behind.jpg'), 'a.jpg', whole, 1);
  });

  test('a WebP without the end of its metadata, or without its filling byte', async () => {
    const picture = (await noisy()).withExif({ IFD0: { Copyright: 'somebody' } });
    const extended = await picture.webp({ quality: 95 }).toBuffer();
    await expectQuarters(without(extended, 10), 'a.webp', COLOURS, 30);
  });

  test.each([1, 2])('a GIF without its last %i bytes', async (count) => {
    await expectQuarters(without(await (await noisy()).gif().toBuffer(), count), 'a.gif', COLOURS, 60);
  });

  test('other bytes behind the end', async () => {
    const jpeg = await (await noisy()).jpeg({ quality: 95 }).toBuffer();
    for (const rest of [Buffer.alloc(5000), Buffer.from('trailing text'), jpeg]) {
      await expectQuarters(Buffer.concat([jpeg, rest]), 'a.jpg', COLOURS, 30);
    }
  });

  test('bytes between the segments of a JPEG', async () => {
    const jpeg = await (await noisy()).jpeg({ quality: 95 }).toBuffer();
    const second = 4 + jpeg.readUInt16BE(4);
    const padded = Buffer.concat([jpeg.subarray(0, second), Buffer.from('0000'), jpeg.subarray(second)]);
    await expectQuarters(padded, 'a.jpg', COLOURS, 30);
  });
});

describe('pixels are missing', () => {
  test.each(['cut-at-60-percent.jpg', 'cut-at-30-percent-progressive.jpg', 'six-bytes-changed.jpg'])(
    '%s',
    async (name) => {
      expect(await refusalOf(await fixture(name), name)).toMatch(/^The picture is damaged: /);
    },
  );

  const encoders: Record<string, (image: Sharp) => Sharp> = {
    'a.jpg': (image) => image.jpeg(),
    'progressive.jpg': (image) => image.jpeg({ progressive: true }),
    'a.png': (image) => image.png(),
    'a.webp': (image) => image.webp(),
    'lossless.webp': (image) => image.webp({ lossless: true }),
    'a.gif': (image) => image.gif(),
    'a.tiff': (image) => image.tiff({ compression: 'lzw' }),
    'a.avif': (image) => image.avif(),
  };
  test.each(Object.entries(encoders))('%s: cut off, and with zeros behind 70 %%', async (name, encode) => {
    const bytes = await encode(await noisy()).toBuffer();
    expect(await refusalOf(bytes.subarray(0, bytes.length * 0.7), name)).toMatch(/damaged/);
    expect(await refusalOf(zerosFrom(bytes, 0.7), name)).toMatch(/damaged/);
  });

  test('a JPEG whose scan stops in the middle, its end behind it', async () => {
    const jpeg = await (await noisy()).jpeg().toBuffer();
    const stopped = Buffer.concat([jpeg.subarray(0, jpeg.length / 2), Buffer.from([0xff, 0xd9])]);
    expect(await refusalOf(stopped, 'a.jpg')).toMatch(/damaged/);
  });
});
