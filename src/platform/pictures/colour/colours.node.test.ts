import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  COLOURS,
  expectQuarters,
  fixture,
  GREYS,
  type Quarters,
  quartersOf,
  testDecoder,
} from '../testing-pictures.node.ts';

/** The four colours as they are written in Display P3. */
const IN_P3: Quarters = [
  [203, 59, 49],
  [90, 177, 77],
  [57, 81, 189],
  [200, 200, 200],
];

/** The four colours as television writes them. */
const IN_BT709: Quarters = [
  [222, 52, 52],
  [52, 184, 70],
  [61, 89, 203],
  [203, 203, 203],
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

  test('grey of 8 and 16 bits, without and with a profile of linear light', async () => {
    const grey = sharp(await fixture('reference-grey.png')).toColourspace('b-w');
    const deep = grey.clone().toColourspace('grey16');
    await expectQuarters(await deep.clone().png().toBuffer(), 'a.png', GREYS);
    for (const image of [grey, deep]) {
      const png = await image.clone().png({ palette: false }).toBuffer();
      const profiled = withChunk(
        png,
        'iCCP',
        Buffer.concat([Buffer.from('grey\0\0'), deflateSync(linearGreyProfile())]),
      );
      const depth = image === deep ? 'ushort' : 'uchar';
      expect(await sharp(profiled).metadata()).toMatchObject({ hasProfile: true, channels: 1, depth });
      const lighter = GREYS.map(([value]) => Array<number>(3).fill(fromLinear(value))) as unknown as Quarters;
      await expectQuarters(profiled, 'a.png', lighter);
    }
  });
});

/** A value of linear light as sRGB has it, both from 0 to 255. */
function fromLinear(value: number): number {
  return 255 * (1.055 * (value / 255) ** (1 / 2.4) - 0.055);
}

/** The least that an ICC profile of grey can be (ICC.1:2001-04): a white point and a curve. */
function linearGreyProfile(): Buffer {
  const tags: [name: string, content: Buffer][] = [
    ['desc', Buffer.concat([Buffer.from('desc\0\0\0\0\0\0\0\x05grey\0'), Buffer.alloc(79)])],
    ['cprt', Buffer.from('text\0\0\0\0none\0\0\0\0')],
    ['wtpt', Buffer.concat([Buffer.from('XYZ \0\0\0\0'), numbers(0xf6d6, 0x10000, 0xd32d)])],
    ['kTRC', Buffer.concat([Buffer.from('curv\0\0\0\0'), numbers(0)])],
  ];
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x02100000, 8);
  header.write('mntrGRAYXYZ ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  numbers(0xf6d6, 0x10000, 0xd32d).copy(header, 68);
  let at = header.length + 4 + 12 * tags.length;
  const table: Buffer[] = [numbers(tags.length)];
  for (const [name, content] of tags) {
    table.push(Buffer.from(name), numbers(at, content.length));
    at += content.length;
  }
  header.writeUInt32BE(at, 0);
  return Buffer.concat([header, ...table, ...tags.map(([, content]) => content)]);
}

describe('colours by numbers', () => {
  test.each<[string, Uint8Array, Quarters]>([
    ['P3', Uint8Array.of(12, 13, 0, 1), IN_P3],
    ['sRGB', Uint8Array.of(1, 13, 0, 1), COLOURS],
    ['BT.709, as Chromium shows it', Uint8Array.of(1, 1, 0, 1), IN_BT709],
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

  /** What Chromium 149 makes of the greys on a canvas. */
  test.each<[string, number, number[]]>([
    ['PQ', 16, [67, 123, 54, 255]],
    ['HLG', 18, [70, 96, 61, 201]],
  ])('%s: high dynamic range on a screen of standard range', async (_, transfer, expected) => {
    const png = withChunk(await pngOf(GREYS), 'cICP', Uint8Array.of(1, transfer, 0, 1));
    const greys = (await quartersOf(await testDecoder.decode(png, 'a.png'))).map(([red]) => red);
    for (const [i, grey] of greys.entries()) expect(Math.abs(grey - (expected[i] as number))).toBeLessThan(6);
  });

  test('PNG with gAMA of linear light in 16 bits', async () => {
    const png = withChunk(await pngOf(COLOURS, toLinear16), 'gAMA', numbers(100_000));
    await expectQuarters(png, 'a.png', COLOURS, 2);
  });

  test('PNG with gAMA and cHRM; not where sRGB is said as well, nor cHRM alone', async () => {
    const alone = withChunk(await pngOf(IN_P3), 'cHRM', P3_CHROMATICITIES);
    await expectQuarters(alone, 'a.png', IN_P3);
    const both = withChunk(alone, 'gAMA', numbers(45_455));
    await expectQuarters(both, 'a.png', COLOURS, 10);
    await expectQuarters(withChunk(both, 'sRGB', Uint8Array.of(0)), 'a.png', IN_P3);
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
