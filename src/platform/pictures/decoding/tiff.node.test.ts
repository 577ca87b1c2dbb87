import { describe, expect, test } from 'vitest';
import { toFloat16 } from '../../../engine/numeric/float16.ts';
import { type TestTiff, writeTiff } from '../containers/tiff/testing-tiff.ts';
import { COLOURS, expectQuarters, fixture, GREYS, type Quarters, refusalOf } from '../testing-pictures.node.ts';

const SIDE = 16;

/** The samples of a picture of four quarters, from 0 to 255. */
function samplesOf(quarters: Quarters, channels: 1 | 3): number[] {
  const samples: number[] = [];
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const quarter = (y < SIDE / 2 ? 0 : 2) + (x < SIDE / 2 ? 0 : 1);
      samples.push(...(quarters[quarter]?.slice(0, channels) ?? []));
    }
  }
  return samples;
}

const grey = samplesOf(GREYS, 1);
const rgb = samplesOf(COLOURS, 3);

function tiff(one: Omit<TestTiff, 'width' | 'height'>): Uint8Array {
  return writeTiff({ width: SIDE, height: SIDE, ...one });
}

function floats(values: readonly number[], scale = 255): Float32Array {
  return Float32Array.from(values, (value) => value / scale);
}

function halves(values: readonly number[]): Uint16Array {
  return Uint16Array.from(values, (value) => toFloat16(value / 255));
}

function longs(values: readonly number[]): Uint32Array {
  return Uint32Array.from(values, (value) => value * 0x01010101);
}

const BLACK_IS_ZERO = { photometric: 1, samples: 1 } as const;
const WHITE_IS_ZERO = { photometric: 0, samples: 1 } as const;
const RGB = { photometric: 2, samples: 3 } as const;
const FLOAT = { bits: 32, format: 3 } as const;
const HALF = { bits: 16, format: 3 } as const;
const LONG = { bits: 32, format: 1 } as const;
const inverted = grey.map((value) => 255 - value);

describe('sample formats that are read', () => {
  test.each<[string, Omit<TestTiff, 'width' | 'height'>, Quarters]>([
    ['32-bit floats, grey', { ...FLOAT, ...BLACK_IS_ZERO, data: floats(grey) }, GREYS],
    ['32-bit floats, white is zero', { ...FLOAT, ...WHITE_IS_ZERO, data: floats(inverted) }, GREYS],
    ['32-bit floats, RGB', { ...FLOAT, ...RGB, data: floats(rgb) }, COLOURS],
    ['half floats, grey', { ...HALF, ...BLACK_IS_ZERO, data: halves(grey) }, GREYS],
    ['half floats, white is zero', { ...HALF, ...WHITE_IS_ZERO, data: halves(inverted) }, GREYS],
    ['half floats, RGB', { ...HALF, ...RGB, data: halves(rgb) }, COLOURS],
    ['32-bit unsigned, grey', { ...LONG, ...BLACK_IS_ZERO, data: longs(grey) }, GREYS],
    ['32-bit unsigned, white is zero', { ...LONG, ...WHITE_IS_ZERO, data: longs(inverted) }, GREYS],
    ['32-bit unsigned, RGB', { ...LONG, ...RGB, data: longs(rgb) }, COLOURS],
    ['16-bit', { bits: 16, format: 1, ...RGB, data: Uint16Array.from(rgb, (value) => 257 * value) }, COLOURS],
    ['8-bit', { bits: 8, format: 1, ...RGB, data: Uint8Array.from(rgb) }, COLOURS],
  ])('%s', async (name, image, expected) => {
    await expectQuarters(tiff(image), name, expected);
  });

  test('samples that are not numbers are black, the others stay', async () => {
    const data = floats(grey).fill(Number.NaN, grey.length / 2);
    const black: Quarters = [GREYS[0], GREYS[1], [0, 0, 0], [0, 0, 0]];
    await expectQuarters(tiff({ ...FLOAT, ...BLACK_IS_ZERO, data }), 'a.tif', black);
  });

  test('a few highlights brighter than white are cut off', async () => {
    const data = floats(grey);
    for (let i = 0; i < 20; i++) data[i] = 40;
    await expectQuarters(tiff({ ...FLOAT, ...BLACK_IS_ZERO, data }), 'a.tif', GREYS);
  });

  test('stored ones', async () => {
    await expectQuarters(await fixture('float-grey.tif'), 'a.tif', GREYS);
    await expectQuarters(await fixture('uint32-grey.tif'), 'a.tif', GREYS);
  });
});

describe('sample formats that are refused say what they are', () => {
  const signed = Int8Array.from(grey, (value) => value / 2);
  test.each<[RegExp, Omit<TestTiff, 'width' | 'height'>]>([
    [/8-bit signed samples/, { bits: 8, format: 2, ...BLACK_IS_ZERO, data: signed }],
    [/16-bit signed samples/, { bits: 16, format: 2, ...BLACK_IS_ZERO, data: Int16Array.from(grey) }],
    [/32-bit signed samples/, { bits: 32, format: 2, ...BLACK_IS_ZERO, data: Int32Array.from(grey) }],
    [/64-bit floating-point samples/, { bits: 64, format: 3, ...BLACK_IS_ZERO, data: Float64Array.from(grey) }],
    [/10-bit unsigned samples/, { bits: 10, format: 1, ...BLACK_IS_ZERO, data: Uint16Array.from(grey) }],
    [/14-bit unsigned samples/, { bits: 14, format: 1, ...BLACK_IS_ZERO, data: Uint16Array.from(grey) }],
    [/3 samples a pixel/, { bits: 8, format: 1, photometric: 1, samples: 3, data: Uint8Array.from(rgb) }],
    [/6 samples a pixel/, { bits: 8, format: 1, photometric: 5, samples: 6, data: Uint8Array.from([...rgb, ...rgb]) }],
    [/4-bit unsigned samples/, { bits: 4, format: 1, ...RGB, data: Uint8Array.from(rgb) }],
    [/YCbCr without JPEG/, { bits: 8, format: 1, photometric: 6, samples: 3, data: Uint8Array.from(rgb) }],
    [/Zstandard compression/, { bits: 8, format: 1, ...RGB, compression: 50000, data: Uint8Array.from(rgb) }],
    [/floating-point samples from 40 to 220\./, { ...FLOAT, ...RGB, data: floats(rgb, 1) }],
    [
      /from 1000 to 2500/,
      { ...FLOAT, ...BLACK_IS_ZERO, data: Float32Array.from(grey, (_, i) => 1000 + (i * 1500) / 255) },
    ],
    [/none of them is a number/, { ...FLOAT, ...BLACK_IS_ZERO, data: floats(grey).fill(Number.NaN) }],
    [/colour profile/, { ...FLOAT, ...RGB, profile: true, data: floats(rgb) }],
    [/as RGB only/, { ...FLOAT, photometric: 2, samples: 4, data: floats([...rgb, ...grey]) }],
  ])('%s', async (reason, image) => {
    const said = await refusalOf(tiff(image), 'a.tif');
    expect(said).toMatch(reason);
    expect(said).not.toMatch(/damaged/);
  });

  test.each([
    ['five-bands.tif', /5 samples a pixel/],
    ['lab-8.tif', /8-bit Lab/],
    ['grey-12-bit.tif', /12-bit unsigned samples/],
    ['float64.tif', /64-bit floating-point samples/],
    ['zstd.tif', /Zstandard compression/],
  ])('%s', async (name, reason) => {
    expect(await refusalOf(await fixture(name), name)).toMatch(reason);
  });
});

test('of several that are refused at once each keeps its own reason', async () => {
  const names = ['zstd.tif', 'cut-at-60-percent.jpg', 'six-bytes-changed.jpg', 'grey-12-bit.tif'];
  const files = await Promise.all(names.map(async (name) => ({ name, bytes: await fixture(name) })));
  const alone: string[] = [];
  for (const { name, bytes } of files) alone.push(await refusalOf(bytes, name));
  expect(new Set(alone).size).toBe(files.length);
  for (let round = 0; round < 10; round++) {
    expect(await Promise.all(files.map(({ name, bytes }) => refusalOf(bytes, name)))).toEqual(alone);
  }
});
