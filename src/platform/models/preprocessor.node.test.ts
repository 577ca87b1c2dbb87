import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AfterimageError } from '../../engine/errors.ts';
import { parsePreprocessor, parsePreprocessors, toPlanes } from './preprocessor.ts';

const clip = {
  do_resize: true,
  size: { shortest_edge: 224 },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: 224, width: 224 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.4, 0.3],
  image_std: [0.25, 0.2, 0.1],
};
const parse = (change: object) => parsePreprocessor(JSON.stringify({ ...clip, ...change }));

test('reads CLIP, old and new, SigLIP and MobileCLIP', () => {
  expect(parse({})).toMatchObject({ imageSize: 224, shortestEdge: 224, resample: 3, mean: [0.5, 0.4, 0.3] });
  expect(parse({ size: 256, crop_size: 224 })).toMatchObject({ imageSize: 224, shortestEdge: 256 });
  const siglip = { do_center_crop: undefined, crop_size: undefined, size: { height: 384, width: 384 } };
  expect(parse(siglip)).toMatchObject({ imageSize: 384, shortestEdge: null });
  expect(parse({ do_normalize: false })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
});

test.each([
  ['a mean of zero', { image_mean: [0, 0, 0] }, { mean: [0, 0, 0] }],
  ['a negative mean', { image_mean: [-1, 0, 1] }, { mean: [-1, 0, 1] }],
  ['one mean for all channels', { image_mean: 0.5, image_std: 0.5 }, { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }],
  ['a crop that is not said, but has a size', { do_center_crop: undefined }, { imageSize: 224, shortestEdge: 224 }],
  ['resampling by name', { resample: 'bilinear' }, { resample: 2 }],
  ['by the name of an enumeration', { resample: 'PILImageResampling.LANCZOS' }, { resample: 1 }],
  ['under another key', { resample: undefined, interpolation: 'nearest' }, { resample: 0 }],
  ['no resampling', { resample: undefined }, { resample: 3 }],
  ['a size as a list', { size: [224, 224] }, { imageSize: 224, shortestEdge: null }],
  ['a size as a list of one', { size: [256], crop_size: [224, 224] }, { imageSize: 224, shortestEdge: 256 }],
])('reads %s', (_, change, expected) => {
  expect(parse(change)).toMatchObject(expected);
});

test('what is not said is what its kind of image processor takes', () => {
  const said = (image_processor_type: string) => parsePreprocessor(JSON.stringify({ image_processor_type }));
  const half = [0.5, 0.5, 0.5];
  expect(said('CLIPImageProcessorFast')).toMatchObject({
    imageSize: 224,
    shortestEdge: 224,
    resample: 3,
    std: [0.26862954, 0.26130258, 0.27577711],
  });
  expect(said('SiglipImageProcessor')).toMatchObject({
    imageSize: 224,
    shortestEdge: null,
    mean: half,
    std: half,
    resample: 3,
  });
  expect(said('ViTFeatureExtractor')).toMatchObject({ shortestEdge: null, resample: 2 });
  expect(parse({ image_processor_type: 'SiglipImageProcessor', size: 384, do_center_crop: undefined })).toMatchObject({
    imageSize: 384,
    shortestEdge: null,
  });
  expect(() => said('NobodysImageProcessor')).toThrow('size has no height and width');
});

test('the newer file has the settings inside, and counts where both are there', () => {
  const processor = JSON.stringify({ image_processor: { ...clip, size: { shortest_edge: 256 } }, video_processor: {} });
  const preprocessor = JSON.stringify(clip);
  expect(parsePreprocessors({ processor })).toMatchObject({ shortestEdge: 256 });
  expect(parsePreprocessors({ processor, preprocessor })).toMatchObject({ shortestEdge: 256 });
  expect(parsePreprocessors({ processor: '{"processor_class":"CLIPProcessor"}', preprocessor })).toMatchObject({
    shortestEdge: 224,
  });
  expect(() => parsePreprocessors({ processor: '{}' })).toThrow(
    /^processor_config\.json cannot be used: it has no image_processor/,
  );
});

test('any settings are read or refused', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.integer(),
    fc.constantFrom(224, 'bicubic', [0, 0, 0], { shortest_edge: 224 }),
  );
  const keys = fc.constantFrom(...Object.keys(clip), 'image_processor_type', 'interpolation');
  fc.assert(
    fc.property(fc.dictionary(keys, value), (change) => {
      try {
        const { imageSize, mean, std, resample } = parse(change);
        expect(Number.isSafeInteger(imageSize) && imageSize > 0).toBe(true);
        expect([...mean, ...std].every(Number.isFinite)).toBe(true);
        expect([0, 1, 2, 3]).toContain(resample);
      } catch (error) {
        expect(error).toBeInstanceOf(AfterimageError);
      }
    }),
  );
});

test.each([
  ['a crop that is not square', { crop_size: { height: 224, width: 192 } }, '192 × 224'],
  ['a size that is not square', { do_center_crop: false, size: { height: 2, width: 3 } }, '3 × 2'],
  ['no crop after scaling by the shortest edge', { do_center_crop: false }, 'does not crop'],
  ['a crop larger than the picture', { crop_size: 300 }, 'larger'],
  ['a missing mean', { image_mean: undefined }, 'image_mean'],
  ['a mean that is no number', { image_mean: [0.1, 'x', 0.1] }, 'image_mean is not a number'],
  ['a resampling that is unknown', { resample: 'nonsense' }, 'resample is "nonsense"'],
  ['a resampling that is not done', { resample: 5 }, 'resample is 5'],
  ['channels the other way round', { do_flip_channel_order: true }, 'do_flip_channel_order'],
  ['a crop of a squeezed picture', { size: { height: 256, width: 256 } }, 'squeezes'],
  ['a size that is no number of pixels', { size: { shortest_edge: 1.5 } }, 'size.shortest_edge'],
  ['a deviation of zero', { image_std: [0.2, 0, 0.2] }, 'image_std'],
])('refuses %s', (_, change, reason) => {
  expect(() => parse(change)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  expect(() => parse(change)).toThrow(reason);
});

test('refuses what is not JSON', () => {
  expect(() => parsePreprocessor('{')).toThrow('not a JSON object');
  expect(() => parsePreprocessor('[]')).toThrow('not a JSON object');
});

test('turns pixels into normalised planes, picture by picture', () => {
  const preprocessor = parse({ size: 2, crop_size: 2 });
  const rgb = Uint8Array.from([255, 0, 51, 0, 255, 51, 0, 0, 51, 255, 255, 51]);
  const planes = toPlanes(
    [
      { size: 2, rgb: new Uint8Array(12) },
      { size: 2, rgb },
    ],
    preprocessor,
  );
  const expected = [2, -2, -2, 2, -2, 3, -2, 3, -1, -1, -1, -1];
  for (const [i, value] of expected.entries()) expect(planes[12 + i]).toBeCloseTo(value, 5);
  expect(() => toPlanes([{ size: 1, rgb: new Uint8Array(3) }], preprocessor)).toThrow('2 × 2');
});
