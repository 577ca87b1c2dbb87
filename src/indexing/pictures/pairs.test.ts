import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairFiles } from './pairs.ts';

/** Names that are shown, each with the others behind it. */
function paired(...names: string[]): string[] {
  const { pictures, films } = pairFiles(names.map((name) => ({ name })));
  const lines = pictures.map(({ file, others }) => [file, ...others].map(({ name }) => name).join(' + '));
  return [...lines, ...films.map(({ name }) => `film ${name}`)];
}

test('RAW and JPEG are one picture, and the JPEG is shown', () => {
  expect(paired('a/DSC_1.NEF', 'a/DSC_1.JPG', 'a/DSC_2.NEF')).toEqual(['a/DSC_1.JPG + a/DSC_1.NEF', 'a/DSC_2.NEF']);
  expect(paired('1.cr3', '1.HIF', '1.dng')).toEqual(['1.HIF + 1.cr3 + 1.dng']);
});

test('a live photo is one picture with its film; a film alone is none', () => {
  expect(paired('IMG_1.HEIC', 'IMG_1.MOV', 'IMG_2.MOV')).toEqual(['IMG_1.HEIC + IMG_1.MOV', 'film IMG_2.MOV']);
  expect(paired('IMG_1.jpeg', 'IMG_1.mp4', 'IMG_1.dng')).toEqual(['IMG_1.jpeg + IMG_1.dng + IMG_1.mp4']);
  expect(paired('a.png', 'a.mov', 'b.dng', 'b.mov')).toEqual(['a.png', 'b.dng', 'film a.mov', 'film b.mov']);
});

test('only of one folder and of one name', () => {
  expect(paired('a/1.jpg', 'b/1.dng', '1.dng', 'a/11.dng', 'a/1.b.dng')).toHaveLength(5);
  expect(paired('a.b/1', 'a.b/1.jpg', 'a.b/1.dng')).toEqual(['a.b/1', 'a.b/1.jpg + a.b/1.dng']);
  expect(paired('ä.jpg'.normalize('NFD'), 'ä.dng'.normalize('NFC'))).toHaveLength(1);
  expect(paired('a.jpg', 'A.dng')).toHaveLength(2);
});

test('of several pictures of one name the first one gets the others', () => {
  expect(paired('1.jpg', '1.heic', '1.dng', '1.mov')).toEqual(['1.jpg', '1.heic + 1.dng + 1.mov']);
  expect(paired('1.cr2', '1.dng')).toEqual(['1.cr2', '1.dng']);
});

test('no file is lost, and none is there twice', () => {
  const part = fc.constantFrom('a', 'b', 'A', 'a.b', '');
  const extension = fc.constantFrom('jpg', 'JPEG', 'heic', 'dng', 'CR2', 'mov', 'MP4', 'png', '');
  const name = fc.tuple(part, part, extension).map(([folder, stem, end]) => `${folder}/${stem}.${end}`);
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const { pictures, films } = pairFiles(names.map((one) => ({ name: one })));
      const all = [...pictures.flatMap(({ file, others }) => [file, ...others]), ...films].map((one) => one.name);
      expect(all.sort()).toEqual([...names].sort());
      expect(films.every((one) => /mov|mp4/i.test(one.name))).toBe(true);
    }),
  );
});
