import { expect, test } from 'vitest';
import { parsePreprocessor, toPlanes } from './preprocessor.ts';

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
  ['a crop that is not square', { crop_size: { height: 224, width: 192 } }, '192 × 224'],
  ['a size that is not square', { do_center_crop: false, size: { height: 2, width: 3 } }, '3 × 2'],
  ['no crop after scaling by the shortest edge', { do_center_crop: false }, 'does not crop'],
  ['a crop larger than the picture', { crop_size: 300 }, 'larger'],
  ['a missing mean', { image_mean: undefined }, 'image_mean'],
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
