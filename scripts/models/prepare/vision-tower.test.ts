import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { dot } from '../../../src/engine/numeric/embedding.ts';
import { useModelsFolder } from '../../../src/platform/encoders/clip.node.ts';
import { createImageEncoder, loadVisionTower } from '../../../src/platform/encoders/vision/clip-vision.ts';
import { PREPARED_VISION, preparedVision, towerPath, visionFiles } from '../../../src/platform/models/model-files.ts';
import { readModelManifest, readPreprocessor } from '../../../src/platform/models/model-folder.node.ts';
import { createDecoder } from '../../../src/platform/pictures/decode.node.ts';
import { MODELS_FOLDER, ROOT_FOLDER } from '../../repository/folders.ts';
import { encodeOnnx, openOnnx } from '../onnx.ts';
import { replaceConvolutions } from './convolutions.ts';
import { prepareVisionTower } from './vision-tower.ts';

let work = '';
const at = (...path: string[]) => join(work, ...path);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-prepare-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

const noise = (length: number, scale: number) =>
  Float32Array.from({ length }, (_, i) => scale * Math.sin(i * i * 0.61));

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

const SAME_SIZE = { pads: [1, 1, 1, 1], strides: [1, 1] };

/** Convolutions of 3 × 3, one behind the other, and their mean. */
function tower(size: number, layers: readonly Layer[]): Uint8Array {
  const names = layers.map((_, i) => `layer${i}`);
  return encodeOnnx({
    name: 'tower',
    inputs: [{ name: 'pixel_values', type: 'float32', shape: ['batch', 3, size, size] }],
    outputs: [{ name: 'image_embeds', type: 'float32', shape: ['batch', layers.at(-1)?.outputs ?? 0] }],
    nodes: [
      ...layers.map(({ attributes = SAME_SIZE }, i) => ({
        op: 'Conv',
        inputs: [names[i - 1] ?? 'pixel_values', `${names[i]}.weight`, ...(i % 2 === 0 ? [`${names[i]}.bias`] : [])],
        outputs: [names[i] as string],
        attributes,
      })),
      {
        op: 'ReduceMean',
        inputs: [names.at(-1) ?? ''],
        outputs: ['image_embeds'],
        attributes: { axes: [2, 3], keepdims: 0 },
      },
    ],
    weights: layers.flatMap(({ inputs, outputs, attributes }, i) => {
      const group = Number(attributes?.group ?? 1);
      const dims = [outputs, inputs / group, 3, 3];
      const length = (outputs * inputs * 9) / group;
      return [
        { name: `${names[i]}.weight`, dims, data: noise(length, 0.1) },
        ...(i % 2 === 0 ? [{ name: `${names[i]}.bias`, dims: [outputs], data: noise(outputs, 1) }] : []),
      ];
    }),
  });
}

async function writeTower(name: string, file: Uint8Array): Promise<string> {
  await mkdir(at(name, 'onnx'), { recursive: true });
  await cp(join(MODELS_FOLDER, DEFAULT_MODEL, 'config.json'), at(name, 'config.json'));
  await writeFile(at(name, towerPath('vision', 'fp32')), file);
  return at(name);
}

test('the embedded model comes with a prepared vision tower, for wasm only, that is small and gives the same vectors', async () => {
  const manifest = await readModelManifest(MODELS_FOLDER, DEFAULT_MODEL);
  const prepared = preparedVision(manifest, 'wasm');
  expect(prepared?.bytes).toBeLessThan(100_000);
  expect(visionFiles(manifest, 'wasm')).toContain(prepared);
  expect(visionFiles(manifest, 'webgpu')).not.toContain(prepared);

  const preprocessor = await readPreprocessor(join(MODELS_FOLDER, DEFAULT_MODEL));
  const decoder = createDecoder({ preprocessor, pictures: 'none' });
  const files = ['screenshot.png', 'icons/icon-512.png'].map((name) => join(ROOT_FOLDER, 'public', name));
  const pictures = await Promise.all(
    files.map(async (path) => (await decoder.decode(await readFile(path), path)).pixels),
  );
  const embed = async (fileName: string) => {
    useModelsFolder(MODELS_FOLDER);
    const model = await loadVisionTower(manifest.id, manifest.family, { device: 'cpu', dtype: 'fp32', fileName });
    const encoder = createImageEncoder(manifest, model, preprocessor, 8);
    const vectors = await encoder.encode(pictures);
    await encoder.dispose();
    return vectors;
  };
  const [expected, found] = [await embed('vision_model'), await embed(PREPARED_VISION)];
  for (const [i, vector] of expected.entries())
    expect(dot(vector, found[i] ?? new Float32Array())).toBeGreaterThan(0.99999);
});

test.each([13, 20, 30])(
  'convolutions of %i pixels, with and without a bias, become products of tiles',
  async (size) => {
    const layers = [
      { inputs: 3, outputs: 64 },
      { inputs: 64, outputs: 64 },
      { inputs: 64, outputs: 96 },
    ];
    const folder = await writeTower(`tiles-${size}`, tower(size, layers));
    const path = await prepareVisionTower(folder, { family: 'clip', imageSize: size, dtype: 'fp32' });
    const { graph } = openOnnx(await readFile(join(folder, path ?? '')));
    expect(graph.node.filter(({ opType }) => opType === 'Conv')).toHaveLength(1);
    expect((await stat(join(folder, path ?? ''))).size).toBeLessThan(60_000);
  },
);

test.each<[string, Layer]>([
  ['few channels', { inputs: 3, outputs: 16 }],
  ['strides', { inputs: 64, outputs: 64, attributes: { pads: [1, 1, 1, 1], strides: [2, 2] } }],
  ['groups', { inputs: 64, outputs: 64, attributes: { ...SAME_SIZE, group: 64 } }],
  ['gaps', { inputs: 64, outputs: 64, attributes: { pads: [2, 2, 2, 2], dilations: [2, 2] } }],
  ['no margin', { inputs: 64, outputs: 64, attributes: { pads: [0, 0, 0, 0] } }],
])('convolutions with %s stay', (_, layer) => {
  const { graph } = openOnnx(tower(20, [{ inputs: 3, outputs: layer.inputs }, layer]));
  expect(replaceConvolutions(graph, 20)).toBeUndefined();
});

test('what is no tower in float32, or not there, is not prepared', async () => {
  const options = { family: 'clip', imageSize: 20 } as const;
  const folder = await writeTower('others', tower(20, [{ inputs: 3, outputs: 64 }]));
  expect(await prepareVisionTower(folder, { ...options, dtype: 'fp32' })).toBeUndefined();
  expect(await prepareVisionTower(folder, { ...options, dtype: 'q8' })).toBeUndefined();
  expect(await prepareVisionTower(at('none'), { ...options, dtype: 'fp32' })).toBeUndefined();
});
