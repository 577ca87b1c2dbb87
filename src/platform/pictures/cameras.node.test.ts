/** Files as phones and cameras write them, decoded in Node. */
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  exifSegment,
  LOSSLESS,
  testArw,
  testCr2,
  testCr3,
  testDng,
  testNef,
  testOrf,
  testRaf,
  testRw2,
} from './containers/raw/testing-raw.ts';
import { NO_PREVIEW } from './containers/raw-preview.ts';
import { makeHeic, tileOf } from './heic/testing-heic.ts';
import { makeExif, TAGS } from './metadata/testing-metadata.node.ts';
import { COLOURS, expectQuarters, fixture, refusalOf, testDecoder } from './testing-pictures.node.ts';

describe('HEIC', () => {
  test.each(['quarters.heic', 'quarters-p3.heic', 'ten-bits.heic', 'limited-range.heic'])('%s', async (name) => {
    const bytes = await fixture(name);
    await expectQuarters(bytes, name, COLOURS);
    expect(await testDecoder.decode(bytes, 'IMG_1.jpg')).toMatchObject({ width: 96, height: 64 });
  });

  test('turned, with the date that its EXIF says', async () => {
    const tile = tileOf(await fixture('quarters.heic'));
    const exif = makeExif({ exif: { [TAGS.original]: '2011:11:11 11:11:11' } });
    const picture = await testDecoder.decode(makeHeic({ tiles: [tile], turns: 1, exif }), 'a.heic');
    expect(picture).toMatchObject({
      width: 64,
      height: 96,
      metadata: { captured: { date: '2011-11-11T11:11:11', source: 'exif-original' } },
    });
  });

  test('too large, cut off', async () => {
    const bytes = await fixture('quarters.heic');
    const large = makeHeic({ tiles: [tileOf(bytes)], size: { width: 20_000, height: 20_000 } });
    expect(await refusalOf(large, 'a.heic')).toMatch(/more than 268 megapixels/);
    expect(await refusalOf(bytes.subarray(0, 400), 'a.heic')).toMatch(/^The picture is damaged: /);
  });
});

describe('RAW files', () => {
  let large: Uint8Array;
  let small: Uint8Array;
  const quarters = async (width: number, height: number) => {
    const png = sharp(await fixture('reference.png'));
    return new Uint8Array(
      await png
        .resize(width, height, { kernel: 'nearest' })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer(),
    );
  };
  beforeAll(async () => {
    [large, small] = await Promise.all([quarters(480, 320), quarters(48, 32)]);
  });

  test.each([
    ['DNG', testDng],
    ['CR2', testCr2],
    ['CR3', testCr3],
    ['NEF', testNef],
    ['ARW', testArw],
    ['ORF', testOrf],
    ['RW2', testRw2],
    ['RAF', testRaf],
  ] as const)('%s: its JPEG', async (name, make) => {
    await expectQuarters(make({ large, small }), name, COLOURS);
    expect(await testDecoder.decode(make({ large, small }), name)).toMatchObject({ width: 480, height: 320 });
  });

  test('turned as the file says, or as its JPEG says, once', async () => {
    const turned = { width: 320, height: 480 };
    expect(await testDecoder.decode(testNef({ large, small, orientation: 8 }), 'a.nef')).toMatchObject(turned);
    const itself = new Uint8Array([...large.subarray(0, 2), ...exifSegment(6), ...large.subarray(2)]);
    expect(await testDecoder.decode(testNef({ large: itself, small, orientation: 6 }), 'a.nef')).toMatchObject(turned);
  });

  test('without a JPEG: a sentence', async () => {
    const nothing = { large: LOSSLESS, small: LOSSLESS };
    expect(await refusalOf(testOrf(nothing), 'a.orf')).toBe(NO_PREVIEW);
    expect(await refusalOf(testCr3(nothing), 'a.cr3')).toBe(NO_PREVIEW);
    const cr2 = testCr2({ large, small });
    expect(await refusalOf(cr2.subarray(0, cr2.indexOf(0xd8) + 20), 'cut.cr2')).toBe(NO_PREVIEW);
    const damaged = Uint8Array.from(large);
    damaged.fill(0, 2000);
    expect(await refusalOf(testRaf({ large: damaged }), 'a.raf')).toMatch(/damaged/);
  });
});
