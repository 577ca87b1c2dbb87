import { access, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL, GOLDEN_COSINE, parseModelManifest } from '../../src/engine/model/model.ts';
import { createNodeImageEncoder, createNodeQueryEncoder } from '../../src/platform/encoders/clip.node.ts';
import { goldenCosine } from '../../src/platform/encoders/clip-text.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { addModel } from './add-model.ts';
import { writeRandomModel } from './random-model.ts';

let work = '';
let modelsFolder = '';
const source = (name: string) => join(work, name);
const random = (name: string, family: 'clip' | 'siglip' = 'clip') =>
  writeRandomModel({
    folder: source(name),
    tokenizerFrom: join(MODELS_FOLDER, DEFAULT_MODEL),
    vocabulary: 10_240,
    dim: 48,
    imageSize: 48,
    seed: 5,
    family,
  });

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-add-model-'));
  modelsFolder = join(work, 'models');
  await random('random');
});
afterAll(() => rm(work, { recursive: true, force: true }));

test.each(['clip', 'siglip'] as const)('a second model of another dimension works without code: %s', async (family) => {
  await random(family, family);
  const manifest = await addModel({ folder: source(family), modelsFolder, id: family, described: { licence: 'CC0' } });
  expect(manifest).toMatchObject({ id: family, family, dim: 48, imageSize: 48, licence: 'CC0' });
  // The mean over all tokens sees padding, so the tower must get it.
  expect(manifest.text).toEqual({
    maxLength: 32,
    padding: 'max_length',
    lowercase: family === 'siglip',
    skipLeading: [],
    keepBefore: [],
  });
  const text = await createNodeQueryEncoder({ modelsFolder, modelId: family });
  expect(await goldenCosine(text, manifest.golden, 'fp32')).toBeGreaterThan(GOLDEN_COSINE);
  const images = await createNodeImageEncoder({ modelsFolder, modelId: family });
  const [embedding] = await images.encode([{ size: 48, rgb: new Uint8Array(3 * 48 * 48).fill(77) }]);
  expect(embedding).toHaveLength(48);
  expect(parseModelManifest(await readFile(join(modelsFolder, family, 'model.json'), 'utf8'))).toEqual(manifest);
});

test('run again on its own copy, it keeps what people wrote', async () => {
  await addModel({
    folder: source('random'),
    modelsFolder,
    id: 'again',
    described: { title: 'Mine', can: 'Nothing.' },
  });
  const folder = join(modelsFolder, 'again');
  const before = await readFile(join(folder, 'model.json'), 'utf8');
  await addModel({ folder, modelsFolder, id: 'again' });
  expect(await readFile(join(folder, 'model.json'), 'utf8')).toBe(before);
});

test('a large or quantised tower is loaded in what each device can do', async () => {
  await random('quantised');
  const { folder } = { folder: source('quantised') };
  for (const suffix of ['_fp16', '_quantized']) {
    await cp(join(folder, 'onnx/text_model.onnx'), join(folder, `onnx/text_model${suffix}.onnx`));
    await cp(join(folder, 'onnx/vision_model.onnx'), join(folder, `onnx/vision_model${suffix}.onnx`));
  }
  await rm(join(folder, 'onnx/text_model.onnx'));
  const manifest = await addModel({ folder, modelsFolder, id: 'quantised' });
  expect(manifest.dtypes).toEqual({ wasm: 'q8', webgpu: 'fp16', cpu: 'fp16' });
  expect(manifest.golden.map(({ dtype }) => dtype)).toEqual([...Array(5).fill('fp16'), ...Array(5).fill('q8')]);
  expect(manifest.files.map(({ path }) => path)).toContain('onnx/text_model_quantized.onnx');
  const asked = await addModel({ folder, modelsFolder, id: 'asked', dtypes: { wasm: 'fp16' } });
  expect(asked.dtypes.wasm).toBe('fp16');
});

const broken: [string, (folder: string) => Promise<void>, string][] = [
  ['no config.json', (folder) => rm(join(folder, 'config.json')), 'config.json'],
  ['another kind of model', (folder) => writeFile(join(folder, 'config.json'), '{"model_type":"bert"}'), 'bert'],
  ['no tokenizer', (folder) => rm(join(folder, 'tokenizer.json')), 'tokenizer.json'],
  ['no preprocessor', (folder) => rm(join(folder, 'preprocessor_config.json')), 'preprocessor_config.json'],
  ['no vision tower', (folder) => rm(join(folder, 'onnx/vision_model.onnx')), 'vision_model.onnx'],
  [
    'a tower that no runtime loads',
    (folder) => writeFile(join(folder, 'onnx/text_model.onnx'), Uint8Array.from([8, 8, 0x3a, 2, 0x52, 0])),
    'does not load',
  ],
  [
    'another picture size than the tower takes',
    async (folder) => {
      const file = join(folder, 'preprocessor_config.json');
      const config = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...config, size: 32, crop_size: 32 }));
    },
    '32 × 32',
  ],
];

test.each(broken)('refuses a folder with %s', async (name, breakIt, reason) => {
  const folder = source(name.replaceAll(' ', '-'));
  await cp(source('random'), folder, { recursive: true });
  await breakIt(folder);
  const adding = addModel({ folder, modelsFolder, id: 'broken' });
  await expect(adding).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining(reason) });
  await expect(access(join(modelsFolder, 'broken'))).rejects.toThrow();
});

test('refuses towers of different dimensions, a missing folder, and an id that is no folder name', async () => {
  const folder = source('different');
  await random('different');
  await writeRandomModel({
    folder: source('wider'),
    tokenizerFrom: join(MODELS_FOLDER, DEFAULT_MODEL),
    vocabulary: 10_240,
    dim: 64,
    imageSize: 48,
    seed: 5,
  });
  await cp(join(source('wider'), 'onnx/vision_model.onnx'), join(folder, 'onnx/vision_model.onnx'));
  await expect(addModel({ folder, modelsFolder, id: 'x' })).rejects.toThrow('48 dimensions, its vision tower 64');
  await expect(addModel({ folder: source('none'), modelsFolder, id: 'x' })).rejects.toMatchObject({
    code: 'model-not-found',
  });
  await expect(addModel({ folder, modelsFolder, id: '../x' })).rejects.toMatchObject({ code: 'usage' });
});
