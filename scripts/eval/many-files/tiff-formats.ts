import type { Sharp, TiffOptions } from 'sharp';
import { toFloat16 } from '../../../src/engine/numeric/float16.ts';
import { type TestTiff, writeTiff } from '../../../src/platform/pictures/containers/tiff/testing-tiff.ts';
import { type Drawing, imageOf, samplesOf } from './drawing.ts';
import type { Format } from './formats.ts';
import { withBlocks, withTiffFields } from './metadata.ts';

const COMMON = { family: 'TIFF', extension: 'tif', hasChecksum: false } as const;

/** As sharp (libtiff) writes it. */
function tiff(
  name: string,
  weight: number,
  options: TiffOptions,
  image: (drawing: Drawing) => Sharp = imageOf,
): Format {
  return {
    ...{ ...COMMON, name, weight, turns: true, places: 'tiff' },
    hasChecksum: options.compression === 'deflate',
    isBare: options.compression === 'none' || options.compression === 'packbits',
    encode: async (drawing, dates) => {
      const { orientation } = drawing;
      const shown = orientation === 1 ? image(drawing) : image(drawing).withMetadata({ orientation });
      const bytes = await withBlocks(shown, dates, false).tiff(options).toBuffer();
      return options.bigtiff === true ? bytes : withTiffFields(bytes, dates);
    },
  };
}

type Samples = Pick<TestTiff, 'bits' | 'format'>;

/** Of samples that libtiff's usual users do not write. */
function numeric(name: string, isGrey: boolean, kind: Samples, data: (samples: Uint8Array) => ArrayBufferView): Format {
  const bands = isGrey ? ({ photometric: 1, samples: 1 } as const) : ({ photometric: 2, samples: 3 } as const);
  return {
    ...{ ...COMMON, name, isGrey, weight: 1, turns: false, places: 'fields', isBare: true },
    encode: async (drawing, dates) => {
      const { width, height } = drawing;
      const image = { width, height, ...kind, ...bands, data: data(samplesOf(drawing, bands.samples)) };
      return withTiffFields(writeTiff(image), dates);
    },
  };
}

const FLOAT = { bits: 32, format: 3 };
const HALF = { bits: 16, format: 3 };
const LONG = { bits: 32, format: 1 };
const SHORT = { bits: 16, format: 1 };
const shorts = (samples: Uint8Array) => Uint16Array.from(samples, (value) => 257 * value);
const floats = (samples: Uint8Array) => Float32Array.from(samples, (value) => value / 255);
const halves = (samples: Uint8Array) => Uint16Array.from(samples, (value) => toFloat16(value / 255));
const longs = (samples: Uint8Array) => Uint32Array.from(samples, (value) => 0x01010101 * value);

export const TIFFS: readonly Format[] = [
  tiff('uncompressed', 2, { compression: 'none' }),
  tiff('LZW', 2, { compression: 'lzw', predictor: 'horizontal' }),
  tiff('Deflate', 2, { compression: 'deflate' }),
  tiff('PackBits', 1, { compression: 'packbits' }),
  tiff('JPEG', 2, { compression: 'jpeg', quality: 92 }),
  tiff('tiles', 1, { compression: 'lzw', tile: true, tileWidth: 32, tileHeight: 32 }),
  { ...tiff('BigTIFF', 1, { compression: 'deflate', bigtiff: true }), places: 'none' },
  {
    ...tiff('Display P3', 1, { compression: 'lzw' }, (drawing) => imageOf(drawing).withIccProfile('p3')),
    ...{ isWide: true, turns: false },
  },
  numeric('16 bits', false, SHORT, shorts),
  numeric('16 bits, grey', true, SHORT, shorts),
  numeric('32-bit floats, grey', true, FLOAT, floats),
  numeric('32-bit floats', false, FLOAT, floats),
  numeric('16-bit floats, grey', true, HALF, halves),
  numeric('32-bit whole numbers, grey', true, LONG, longs),
  numeric('32-bit whole numbers', false, LONG, longs),
];
