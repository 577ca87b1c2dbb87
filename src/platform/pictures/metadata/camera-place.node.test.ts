/** With what and where pictures were taken, in files of every kind. */
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Extensions } from '../../../engine/collection/extensions/extensions.ts';
import { cameraOf, placeOf } from '../../../engine/collection/extensions/facts.ts';
import { concat } from '../containers/bytes.ts';
import {
  exifSegment,
  type TestFields,
  testArw,
  testBox,
  testCr3,
  testJpeg,
  testRaf,
  testRw2,
  writeTestTiff,
} from '../containers/raw/testing-raw.ts';
import { cameraName, readName } from './camera.ts';
import { readMetadata } from './read-metadata.ts';
import { makeXmp, withChunks, withGifXmp, withSegment } from './testing-metadata.node.ts';

const CAMERA = 'Canon EOS 80D';
const PLACE = [48.858222, -2.2945];
const GPS: TestFields = {
  1: { text: 'N' },
  2: {
    rationals: [
      [48, 1],
      [51, 1],
      [2960, 100],
    ],
  },
  3: { text: 'W' },
  4: {
    rationals: [
      [2, 1],
      [17670, 1000],
      [0, 1],
    ],
  },
};
const exif = (gps: TestFields = GPS, main: TestFields = { 271: { text: 'Canon' }, 272: { text: CAMERA } }) =>
  writeTestTiff({ little: false, directories: [{ ...main, 34853: { directories: [gps] } }] });
const text = (value: string) => new TextEncoder().encode(value);
const XMP = makeXmp({
  'xmlns:tiff': 'http://ns.adobe.com/tiff/1.0/',
  'tiff:Make': 'NIKON CORPORATION',
  'tiff:Model': 'NIKON D850',
  'exif:GPSLatitude': '33,51.4S',
  'exif:GPSLongitude': '151,12,30E',
});
const XMP_FACTS = { camera: 'NIKON D850', place: [-33.856667, 151.208333] };

let jpeg: Uint8Array;
let png: Uint8Array;
let gif: Uint8Array;
beforeAll(async () => {
  const plain = () => sharp({ create: { width: 20, height: 16, channels: 3, background: '#c33' } });
  jpeg = await plain().jpeg().toBuffer();
  png = await plain().png().toBuffer();
  gif = await plain().gif().toBuffer();
});

const withExif = (block: Uint8Array) => withSegment(jpeg, 0xe1, concat([text('Exif\0\0'), block]));

describe('in files of every kind', () => {
  test('EXIF', async () => {
    const facts = { camera: CAMERA, place: PLACE };
    expect(await readMetadata(withExif(exif()))).toMatchObject(facts);
    expect(await readMetadata(withChunks(png, ['eXIf', exif()]))).toMatchObject(facts);
    expect(await readMetadata(exif())).toMatchObject(facts);
    const taken = sharp(jpeg).withExif({ IFD0: { Make: 'Canon', Model: CAMERA } });
    for (const made of [taken.clone().webp(), taken.clone().avif()]) {
      expect(await readMetadata(await made.toBuffer())).toMatchObject({ camera: CAMERA });
    }
  });

  test('XMP', async () => {
    const segment = concat([text('http://ns.adobe.com/xap/1.0/\0'), text(XMP)]);
    expect(await readMetadata(withSegment(jpeg, 0xe1, segment))).toMatchObject(XMP_FACTS);
    expect(await readMetadata(withGifXmp(gif, XMP))).toMatchObject(XMP_FACTS);
    expect(await readMetadata(await sharp(jpeg).withXmp(XMP).webp().toBuffer())).toMatchObject(XMP_FACTS);
    const both = withSegment(withExif(exif()), 0xe1, segment);
    expect(await readMetadata(both)).toMatchObject({ camera: CAMERA, place: PLACE });
  });

  test('RAW files: their own, or that of the JPEG in them', async () => {
    const picture = testJpeg(600, 400);
    const files = { large: picture, small: picture, orientation: 6 };
    const main = (bytes: Uint8Array, magic = 42) =>
      writeTestTiff({
        magic,
        directories: [{ 262: { short: 32803 }, 271: { text: 'SONY' }, 272: { text: 'ILCE-7M3' }, 46: { bytes } }],
      });
    expect(await readMetadata(main(picture))).toMatchObject({ camera: 'SONY ILCE-7M3', orientation: 1 });
    expect(await readMetadata(main(picture, 0x55))).toMatchObject({ camera: 'SONY ILCE-7M3' });
    expect(await readMetadata(testArw(files))).toMatchObject({ camera: null, orientation: 6 });
    expect(await readMetadata(testRw2({ ...files, large: withExif(exif()) }))).toMatchObject({ camera: CAMERA });
    expect(await readMetadata(testRaf({ large: withExif(exif()) }))).toMatchObject({ camera: CAMERA, place: PLACE });
    const taken = writeTestTiff({ directories: [{ 36867: { text: '2011:11:11 11:11:11' } }] });
    const boxes = [
      testBox('CMT1', writeTestTiff({ directories: [{ 271: { text: 'Canon' }, 272: { text: 'EOS R5' } }] })),
      testBox('CMT2', taken),
      testBox('CMT4', writeTestTiff({ directories: [GPS] })),
    ];
    expect(await readMetadata(testCr3(files, true, boxes))).toMatchObject({
      captured: { date: '2011-11-11T11:11:11', source: 'exif-original' },
      camera: 'Canon EOS R5',
      place: PLACE,
    });
  });

  test('how the pixels are turned', async () => {
    expect(await readMetadata(testJpeg(6, 4, 0xc0, exifSegment(8)))).toMatchObject({ orientation: 8 });
    expect(await readMetadata(testJpeg(6, 4, 0xc0, exifSegment(9)))).toMatchObject({ orientation: 1 });
    const webp = await sharp(jpeg).withMetadata({ orientation: 3 }).webp().toBuffer();
    expect(await readMetadata(webp)).toMatchObject({ orientation: 3 });
    // Its container says it, and decoders look there.
    const avif = await sharp(jpeg).withMetadata({ orientation: 6 }).avif().toBuffer();
    expect(await readMetadata(avif)).toMatchObject({ orientation: 1 });
  });
});

describe('places', () => {
  const place = async (gps: TestFields) => (await readMetadata(withExif(exif({ ...GPS, ...gps })))).place;
  const at = (degrees: number, minutes = 0): TestFields[number] => ({
    rationals: [
      [degrees, 1],
      [minutes, 1],
      [0, 0],
    ],
  });

  test('south and west are negative; what was not measured beside the degrees is none', async () => {
    expect(await place({ 1: { text: 'S' }, 2: at(33, 30), 3: { text: 'e' } })).toEqual([-33.5, 2.2945]);
  });

  test.each<[string, TestFields]>([
    ['out of range', { 2: at(91) }],
    [
      'no number',
      {
        2: {
          rationals: [
            [0, 0],
            [0, 0],
            [0, 0],
          ],
        },
      },
    ],
    ['0, 0', { 2: at(0), 4: at(0) }],
    ['without a direction', { 1: { text: '' } }],
    ['with another direction', { 1: { text: 'E' } }],
    ['not a list of three', { 4: { rationals: [[2, 1]] } }],
    ['without satellites', { 9: { text: 'V' } }],
  ])('%s: none', async (_name, gps) => {
    expect(await place(gps)).toBeNull();
  });
});

describe('names of cameras', () => {
  test.each([
    ['Canon', 'Canon EOS 80D', 'Canon EOS 80D'],
    ['NIKON CORPORATION', 'NIKON D850', 'NIKON D850'],
    ['Apple', 'iPhone 15 Pro', 'Apple iPhone 15 Pro'],
    ['OLYMPUS IMAGING CORP.', 'E-M10', 'OLYMPUS E-M10'],
    ['CASIO COMPUTER CO.,LTD.', 'EX-Z1000', 'CASIO EX-Z1000'],
    ['EASTMAN KODAK COMPANY', 'KODAK DX4530', 'KODAK DX4530'],
    ['Leica Camera AG', 'M11', 'Leica M11'],
    ['LG Electronics', 'LG-H870', 'LG-H870'],
    ['Camera', 'X', 'Camera X'],
    ['', 'COOLPIX', 'COOLPIX'],
    ['SONY', '', 'SONY'],
  ])('%s, %s: %s', (make, model, name) => {
    expect(cameraName(make, model)).toBe(name);
  });

  test('text that is not to be trusted: one short line, without what cannot be seen', () => {
    expect(cameraName('', '')).toBeUndefined();
    expect(readName(text('  Canon\u202e\r\n EOS\u0007  80D\0rest'))).toBe('Canon EOS 80D');
    expect(readName(Uint8Array.of(0xff, 0xfe, 0x41))).toBe('A');
    expect(readName(text('小米'))).toBe('小米');
    expect(cameraName('a'.repeat(99), `😀${'b'.repeat(99)}`)).toBe('a'.repeat(99));
    expect(cameraName('', 'x'.repeat(400))).toHaveLength(100);
    expect(readName(new Uint8Array(501).fill(0x41))).toBe('');
    expect(cameraName('<b>', '"&x')).toBe('<b> "&x');
  });
});

test('files of every kind, damaged anywhere', async () => {
  const segment = concat([text('http://ns.adobe.com/xap/1.0/\0'), text(XMP)]);
  const shot = sharp(jpeg)
    .withExif({ IFD0: { Make: 'Canon', Model: CAMERA } })
    .withXmp(XMP);
  const avif = new Uint8Array(await shot.clone().avif().toBuffer());
  expect(await readMetadata(avif)).toMatchObject({ ...XMP_FACTS, camera: CAMERA });
  const files = [withSegment(withExif(exif()), 0xe1, segment), await shot.clone().webp().toBuffer(), avif];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 8 }),
      fc.nat(5000),
      async (file, changes, length) => {
        const bytes = Uint8Array.from(file);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        for (const one of [bytes, bytes.subarray(0, length % bytes.length)]) {
          const { camera, place, orientation } = await readMetadata(one);
          expect(cameraOf({ extensions: { camera } }) ?? null).toBe(camera);
          expect(placeOf({ extensions: { place } as Extensions }) ?? null).toEqual(place);
          expect(orientation).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 500 },
  );
});
