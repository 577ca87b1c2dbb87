import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../decode.node.ts';
import {
  COLOURS,
  expectQuarters,
  fixture,
  GREYS,
  type Quarters,
  quartersOf,
  type Rgb,
  shown,
  testDecoder,
  testPreprocessor,
} from '../testing-pictures.node.ts';

/** The four colours as they are written in Display P3. */
const IN_P3: Quarters = [
  [203, 59, 49],
  [90, 177, 77],
  [57, 81, 189],
  [200, 200, 200],
];

/** A picture of four quarters without any word on colour. @param encode what a value of 255 is written as */
function pngOf(quarters: Quarters, encode?: (value: number) => number): Promise<Buffer> {
  const side = 32;
  const samples: number[] = [];
  for (let at = 0; at < side * side; at++) {
    const quarter = (at < (side * side) / 2 ? 0 : 2) + (at % side < side / 2 ? 0 : 1);
    samples.push(...(quarters[quarter] ?? []));
  }
  const raw = { width: side, height: side, channels: 3 } as const;
  if (!encode) return sharp(Uint8Array.from(samples), { raw }).png().toBuffer();
  return sharp(Uint16Array.from(samples, encode), { raw }).toColourspace('rgb16').png().toBuffer();
}

/** A PNG with a chunk behind its header. */
function withChunk(png: Buffer, name: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name), content]);
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(content.length, 0);
  sizes.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([png.subarray(0, 33), sizes.subarray(0, 4), named, sizes.subarray(4), png.subarray(33)]);
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

const P3_CHROMATICITIES = numbers(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000);
const toLinear16 = (value: number) =>
  65535 * (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);

describe('profiles', () => {
  test.each(['prophoto-16.png', 'adobergb-16.tif', 'linear-16.png', 'p3-16.png', 'prophoto-8.png'])(
    '%s',
    async (name) => {
      await expectQuarters(await fixture(name), name, COLOURS);
    },
  );

  test('16 bits with transparency, and AVIF of 10 bits', async () => {
    const deep = sharp(await fixture('p3-16.png')).keepIccProfile();
    const clear = await deep.clone().ensureAlpha(0.999).toColourspace('rgb16').png().toBuffer();
    expect(await sharp(clear).metadata()).toMatchObject({ hasAlpha: true, depth: 'ushort', hasProfile: true });
    await expectQuarters(clear, 'a.png', COLOURS);
    const avif = await deep.clone().toColourspace('rgb16').avif({ bitdepth: 10, quality: 90 }).toBuffer();
    expect((await sharp(avif).metadata()).hasProfile).toBe(true);
    await expectQuarters(avif, 'a.avif', COLOURS, 12);
  });

  test('grey of 16 bits', async () => {
    const png = await sharp(await fixture('reference-grey.png'))
      .toColourspace('grey16')
      .png()
      .toBuffer();
    await expectQuarters(png, 'a.png', GREYS);
  });
});

describe('colours by numbers', () => {
  test.each<[string, Uint8Array, Quarters]>([
    ['P3', Uint8Array.of(12, 13, 0, 1), IN_P3],
    ['sRGB', Uint8Array.of(1, 13, 0, 1), COLOURS],
    ['nothing that is known', Uint8Array.of(250, 250, 0, 1), COLOURS],
    ['a chunk that is too short', Uint8Array.of(12), COLOURS],
  ])('PNG with cICP: %s', async (_, content, written) => {
    await expectQuarters(withChunk(await pngOf(written), 'cICP', content), 'a.png', COLOURS);
  });

  test('cICP counts before a profile', async () => {
    const written = withChunk(await fixture('prophoto-8.png'), 'cICP', Uint8Array.of(1, 13, 0, 1));
    const quarters = await quartersOf(await testDecoder.decode(written, 'a.png'));
    expect(quarters[1][1]).not.toBeCloseTo(180, -1);
  });

  test('PNG with gAMA of linear light in 16 bits', async () => {
    const png = withChunk(await pngOf(COLOURS, toLinear16), 'gAMA', numbers(100_000));
    await expectQuarters(png, 'a.png', COLOURS, 2);
  });

  test('PNG with cHRM; not where sRGB is said as well', async () => {
    const png = withChunk(await pngOf(IN_P3), 'cHRM', P3_CHROMATICITIES);
    await expectQuarters(png, 'a.png', COLOURS);
    await expectQuarters(withChunk(png, 'sRGB', Uint8Array.of(0)), 'a.png', IN_P3);
  });

  test('impossible gamma and chromaticities count for nothing', async () => {
    const png = await pngOf(COLOURS);
    await expectQuarters(withChunk(png, 'gAMA', numbers(0)), 'a.png', COLOURS);
    await expectQuarters(withChunk(png, 'cHRM', numbers(...Array<number>(8).fill(0))), 'a.png', COLOURS);
    await expectQuarters(withChunk(png, 'cHRM', numbers(...Array<number>(8).fill(33_000))), 'a.png', COLOURS);
  });

  test('AVIF with nclx', async () => {
    const avif = await fixture('sequence.avif');
    await expectQuarters(avif, 'a.avif', COLOURS);
    const transfer = avif.indexOf('nclx') + 6;
    expect(avif.readUInt16BE(transfer)).toBe(13);
    avif.writeUInt16BE(8, transfer); // linear light: all of it is lighter
    const lighter: Quarters = [
      [239, 111, 111],
      [111, 219, 133],
      [122, 152, 229],
      [229, 229, 229],
    ];
    await expectQuarters(avif, 'a.avif', lighter);
  });
});

describe('SVG', () => {
  const square = '<rect width="32" height="32" fill="#dc2828"/>';
  const namespace = 'xmlns="http://www.w3.org/2000/svg"';
  const svg = (attributes: string, body = square) => `<svg ${namespace} ${attributes}>${body}</svg>`;
  const sizeOf = async (text: string | Uint8Array) => {
    const { width, height, preview } = await testDecoder.decode(Buffer.from(text), 'a.svg');
    return {
      size: [width, height],
      preview: [(preview as { width: number }).width, (preview as { height: number }).height],
    };
  };

  test.each<[string, string, [number, number]]>([
    ['no size', '', [300, 150]],
    ['auto', 'width="auto" height="auto"', [300, 150]],
    ['shares of the page', 'width="100%" height="100%" viewBox="0 0 40 20"', [40, 20]],
    ['one size', 'width="60"', [60, 150]],
    ['one size and a viewBox', 'height="60" viewBox="0 0 20 10"', [120, 60]],
    ['a style', 'width="1" style="fill:red; width: 2in; height:1in"', [192, 96]],
    ['a viewBox in large units', 'viewBox="0 0 1000000 500000"', [1024, 512]],
    ['millions of pixels', 'width="2000000" height="1000000"', [2_000_000, 1_000_000]],
    ['more than there is', 'width="1e200" height="1e200"', [1e9, 1e9]],
  ])('%s', async (_, attributes, size) => {
    const { preview, size: own } = await sizeOf(svg(attributes));
    expect(own).toEqual(size);
    expect(Math.max(...preview)).toBe(1024);
    expect((preview[0] as number) / (preview[1] as number)).toBeCloseTo(size[0] / size[1], 1);
  });

  const drawing =
    '<rect width="48" height="32" fill="#dc2828"/><rect x="48" width="48" height="32" fill="#28b43c"/>' +
    '<rect y="32" width="48" height="32" fill="#3250c8"/><rect x="48" y="32" width="48" height="32" fill="#c8c8c8"/>';

  test('without a size the drawing is in the corner; in large units it is all there', async () => {
    const { data } = await shown(await testDecoder.decode(Buffer.from(svg('', drawing)), 'a.svg'));
    for (const colour of COLOURS) expect(shareOf(data, colour)).toBeGreaterThan(0.02);
    const large = svg('viewBox="0 0 100000 66666.7"', `<g transform="scale(1041.67)">${drawing}</g>`);
    await expectQuarters(Buffer.from(large), 'a.svg', COLOURS);
  });

  test('UTF-16, Latin-1, comments and a document type before the drawing', async () => {
    const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
    const text = svg('width="10" height="10"');
    const little = Buffer.from(`\uFEFF${declared('UTF-16')}${text}`, 'utf16le');
    const latin = Buffer.from(
      `${declared('ISO-8859-1')}${svg('width="10" height="10"', `<title>é</title>${square}`)}`,
      'latin1',
    );
    const doctype = '<!DOCTYPE svg [<!ENTITY red "#dc2828"><!ENTITY x "> <svg">]>';
    const entity = `${declared('utf-8')}<!-- <svg ${'x'.repeat(3000)} -->${doctype}${svg('width="10" height="10"', '<rect width="32" height="32" fill="&red;"/>')}`;
    for (const bytes of [little, Buffer.from(little).swap16(), latin, Buffer.from(entity)]) {
      const picture = await testDecoder.decode(bytes, 'a.svg');
      expect(picture).toMatchObject({ width: 10, height: 10 });
      const [red, green] = (await quartersOf(picture))[0];
      expect(red - green).toBeGreaterThan(170);
    }
  });
});

/** The share of pixels close to a colour. */
function shareOf(data: Uint8Array, colour: Rgb): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (colour.every((value, channel) => Math.abs((data[i + channel] ?? 0) - value) <= 12)) count++;
  }
  return (3 * count) / data.length;
}

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
  const dark = await pngOf(COLOURS, (value) => value / 2);
  await expect(testDecoder.decode(dark, 'a.png')).rejects.toMatchObject({
    code: 'picture-unreadable',
    message: expect.stringMatching(/run from \d+ to 110, but what comes out is entirely black/),
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
