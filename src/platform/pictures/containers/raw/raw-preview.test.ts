import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jpegHeader, orientationOf } from '../jpeg-header.ts';
import { isRaw, rawPreview } from '../raw-preview.ts';
import { writeTiff } from '../tiff/testing-tiff.ts';
import {
  exifSegment,
  LOSSLESS,
  testArw,
  testCr2,
  testCr3,
  testDng,
  testJpeg,
  testNef,
  testOrf,
  testRaf,
  testRw2,
  writeTestTiff,
} from './testing-raw.ts';

const large = testJpeg(600, 400);
const small = testJpeg(160, 120);

/** Every place in which a preview may be, with the picture in it turned as the file says. */
const FILES: readonly (readonly [string, (orientation: number) => Uint8Array])[] = [
  ['DNG', (orientation) => testDng({ large, small, orientation })],
  ['CR2', (orientation) => testCr2({ large, small, orientation })],
  ['CR3, a track', (orientation) => testCr3({ large, small, orientation })],
  ['CR3, PRVW', (orientation) => testCr3({ large, small, orientation }, false)],
  ['NEF', (orientation) => testNef({ large, small, orientation })],
  ['NEF, notes', (orientation) => testNef({ large, small, orientation }, true)],
  ['ARW', (orientation) => testArw({ large, small, orientation })],
  ['ORF', (orientation) => testOrf({ large, small, orientation })],
  ['ORF, OM System', (orientation) => testOrf({ large, small, orientation }, 'om')],
  ['ORF, old', (orientation) => testOrf({ large, small, orientation }, 'old')],
  ['RW2', (orientation) => testRw2({ large, small, orientation })],
];

test.each(FILES)('%s: the largest JPEG as it is, and turned as the file says', (_name, make) => {
  expect(isRaw(make(1))).toBe(true);
  const upright = rawPreview(make(1));
  expect(upright).toMatchObject({ width: 600, height: 400, orientation: 1 });
  expect(upright?.jpeg).toEqual(large);

  const turned = rawPreview(make(6));
  expect(turned).toMatchObject({ width: 600, height: 400, orientation: 6 });
  const header = turned && jpegHeader(turned.jpeg);
  expect(header?.frame).toMatchObject({ width: 600, height: 400 });
  expect(orientationOf(header?.exif)).toBe(6);
});

test('a JPEG that says itself how it is turned is believed', () => {
  const turned = testJpeg(600, 400, 0xc0, exifSegment(8));
  expect(rawPreview(testCr2({ large: turned, small, orientation: 6 }))).toEqual({
    jpeg: turned,
    width: 600,
    height: 400,
    orientation: 8,
  });
  expect(rawPreview(testRaf({ large: turned }))?.orientation).toBe(8);
  expect(rawPreview(testRaf({ large }))).toMatchObject({ jpeg: large, orientation: 1 });
});

test('what cannot be decoded is passed over', () => {
  expect(rawPreview(testCr2({ large: LOSSLESS, small }))?.jpeg).toEqual(small);
  expect(rawPreview(testCr2({ large: testJpeg(900, 900, 0xc9), small }))?.jpeg).toEqual(small);
  expect(rawPreview(testDng({ large: LOSSLESS, small: LOSSLESS }))).toBeUndefined();
});

test('of a file that ends early, the largest one that is whole', () => {
  const arw = testArw({ large, small });
  expect(rawPreview(arw.subarray(0, arw.length - 1))?.jpeg).toEqual(small);
});

test('a TIFF that no camera wrote has no preview, though it may hold JPEG', () => {
  const options = { width: 2, height: 2, bits: 8, format: 1, samples: 1 };
  const plain = writeTiff({ ...options, photometric: 1, data: new Uint8Array(4) });
  const withJpeg = writeTiff({ ...options, photometric: 6, compression: 7, data: large });
  for (const bytes of [plain, withJpeg, large, new Uint8Array()]) {
    expect(isRaw(bytes)).toBe(false);
    expect(rawPreview(bytes)).toBeUndefined();
  }
});

test('directories that lead back to themselves', () => {
  const bytes = writeTestTiff({ directories: [{ 262: { short: 32803 } }, { 274: { short: 1 } }] });
  const view = new DataView(bytes.buffer);
  const second = view.getUint32(8 + 2 + 12, true);
  view.setUint32(second + 2 + 12, 8, true);
  expect(isRaw(bytes)).toBe(true);
  expect(rawPreview(bytes)).toBeUndefined();
});

test.each([...FILES, ['RAF', () => testRaf({ large })] as const])('%s: damaged anywhere', (_name, make) => {
  const whole = make(6);
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(changes, fc.nat(whole.length), (list, length) => {
      const bytes = Uint8Array.from(whole);
      for (const [at, byte] of list) bytes[at] = byte;
      for (const one of [bytes, bytes.subarray(0, length), bytes.subarray(length)]) {
        const found = rawPreview(one);
        if (found) expect(jpegHeader(found.jpeg)?.frame).toMatchObject({ width: found.width, height: found.height });
      }
    }),
    { numRuns: 300 },
  );
});

test('random bytes behind every beginning', () => {
  const beginnings = FILES.map(([, make]) => make(1).subarray(0, 16));
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 400 }), (begin, rest) => {
      const bytes = new Uint8Array(begin.length + rest.length);
      bytes.set(begin);
      bytes.set(rest, begin.length);
      rawPreview(bytes);
    }),
    { numRuns: 1000 },
  );
});
