import { expect, test } from 'vitest';
import { fileName, folderOf, formatPlace, sizeFact, typeOf } from './words.ts';

test.each([
  ['a/b/c.jpg', 'c.jpg', 'a/b', 'JPEG'],
  ['c.JPeG', 'c.JPeG', '', 'JPEG'],
  ['a/x.nef', 'x.nef', 'a', 'NEF (raw)'],
  ['scan.tar.avif', 'scan.tar.avif', '', 'AVIF'],
  ['a/IMG_0001', 'IMG_0001', 'a', ''],
  ['a.b/IMG', 'IMG', 'a.b', ''],
  ['a/.hidden', '.hidden', 'a', ''],
  ['x.constructor', 'x.constructor', '', ''],
  ['', '', '', ''],
])('%j is the file %j in %j, a %j', (name, file, folder, type) => {
  expect([fileName({ name }), folderOf({ name }), typeOf({ name })]).toEqual([file, folder, type]);
});

test('a size says what is known of it', () => {
  expect(sizeFact({ width: 768, height: 768, bytes: 31_000 })).toBe('768 × 768, 31 kB');
  expect(sizeFact({ width: 4000, height: 3000, bytes: 0 })).toBe('4000 × 3000, 12 megapixels');
  expect(sizeFact({ width: 1600, height: 900, bytes: 1 })).toBe('1600 × 900, 1.4 megapixels, 1 B');
  expect(sizeFact({ width: 0, height: 0, bytes: 0 })).toBe('');
});

test('a place is in degrees, with the half of the earth that it is on', () => {
  expect(formatPlace([52.5200066, 13.404954])).toBe('52.52001° N, 13.40495° E');
  expect(formatPlace([-33.5, -70.25])).toBe('33.50000° S, 70.25000° W');
});
