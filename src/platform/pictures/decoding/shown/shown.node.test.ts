import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../decode.node.ts';
import {
  COLOURS,
  expectQuarters,
  fixture,
  quartersOf,
  shown,
  testDecoder,
  testPreprocessor,
} from '../../testing-pictures.node.ts';

describe('animations', () => {
  test('an AVIF sequence gives its still picture', async () => {
    await expectQuarters(await fixture('sequence.avif'), 'a.avif', COLOURS);
  });

  test.each(['first-frame-clear.webp', 'first-frame-black.gif'])(
    '%s gives a frame that shows something',
    async (name) => {
      await expectQuarters(await fixture(name), name, COLOURS, 12);
    },
  );

  test('a title that fades in, a first frame of a few pixels; a first frame that shows something stays', async () => {
    const frame = (size: number, fill: string) => {
      const text = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><rect width="60" height="60"/><rect x="5" y="5" width="${size}" height="${size}" fill="${fill}"/></svg>`;
      return sharp(Buffer.from(text)).png().toBuffer();
    };
    const animate = async (frames: [number, string][]) => {
      const pictures = await Promise.all(frames.map(([size, fill]) => frame(size, fill)));
      return sharp(pictures, { join: { animated: true } })
        .gif()
        .toBuffer();
    };
    const cornerOf = async (gif: Uint8Array) => (await quartersOf(await testDecoder.decode(gif, 'a.gif')))[0];
    expect(
      (
        await cornerOf(
          await animate([
            [40, '#000'],
            [40, '#222'],
            [40, '#dc2828'],
            [40, '#111'],
          ]),
        )
      )[0],
    ).toBeGreaterThan(200);
    expect(
      (
        await cornerOf(
          await animate([
            [3, '#fff'],
            [40, '#dc2828'],
          ]),
        )
      )[0],
    ).toBeGreaterThan(200);
    expect(
      (
        await cornerOf(
          await animate([
            [30, '#2828dc'],
            [40, '#dc2828'],
          ]),
        )
      )[2],
    ).toBeGreaterThan(200);
    expect(
      await cornerOf(
        await animate([
          [0, '#000'],
          [1, '#010101'],
        ]),
      ),
    ).toEqual([0, 0, 0]);
  });
});

describe('transparency', () => {
  const drawing = (fill: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><path d="M10 54 L48 8 L86 54 Z" fill="${fill}"/></svg>`;

  /** The largest difference between the drawing and its ground. */
  const contrastOf = async (bytes: Uint8Array, name: string) => {
    const { data, info } = await shown(await testDecoder.decode(bytes, name));
    const middle = 3 * (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2));
    return Math.max(...[0, 1, 2].map((i) => Math.abs((data[i] ?? 0) - (data[middle + i] ?? 0))));
  };

  test('white and light grey on nothing are seen, as SVG, PNG, WebP and AVIF; black is on white', async () => {
    for (const fill of ['#fff', '#e6e6e6', '#000', '#dc2828']) {
      const svg = Buffer.from(drawing(fill));
      const files: [string, Uint8Array][] = [
        ['a.svg', svg],
        ['a.png', await sharp(svg).png().toBuffer()],
        ['a.webp', await sharp(svg).webp().toBuffer()],
        ['a.avif', await sharp(svg).avif().toBuffer()],
      ];
      for (const [name, bytes] of files) expect(await contrastOf(bytes, name), `${fill} ${name}`).toBeGreaterThan(40);
    }
    const black = await shown(await testDecoder.decode(Buffer.from(drawing('#000')), 'a.svg'));
    expect(black.data[0]).toBe(255);
  });

  test('a stored one', async () => {
    expect(await contrastOf(await fixture('white-on-clear.png'), 'a.png')).toBeGreaterThan(40);
  });

  test('a white page without a hole stays white', async () => {
    const page = { create: { width: 40, height: 40, channels: 4, background: '#ffffffff' } } as const;
    expect((await quartersOf(await testDecoder.decode(await sharp(page).png().toBuffer(), 'a.png')))[0]).toEqual([
      255, 255, 255,
    ]);
  });
});

test('what comes out entirely black though it is not is refused; a black picture is not', async () => {
  const create = { width: 40, height: 40, channels: 3, background: '#000' } as const;
  expect((await quartersOf(await testDecoder.decode(await sharp({ create }).png().toBuffer(), 'a.png')))[0]).toEqual([
    0, 0, 0,
  ]);
  const values = Uint16Array.from({ length: 3 * 1600 }, (_, i) => (i % 2 === 0 ? 10 : 110));
  const raw = { width: 40, height: 40, channels: 3 } as const;
  const dark = await sharp(values, { raw }).toColourspace('rgb16').png().toBuffer();
  await expect(testDecoder.decode(dark, 'a.png')).rejects.toMatchObject({
    code: 'picture-unreadable',
    message: expect.stringMatching(/run from 10 to 110, but what comes out is entirely black/),
  });
});

test('of what browsers do not turn as its metadata say, no copy is published', async () => {
  const copying = createDecoder({ preprocessor: testPreprocessor, pictures: 'copy' });
  const picture = sharp({ create: { width: 60, height: 40, channels: 3, background: '#dc2828' } });
  const turned = picture.clone().withMetadata({ orientation: 6 });
  const jpeg = await turned.clone().jpeg().toBuffer();
  expect((await copying.decode(jpeg, 'a.jpg')).preview).toMatchObject({ extension: 'jpg', bytes: jpeg, width: 40 });
  for (const [name, bytes] of [
    ['a.webp', await turned.clone().webp().toBuffer()],
    ['a.png', await turned.clone().png().toBuffer()],
  ] as const) {
    const { preview } = await copying.decode(bytes, name);
    expect(preview).toMatchObject({ extension: 'webp', width: 40, height: 60 });
    expect((await sharp((preview as { bytes: Uint8Array }).bytes).metadata()).orientation).toBeUndefined();
  }
  const upright = await picture.clone().webp().toBuffer();
  expect((await copying.decode(upright, 'a.webp')).preview).toMatchObject({ bytes: upright });
});
