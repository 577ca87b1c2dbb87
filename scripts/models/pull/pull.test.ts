import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT_MODEL, GOLDEN_COSINE } from '../../../src/engine/model/model.ts';
import { createNodeImageEncoder, createNodeQueryEncoder } from '../../../src/platform/encoders/clip.node.ts';
import { goldenCosine } from '../../../src/platform/encoders/clip-text.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { listInstalled, removeModel, verifyModel } from '../installed.ts';
import { combineTowers, toOpenClip } from '../layouts/testing.ts';
import { writeRandomModel } from '../random-model.ts';
import type { RegistryEntry, RegistryFile } from '../registry/registry.ts';
import { pullModel } from './pull.ts';

let work = '';
let base = '';
let modelsFolder = '';
let lines: string[] = [];

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-pull-'));
  base = join(work, 'base');
  const tokenizerFrom = join(MODELS_FOLDER, DEFAULT_MODEL);
  await writeRandomModel({ folder: base, tokenizerFrom, vocabulary: 10_240, dim: 48, imageSize: 48, seed: 5 });
});
afterAll(() => rm(work, { recursive: true, force: true }));
beforeEach(() => {
  modelsFolder = join(work, `models-${Math.random()}`);
  lines = [];
});

const AS_CLIP: RegistryEntry['preprocessing'] = {
  resize: 'shortest',
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
const small = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json'];

async function entryOf(
  mirror: string,
  layout: RegistryEntry['layout'],
  files: readonly (Pick<RegistryFile, 'path'> & Partial<RegistryFile>)[],
): Promise<RegistryEntry> {
  const described = files.map(async (file) => {
    const content = await readFile(join(mirror, file.path));
    return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex'), ...file };
  });
  return {
    ...{ id: 'random', title: 'Random', for: 'tests', family: 'clip', layout, repository: 'nobody/random' },
    ...{ revision: 'main', original: 'nobody/random', dim: 48, imageSize: 48, preprocessing: AS_CLIP },
    text: { length: 32, padding: 'none', lowercase: false },
    licence: { name: 'CC0', commercial: true, accept: false },
    ...{ languages: ['none'], quality: [], notes: '', unverified: [] },
    files: await Promise.all(described),
  };
}

const towers = [
  { path: 'onnx/text_model.onnx', tower: 'text', dtype: 'fp32' },
  { path: 'onnx/vision_model.onnx', tower: 'vision', dtype: 'fp32' },
] as const;
const smallFiles = small.map((path) => ({ path }));

function pull(entry: RegistryEntry, from: string, changes: Partial<Parameters<typeof pullModel>[1]> = {}) {
  return pullModel(entry, {
    ...{ modelsFolder, cacheFolder: join(work, 'cache'), from, dtypes: [], acceptsLicence: false },
    log: (line) => lines.push(line),
    ...changes,
  });
}

/** It gives the vectors of the model that it was made from. */
async function expectSameAsBase(): Promise<void> {
  const text = await createNodeQueryEncoder({ modelsFolder, modelId: 'random' });
  const [entry] = await listInstalled(modelsFolder);
  expect(await goldenCosine(text, entry?.manifest.golden ?? [], 'fp32')).toBeGreaterThan(GOLDEN_COSINE);
  const images = await createNodeImageEncoder({ modelsFolder, modelId: 'random' });
  expect((await images.encode([{ size: 48, rgb: new Uint8Array(3 * 48 * 48).fill(77) }]))[0]).toHaveLength(48);
  expect(await verifyModel(modelsFolder, 'random')).toEqual([]);
}

test('a folder as Transformers lays it out becomes a model, and nothing is left behind', async () => {
  const manifest = await pull(await entryOf(base, 'transformers', [...smallFiles, ...towers]), base);
  expect(manifest).toMatchObject({ id: 'random', title: 'Random', dim: 48, licence: 'CC0', revision: 'main' });
  await expectSameAsBase();
  expect(await readdir(join(work, 'cache'))).toEqual([]);
});

test('a graph with both towers is taken apart', async () => {
  const mirror = join(work, 'combined');
  await cp(base, mirror, { recursive: true });
  const length = await combineTowers(mirror);
  const whole = { path: 'onnx/model.onnx', dtype: 'fp32' } as const;
  await pull(await entryOf(mirror, 'combined', [...smallFiles, whole]), mirror);
  await expectSameAsBase();
  const { size } = await stat(join(modelsFolder, 'random/onnx/text_model.onnx'));
  expect(size).toBeLessThan(length * 0.95);
});

test('what open_clip exports gets the names that loaders expect', async () => {
  const mirror = join(work, 'open-clip');
  await cp(base, mirror, { recursive: true });
  await toOpenClip(mirror);
  const files = [
    { path: 'textual.onnx', tower: 'text', dtype: 'fp32' },
    { path: 'visual.onnx', tower: 'vision', dtype: 'fp32' },
    { path: 'tokenizer.json' },
    { path: 'tokenizer_config.json' },
  ] as const;
  await pull(await entryOf(mirror, 'open-clip', files), mirror);
  await expectSameAsBase();
});

test('what is damaged is refused, what was there stays, and the next pull brings only what is missing', async () => {
  const good = await entryOf(base, 'transformers', [...smallFiles, ...towers]);
  await pull(good, base);
  const mirror = join(work, 'damaged');
  await cp(base, mirror, { recursive: true });
  await writeFile(join(mirror, towers[1].path), 'half');
  await expect(pull(good, mirror)).rejects.toMatchObject({ code: 'download-failed' });
  expect(await verifyModel(modelsFolder, 'random')).toEqual([]);
  for (const name of small) await rm(join(mirror, name));
  await cp(join(base, towers[1].path), join(mirror, towers[1].path));
  await pull(good, mirror); // the small files are there from before
  await expectSameAsBase();
});

test('a hash that nobody knew is recorded, and another one is refused the next time', async () => {
  const files = [...smallFiles.map((file) => ({ ...file, sha256: null, bytes: null })), ...towers];
  const entry = { ...(await entryOf(base, 'transformers', files)), id: 'recorded' };
  await pull(entry, base);
  expect(lines.filter((line) => line.includes('nobody knew its hash'))).toHaveLength(small.length);
  const mirror = join(work, 'changed');
  await cp(base, mirror, { recursive: true });
  await writeFile(join(mirror, 'config.json'), `${await readFile(join(mirror, 'config.json'), 'utf8')} `);
  await expect(pull(entry, mirror)).rejects.toMatchObject({ code: 'download-failed' });
});

test('a licence for research only has to be accepted', async () => {
  const entry = await entryOf(base, 'transformers', [...smallFiles, ...towers]);
  const research = { ...entry, licence: { name: 'research only', commercial: false, accept: true } };
  await expect(pull(research, base)).rejects.toMatchObject({ code: 'usage' });
  await pull(research, base, { acceptsLicence: true });
  await removeModel(modelsFolder, 'random');
  expect(await listInstalled(modelsFolder)).toEqual([]);
});

test('a precision that the registry does not know is said', async () => {
  const entry = await entryOf(base, 'transformers', [...smallFiles, ...towers]);
  const failed = pull(entry, base, { dtypes: ['q4'] });
  await expect(failed).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('fp32') });
});

test('verifying finds a file that changed and one that is gone', async () => {
  await pull(await entryOf(base, 'transformers', [...smallFiles, ...towers]), base);
  const folder = join(modelsFolder, 'random');
  const config = await readFile(join(folder, 'config.json'), 'utf8');
  await writeFile(join(folder, 'config.json'), config.replace('clip', 'clop'));
  await rm(join(folder, 'onnx/vision_model.onnx'));
  expect(await verifyModel(modelsFolder, 'random')).toEqual([
    'config.json has another content than when it was added.',
    'onnx/vision_model.onnx is missing.',
  ]);
});
