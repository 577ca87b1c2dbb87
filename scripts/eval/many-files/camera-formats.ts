import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
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
} from '../../../src/platform/pictures/containers/raw/testing-raw.ts';
import { makeHeic, tileOf } from '../../../src/platform/pictures/heic/testing-heic.ts';
import { makeExif } from '../../../src/platform/pictures/metadata/testing-metadata.node.ts';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import { type Drawing, imageOf, type Quarters } from './drawing.ts';
import type { Format } from './formats.ts';
import { exifFields, withBlocks, withJpegIptc } from './metadata.ts';

const RAW = { family: 'RAW', weight: 1, turns: true, hasChecksum: false } as const;

/** The same at half its size, as cameras put it beside. */
const halfOf = (drawing: Drawing): Drawing => ({
  ...drawing,
  width: Math.ceil(drawing.width / 2),
  height: Math.ceil(drawing.height / 2),
});

/** Both JPEGs, encoded in the same way. */
async function picturesOf(drawing: Drawing, finish: (image: Sharp) => Sharp): Promise<TestRaw> {
  const encode = (one: Drawing) => finish(imageOf(one)).jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer();
  const [large, small] = await Promise.all([encode(drawing), encode(halfOf(drawing))]);
  return { large, small };
}

/** The JPEG says by itself how it is turned, and when it was taken. */
function raw(name: string, extension: string, make: (pictures: TestRaw) => Uint8Array, hasSmall = true): Format {
  return {
    ...{ ...RAW, name, extension, places: 'jpeg' },
    ...(hasSmall && { smaller: halfOf }),
    encode: async (drawing, dates) => {
      const { orientation } = drawing;
      const turned = (image: Sharp) => (orientation > 1 ? image.withMetadata({ orientation }) : image);
      const { large, small } = await picturesOf(drawing, (image) => withBlocks(turned(image), dates));
      return make({ large: withJpegIptc(large, dates), small });
    },
  };
}

/** The RAW file says how it is turned. */
function turnedRaw(name: string, extension: string, make: (pictures: TestRaw) => Uint8Array): Format {
  return {
    ...{ ...RAW, name: `${name}, turned by the file`, extension, places: 'none', smaller: halfOf },
    encode: async (drawing) =>
      make({ ...(await picturesOf(drawing, (image) => image)), orientation: drawing.orientation }),
  };
}

const HEIC = join(ROOT_FOLDER, 'src/platform/pictures/fixtures/heic/quarters.heic');
/** Nothing here writes HEVC: all are made of this picture. */
const TILE = readFile(HEIC).then((bytes) => tileOf(new Uint8Array(bytes)));
const COLOURS: Quarters = [
  [220, 40, 40],
  [40, 180, 60],
  [50, 80, 200],
  [200, 200, 200],
];
/** Quarters of a turn against the clock, and what EXIF calls the same. */
const TURNS = [1, 8, 3, 6];

const turnsOf = ({ orientation }: Drawing) => (orientation - 1) % TURNS.length;

/** Of two tiles one above the other: so that the middles of its quarters are no edges. */
const CROPPED = 100;

const heic = (name: string, tiles: 1 | 2): Format => ({
  ...{ family: 'HEIC', name, extension: 'heic', weight: 1, turns: true, places: 'fields', hasChecksum: false },
  shown: (drawing) => ({
    ...{ width: 96, height: tiles === 1 ? 64 : CROPPED, orientation: TURNS[turnsOf(drawing)] ?? 1 },
    quarters: tiles === 1 ? COLOURS : tiled(COLOURS),
  }),
  encode: async (drawing, dates) => {
    const tile = await TILE;
    const exif = makeExif(exifFields(dates));
    const grid = { columns: 1, width: 96, height: CROPPED };
    return makeHeic({ tiles: Array(tiles).fill(tile), turns: turnsOf(drawing), exif, ...(tiles === 2 && { grid }) });
  },
});

/** Of both the upper halves are looked at. */
function tiled([a, b]: Quarters): Quarters {
  return [a, b, a, b];
}

export const CAMERA_FILES: readonly Format[] = [
  raw('DNG', 'dng', testDng),
  raw('CR2', 'cr2', testCr2),
  raw('CR3', 'cr3', testCr3),
  raw('CR3, PRVW', 'cr3', (pictures) => testCr3(pictures, false)),
  raw('NEF', 'nef', testNef),
  raw('NEF, notes', 'nef', (pictures) => testNef(pictures, true)),
  raw('ARW', 'arw', testArw),
  raw('ORF', 'orf', testOrf, false),
  raw('ORF, OM System', 'orf', (pictures) => testOrf(pictures, 'om'), false),
  raw('RW2', 'rw2', testRw2, false),
  raw('RAF', 'raf', testRaf, false),
  turnedRaw('CR2', 'cr2', testCr2),
  turnedRaw('CR3', 'cr3', testCr3),
  turnedRaw('NEF', 'nef', testNef),
  heic('still', 1),
  heic('tiles', 2),
];
