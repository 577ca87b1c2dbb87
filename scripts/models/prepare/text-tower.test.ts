import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL, GOLDEN_COSINE } from '../../../src/engine/model/model.ts';
import { expandTensors } from '../../../src/engine/model/prepared.ts';
import { useModelsFolder } from '../../../src/platform/encoders/clip.node.ts';
import { loadTextEncoder } from '../../../src/platform/encoders/clip-text.node.ts';
import { goldenCosine } from '../../../src/platform/encoders/clip-text.ts';
import {
  PREPARED_TEXT,
  preparedPath,
  preparedTensors,
  textFiles,
  towerPath,
} from '../../../src/platform/models/model-files.ts';
import { readModelManifest } from '../../../src/platform/models/model-folder.node.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { prepareTextTower } from './text-tower.ts';

let work = '';
const at = (...path: string[]) => join(work, ...path);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-prepare-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('the embedded model comes with a prepared tower, for wasm only, that is small and gives the golden vectors', async () => {
  const manifest = await readModelManifest(MODELS_FOLDER, DEFAULT_MODEL);
  const path = preparedPath(manifest.dtypes.wasm);
  expect(textFiles(manifest, 'webgpu').map((file) => file.path)).not.toContain(path);
  expect(textFiles(manifest, 'wasm').find((file) => file.path === path)?.bytes).toBeLessThan(50_000);

  await cp(join(MODELS_FOLDER, DEFAULT_MODEL), at(DEFAULT_MODEL), { recursive: true });
  const tower = await readFile(at(DEFAULT_MODEL, towerPath('text', 'fp32')));
  const tensors = preparedTensors(manifest, 'wasm') ?? [];
  expect(tensors.length).toBeGreaterThan(0);
  await writeFile(at(DEFAULT_MODEL, `${path}_data`), expandTensors(tower, tensors));
  await rm(at(DEFAULT_MODEL, towerPath('text', 'fp32')));
  useModelsFolder(work);
  const encoder = await loadTextEncoder(manifest, {
    device: 'cpu',
    dtype: 'fp32',
    fileName: PREPARED_TEXT,
    sessionOptions: { graphOptimizationLevel: 'disabled' },
  });
  expect(await goldenCosine(encoder, manifest.golden, 'fp32')).toBeGreaterThan(GOLDEN_COSINE);
  await encoder.dispose();
});

test('a tower whose weights are stored as int8 is prepared', async () => {
  const folder = join(MODELS_FOLDER, DEFAULT_MODEL);
  const tower = await prepareTextTower(folder, 'clip', 'fp32');
  expect(tower?.graph.length).toBeLessThan(50_000);
  const tensors = tower?.prepared.tensors ?? [];
  const int8 = tensors.filter((tensor) => 'scales' in tensor).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(int8).toBeGreaterThan(5_000_000);
});

test('a tower that is large is not prepared', async () => {
  await mkdir(at('large/onnx'), { recursive: true });
  await writeFile(at('large', towerPath('text', 'fp32')), '');
  await truncate(at('large', towerPath('text', 'fp32')), 101_000_000);
  expect(await prepareTextTower(at('large'), 'clip', 'fp32')).toBeUndefined();
});
