/** Pictures reach a tower of each family as Pillow and NumPy prepare them: recorded by picture_tensors.py. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPreprocessor } from '../../../src/platform/models/model-folder.node.ts';
import { toPlanes } from '../../../src/platform/models/preprocessor.ts';
import { createDecoder } from '../../../src/platform/pictures/decode.node.ts';
import { type Preprocessing, writeConfigs } from '../layouts/open-clip.ts';
import { readRegistry } from '../registry/registry.ts';

interface Recorded extends Preprocessing {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly size: number;
  /** [3, size, size] */
  readonly tensor: readonly number[];
}

const cases = JSON.parse(
  await readFile(new URL('picture-tensors.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

let work = '';
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-tensors-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

/** The formula of `pattern` there. */
function pattern(width: number, height: number): Promise<Buffer> {
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    if (i % 3 === 0) return (Math.floor(x / 9) + Math.floor(y / 7)) % 2 === 1 ? 220 : 30;
    return i % 3 === 1 ? Math.floor((255 * x) / width) : Math.floor((255 * y) / height);
  });
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** What a tower gets, by the settings that are written for a model which is described like that. */
async function tensorOf(way: Preprocessing, size: number, picture: Buffer): Promise<Float32Array> {
  await writeConfigs(work, { family: 'clip', dim: 1, imageSize: size, length: 77, preprocessing: way });
  const preprocessor = await readPreprocessor(work);
  const { pixels } = await createDecoder({ preprocessor, pictures: 'none' }).decode(picture, 'a.png');
  return toPlanes([pixels], preprocessor);
}

/** In deviations of the recorded values. */
function meanDifference(values: Float32Array, expected: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + Math.abs(value - (expected[i] as number)), 0) / values.length;
}

test.each(cases)('$name, of $width × $height', async ({ width, height, size, tensor, ...way }) => {
  const values = await tensorOf(way, size, await pattern(width, height));
  expect(values).toHaveLength(tensor.length);
  // A hundredth of what lies between black and white; sharp resamples a little differently than Pillow.
  const range = 1 / (way.std[0] as number);
  expect(meanDifference(values, tensor)).toBeLessThan(0.01 * range);
});

test('another way of preparing them is told apart', async () => {
  const [clip] = cases.filter(({ name }) => name === 'CLIP');
  const [squeezed] = cases.filter(({ name }) => name === 'SigLIP');
  if (!clip || !squeezed) throw new Error('no such case');
  const picture = await pattern(clip.width, clip.height);
  for (const change of [{ resize: 'squash' as const }, { mean: [0.5, 0.5, 0.5] }, { std: [0.5, 0.5, 0.5] }]) {
    const values = await tensorOf({ ...clip, ...change }, clip.size, picture);
    expect(meanDifference(values, clip.tensor), JSON.stringify(change)).toBeGreaterThan(0.08);
  }
  const values = await tensorOf({ ...squeezed, interpolation: 'bilinear' }, squeezed.size, picture);
  expect(meanDifference(values, squeezed.tensor)).toBeGreaterThan(0.01 / 0.5);
});

test('every way that the registry has is one of the recorded ones, and of which family it is', async () => {
  const same = (one: Preprocessing, other: Preprocessing) =>
    one.resize === other.resize &&
    one.interpolation === other.interpolation &&
    JSON.stringify([one.mean, one.std].map((three) => three.map(Number))) === JSON.stringify([other.mean, other.std]);
  for (const { id, family, preprocessing } of await readRegistry()) {
    if (family === 'blip-itm') continue; // it has a test of its own
    expect(
      cases.some((one) => same(preprocessing, one)),
      id,
    ).toBe(true);
  }
});
