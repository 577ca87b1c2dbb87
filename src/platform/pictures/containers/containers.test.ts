import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asStill, avifColour, sequenceOf } from './avif.ts';
import { brandsOf } from './boxes.ts';
import { concat } from './bytes.ts';
import { firstFrame, mendGif } from './gif.ts';
import { hasEmptyScan, jpegObstacle, mendJpeg } from './jpeg.ts';
import { pngColour } from './png.ts';
import { sizeSvg } from './svg/svg.ts';
import { writeTiff } from './tiff/testing-tiff.ts';
import { readTiff } from './tiff/tiff.ts';
import { tiffReading } from './tiff/tiff-samples.ts';
import { endsInZeros, mendWebp, missingBytes } from './webp.ts';

/** Whatever follows the first bytes of a format. */
const afterStart = (...start: (string | number)[]) =>
  fc.uint8Array({ maxLength: 400 }).map((rest) => {
    const head = start.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : Uint8Array.of(part)));
    return concat([...head, rest]);
  });

test('no bytes crash or hang a reader', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    afterStart('II', 42, 0, 8, 0, 0, 0),
    afterStart('MM', 0, 43, 0, 8, 0, 0),
    afterStart('GIF89a'),
    afterStart(0xff, 0xd8, 0xff, 0xda, 0, 2),
    afterStart('RIFF', 90, 0, 0, 0, 'WEBPVP8 '),
    afterStart(0x89, 'PNG', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 4, 'cICP'),
    afterStart(0, 0, 0, 16, 'ftypavis', 0, 0, 0, 0, 0, 0, 0, 60, 'meta', 0, 0, 0, 0, 0, 0, 0, 40, 'iprp'),
  );
  fc.assert(
    fc.property(bytes, (one) => {
      const image = readTiff(one);
      if (image) tiffReading(image);
      firstFrame(one);
      hasEmptyScan(one);
      mendGif(one);
      mendWebp(one);
      missingBytes(one);
      jpegObstacle(one);
      endsInZeros(one);
      expect(mendJpeg(one).bytes.length).toBeLessThanOrEqual(one.length + 4);
      pngColour(one);
      brandsOf(one);
      sequenceOf(one);
      avifColour(one);
      sizeSvg(one, 100);
    }),
    { numRuns: 3000 },
  );
});

test('a mended JPEG stays as it is when mended again', () => {
  fc.assert(
    fc.property(afterStart(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 3, 1), (one) => {
      const once = mendJpeg(one).bytes;
      const again = mendJpeg(once);
      expect(again.hasEnd).toBe(true);
      expect(again.bytes).toEqual(once);
    }),
  );
});

test('the size of any drawing is in whole pixels, its raster at most as large as asked for', () => {
  const value = fc.oneof(
    fc.double().map(String),
    fc.string({ maxLength: 12 }),
    fc.constantFrom('auto', '100%', '3in', '1e309'),
  );
  const attribute = value.map((one) => one.replace(/["<&>]/g, ''));
  fc.assert(
    fc.property(attribute, attribute, attribute, attribute, (width, height, side, style) => {
      const tag = `<svg width="${width}" height="${height}" viewBox="0 0 ${side} ${height}" style="width:${style}"/>`;
      const sized = sizeSvg(new TextEncoder().encode(tag), 64);
      if (!sized) throw new Error('it is a drawing');
      for (const side of [sized.width, sized.height]) expect(Number.isInteger(side) && side >= 1).toBe(true);
      const text = new TextDecoder().decode(sized.bytes);
      const sides = /width="(\d+)" height="(\d+)" viewBox="([^"]*)"\/>$/.exec(text);
      expect(Math.max(Number(sides?.[1]), Number(sides?.[2]))).toBe(64);
      expect(sides?.[3]?.split(' ').map(Number).every(Number.isFinite)).toBe(true);
    }),
  );
});

test('what a TIFF says of its samples comes back', () => {
  const image = fc.record({
    bits: fc.constantFrom(1, 8, 10, 16, 32, 64),
    format: fc.constantFrom(1, 2, 3),
    photometric: fc.nat(10),
    samples: fc.integer({ min: 1, max: 8 }),
    compression: fc.constantFrom(1, 5, 50000),
    profile: fc.boolean(),
  });
  fc.assert(
    fc.property(image, ({ profile, ...one }) => {
      const read = readTiff(writeTiff({ width: 2, height: 2, profile, data: new Uint8Array(64), ...one }));
      const repeated = (value: number) => Array<number>(one.samples).fill(value);
      expect(read).toEqual({
        compression: one.compression,
        bits: repeated(one.bits),
        formats: repeated(one.format),
        photometric: one.photometric,
        samples: one.samples,
        hasProfile: profile,
      });
    }),
  );
});

test('a sequence is told from a still picture, and becomes one', () => {
  const box = (type: string, ...content: Uint8Array[]) => {
    const body = concat([new TextEncoder().encode(type), ...content]);
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, body.length + 4);
    return concat([size, body]);
  };
  const brands = (major: string) => box('ftyp', new TextEncoder().encode(`${major}\0\0\0\0avifmif1`));
  const item = box('meta', new Uint8Array(4), box('pitm', new Uint8Array(6)));
  expect(sequenceOf(concat([brands('avif'), item]))).toBe('none');
  expect(sequenceOf(concat([brands('avis'), item]))).toBe('with-still');
  expect(sequenceOf(concat([brands('msf1'), box('moov')]))).toBe('without-still');
  expect(brandsOf(asStill(concat([brands('avis'), item])))[0]).toBe('avif');
});
