/** Files as phones and cameras write them, with date, camera and place: for tests of the page. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  type TestRaw,
  testArw,
  testCr2,
  testCr3,
  testDng,
  testNef,
  testOrf,
  testRaf,
  testRw2,
} from '../../src/platform/pictures/containers/raw/testing-raw.ts';
import { makeHeic, tileOf } from '../../src/platform/pictures/heic/testing-heic.ts';
import { makeExif } from '../../src/platform/pictures/metadata/testing-metadata.node.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';

export interface CameraFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const RAWS: readonly (readonly [
  name: string,
  make: string,
  model: string,
  write: (pictures: TestRaw) => Uint8Array,
])[] = [
  ['PXL_0002.dng', 'Google', 'Pixel 8', testDng],
  ['_MG_0003.CR2', 'Canon', 'Canon EOS 80D', testCr2],
  ['IMG_0004.CR3', 'Canon', 'Canon EOS R5', testCr3],
  ['DSC_0005.NEF', 'NIKON CORPORATION', 'NIKON D850', testNef],
  ['DSC00006.ARW', 'SONY', 'ILCE-7M4', testArw],
  ['DSCF0007.RAF', 'FUJIFILM', 'X-T5', testRaf],
  ['P1010008.ORF', 'OLYMPUS CORPORATION', 'E-M1MarkIII', testOrf],
  ['P1000009.RW2', 'Panasonic', 'DC-GH6', testRw2],
];

/** One of each kind, a photograph beside a RAW file, and a live photo: ten pictures in twelve files. */
export async function cameraFiles(): Promise<CameraFile[]> {
  const raws = RAWS.map(async ([name, make, model, write], i): Promise<CameraFile> => {
    const [large, small] = await Promise.all([photograph(i, 360, make, model), photograph(i, 60, make, model)]);
    return { name, bytes: write({ large, small }) };
  });
  return [
    { name: 'IMG_0001.HEIC', bytes: await phonePicture() },
    { name: 'IMG_0001.MOV', bytes: new TextEncoder().encode('a film') },
    ...(await Promise.all(raws)),
    { name: '_MG_0003.JPG', bytes: await photograph(99, 300, 'Canon', 'Canon EOS 80D') },
    { name: 'turned.jpg', bytes: await photograph(98, 300, 'Leica Camera AG', 'LEICA Q3', 6) },
  ];
}

/** In 2021, turned as its EXIF says; half of it red, so that one sees how. */
async function photograph(seed: number, width: number, make: string, model: string, orientation = 1) {
  const height = Math.round((2 * width) / 3);
  const background = { r: (seed * 37) % 200, g: (seed * 91) % 200, b: 120 };
  const red = { create: { width: width / 2, height, channels: 3 as const, background: { r: 220, g: 30, b: 30 } } };
  const image = sharp({ create: { width, height, channels: 3, background } })
    .composite([{ input: red, left: 0, top: 0 }])
    .withMetadata({ orientation })
    .withExif({
      IFD0: { Make: make, Model: model },
      IFD2: { DateTimeOriginal: `2021:03:${String(1 + (seed % 28)).padStart(2, '0')} 10:20:30` },
    });
  return new Uint8Array(await image.jpeg({ quality: 90 }).toBuffer());
}

/** Upright on a phone that was held upright, in Lisbon in 2023. */
async function phonePicture(): Promise<Uint8Array> {
  const fixture = join(ROOT_FOLDER, 'src/platform/pictures/fixtures/heic/quarters.heic');
  const exif = makeExif({
    main: { 271: 'Apple', 272: 'iPhone 15 Pro' },
    exif: { 36867: '2023:07:14 18:30:00' },
    gps: {
      1: 'N',
      2: [
        [38, 1],
        [42, 1],
        [45, 1],
      ],
      3: 'W',
      4: [
        [9, 1],
        [8, 1],
        [15, 1],
      ],
    },
  });
  return makeHeic({ tiles: [tileOf(new Uint8Array(await readFile(fixture)))], turns: 3, exif });
}
