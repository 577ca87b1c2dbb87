/** Folders as exporters, hubs and downloads leave them: a model that works as the whole one does, or one line and nothing left. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL, type ModelManifest, parseModelManifest } from '../../../src/engine/model/model.ts';
import { dot, type Embedding, normalise } from '../../../src/engine/numeric/embedding.ts';
import { createNodeImageEncoder } from '../../../src/platform/encoders/clip.node.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { addModel } from '../add-model.ts';
import {
  type Change,
  changeJson,
  copyOf,
  LFS_POINTER,
  type ModelWorkplace,
  modelWorkplace,
  preprocessor,
  putWeightsBeside,
  TEXT_TOWER,
  VISION_TOWER,
} from './testing.ts';

let place: ModelWorkplace;
let base: { manifest: ModelManifest; picture: Embedding };

beforeAll(async () => {
  place = await modelWorkplace();
  const { manifest } = await place.add(async () => {});
  base = { manifest, picture: await embed(manifest.id) };
});
afterAll(() => place.remove());

/** As `build-index` embeds a picture. */
async function embed(modelId: string): Promise<Embedding> {
  const encoder = await createNodeImageEncoder({ modelsFolder: place.modelsFolder, modelId });
  const rgb = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => (i * 37) % 251);
  const [embedding] = await encoder.encode([{ size: 32, rgb }]);
  await encoder.dispose();
  return embedding as Embedding; // one for one picture
}

async function toProcessor(folder: string, more: Record<string, unknown> = {}): Promise<void> {
  const inside = JSON.parse(await readFile(join(folder, 'preprocessor_config.json'), 'utf8'));
  await rm(join(folder, 'preprocessor_config.json'));
  const text = JSON.stringify({ image_processor: inside, processor_class: 'CLIPProcessor', ...more });
  await writeFile(join(folder, 'processor_config.json'), text);
}

async function toVocabulary(folder: string): Promise<void> {
  const { model } = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
  await rm(join(folder, 'tokenizer.json'));
  await writeFile(join(folder, 'vocab.json'), JSON.stringify(model.vocab));
  await writeFile(join(folder, 'merges.txt'), `#version: 0.2\n${model.merges.join('\n')}\n`);
}

const bothTowers =
  (location: (tower: string) => string, bare = false) =>
  async (folder: string) => {
    for (const [tower, name] of [
      [TEXT_TOWER, 'text_model'],
      [VISION_TOWER, 'vision_model'],
    ] as const) {
      await putWeightsBeside(folder, tower, location(name), bare);
    }
  };

const working: [string, Change][] = [
  ['weights in <graph>.data', bothTowers((name) => `${name}.onnx.data`)],
  ['weights in *_weights.bin', bothTowers((name) => `${name}_weights.bin`)],
  ['weights of both towers in one file', bothTowers(() => 'model.onnx_data')],
  ['weights in a folder below', bothTowers((name) => `weights/${name}.bin`)],
  ['weights in the folder above', bothTowers((name) => `../${name}.bin`)],
  ['weights whose length is not said', bothTowers((name) => `${name}.pb`, true)],
  ['weights in <graph>_data', bothTowers((name) => `${name}.onnx_data`)],
  ['processor_config.json alone', (folder) => toProcessor(folder)],
  [
    'a video processor beside it',
    (folder) => toProcessor(folder, { video_processor: { size: { height: 1, width: 2 } } }),
  ],
  ['do_center_crop not said', preprocessor({ do_center_crop: undefined })],
  ['resample by name', preprocessor({ resample: 'bicubic' })],
  ['sizes as numbers', preprocessor({ size: 32, crop_size: 32 })],
  [
    'the older name of its kind',
    preprocessor({ image_processor_type: undefined, feature_extractor_type: 'CLIPFeatureExtractor' }),
  ],
  ['vocab.json and merges.txt', toVocabulary],
  [
    'special_tokens_map.json in place of tokenizer_config.json',
    async (folder) => {
      await rm(join(folder, 'tokenizer_config.json'));
      const tokens = { pad_token: { content: '<|endoftext|>', lstrip: false }, eos_token: '<|endoftext|>' };
      await writeFile(join(folder, 'special_tokens_map.json'), JSON.stringify(tokens));
    },
  ],
];

test.each(working)('%s: works as the whole folder does', async (_, change) => {
  const { id, manifest } = await place.add(change);
  for (const [i, { text, embedding }] of base.manifest.golden.entries()) {
    const other = manifest.golden[i];
    expect(other?.text).toBe(text);
    const cosine = dot(normalise(Float32Array.from(embedding)), normalise(Float32Array.from(other?.embedding ?? [])));
    expect(cosine).toBeGreaterThan(0.99999);
  }
  expect(dot(await embed(id), base.picture)).toBeGreaterThan(0.99999);
  expect(parseModelManifest(await readFile(join(place.modelsFolder, id, 'model.json'), 'utf8'))).toEqual(manifest);
});

test('weights under any name are brought into the graph’s file; under the usual one they stay where they are', async () => {
  const moved = await place.add(bothTowers(() => 'shared.bin'));
  expect(moved.files.filter((path) => path.startsWith('onnx/'))).toEqual(
    base.manifest.files.map(({ path }) => path).filter((path) => path.startsWith('onnx/')),
  );
  expect(moved.manifest.files.find(({ path }) => path === TEXT_TOWER)?.bytes).toBeGreaterThan(900_000);
  const usual = await place.add((folder) => putWeightsBeside(folder, VISION_TOWER, 'vision_model.onnx_data'));
  expect(usual.files).toContain('onnx/vision_model.onnx_data');
});

test('run again on a folder in public/models, weights are brought in there, and what else lies there stays', async () => {
  const folder = await copyOf(join(place.work, 'base'), join(place.modelsFolder, 'here'));
  await writeFile(join(folder, 'MODEL.md'), 'Mine.');
  await putWeightsBeside(folder, TEXT_TOWER, 'text.bin');
  await addModel({ folder, modelsFolder: place.modelsFolder, id: 'here' });
  expect(dot(await embed('here'), base.picture)).toBeGreaterThan(0.99999);
  expect(await readFile(join(folder, 'MODEL.md'), 'utf8')).toBe('Mine.');
  expect((await readdir(place.modelsFolder)).filter((name) => name.includes('partial'))).toEqual([]);
});

test('a tower that does not see padding needs no tokenizer_config.json', async () => {
  const folder = await copyOf(join(MODELS_FOLDER, DEFAULT_MODEL), join(place.work, 'whole'));
  const before = parseModelManifest(await readFile(join(folder, 'model.json'), 'utf8'));
  await rm(join(folder, 'tokenizer_config.json'));
  const notes: string[] = [];
  const manifest = await addModel({
    folder,
    modelsFolder: place.modelsFolder,
    id: 'whole',
    log: (line) => notes.push(line),
  });
  expect(manifest.text).toMatchObject({ padding: 'none', maxLength: before.text.maxLength });
  expect(manifest.golden).toEqual(before.golden);
  expect(notes).toContainEqual(expect.stringMatching(/^Made tokenizer_config\.json/));
});

test('pixels from 0 to 1 are given to a tower that wants them so', async () => {
  const { id } = await place.add(preprocessor({ image_mean: [0, 0, 0], image_std: [1, 1, 1] }));
  const plain = await place.add(preprocessor({ do_normalize: false }));
  expect(dot(await embed(id), await embed(plain.id))).toBeGreaterThan(0.99999);
  expect(dot(await embed(id), base.picture)).toBeLessThan(0.999);
});

test('where both files say how pictures are prepared, the newer one counts, and it is said that they differ', async () => {
  const newer = { image_mean: [0.1, 0.1, 0.1] };
  const { id, notes, files } = await place.add(async (folder) => {
    await toProcessor(folder);
    await changeJson(join(folder, 'processor_config.json'), ({ image_processor }) => {
      return { image_processor: { ...(image_processor as object), ...newer } };
    });
    await writeFile(
      join(folder, 'preprocessor_config.json'),
      await readFile(join(place.work, 'base/preprocessor_config.json')),
    );
  });
  expect(files).toEqual(expect.arrayContaining(['preprocessor_config.json', 'processor_config.json']));
  expect(notes).toContainEqual(expect.stringMatching(/say different things: the first one counts/));
  const same = await place.add(preprocessor(newer));
  expect(dot(await embed(id), await embed(same.id))).toBeGreaterThan(0.99999);
});

test('a precision that was not downloaded is left out where another one is whole', async () => {
  const { manifest, notes } = await place.add(async (folder) => {
    for (const tower of ['text', 'vision']) {
      const path = join(folder, `onnx/${tower}_model.onnx`);
      await rename(path, join(folder, `onnx/${tower}_model_quantized.onnx`));
      await writeFile(path, LFS_POINTER);
    }
  });
  expect(manifest.dtypes).toEqual({ wasm: 'q8', webgpu: 'q8', cpu: 'q8' });
  expect(notes).toContainEqual(expect.stringMatching(/^Left out: onnx\/text_model\.onnx is a Git LFS pointer/));
});
