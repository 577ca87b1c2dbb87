import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_PART_BYTES } from '../../src/engine/collection/types.ts';
import {
  DEFAULT_MODEL,
  type ModelManifest,
  parseModelManifest,
  stringifyModelManifest,
} from '../../src/engine/model/model.ts';
import { packedPath } from '../../src/engine/ports.ts';
import { createHttpSource } from '../../src/platform/bytes/http-source.browser.ts';
import { textFiles, towerFile } from '../../src/platform/models/model-files.ts';
import { readModelFile, readNewestModel } from '../../src/platform/models/model-source.browser.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { serve } from '../serve/serve.ts';
import { addModel } from './add-model.ts';
import { packageModels } from './package-models.ts';
import { writeRandomModel } from './random-model.ts';

let work = '';
let before: ModelManifest;
const at = (...path: string[]) => join(work, ...path);

/** A text tower of 23 MB: a table of tokens much longer than the tokenizer needs. */
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-package-'));
  const tokenizerFrom = join(MODELS_FOLDER, DEFAULT_MODEL);
  await writeRandomModel({ folder: at('hf'), tokenizerFrom, vocabulary: 240_000, dim: 48, imageSize: 48, seed: 3 });
  before = await addModel({ folder: at('hf'), modelsFolder: at('models'), id: 'large' });
  await writeFile(at('models/large/MODEL.md'), 'What it can do.');
  await mkdir(at('models/unfinished'));
  await packageModels(at('models'), at('dist/models'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('only what a browser loads is copied, in parts that every host takes, and model.json lists just that', async () => {
  const after = parseModelManifest(await readFile(at('dist/models/large/model.json'), 'utf8'));
  const hosted = after.files.flatMap((file) => file.parts ?? [file]);
  const listed = hosted.flatMap(({ path, packed }) => (packed ? [path, packedPath(path, packed)] : [path]));
  const found = (await readdir(at('dist/models/large'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(at('dist/models/large/').length));
  expect(found.sort()).toEqual([...listed, 'MODEL.md', 'model.json'].sort());
  for (const name of found)
    expect((await stat(at('dist/models/large', name))).size).toBeLessThanOrEqual(MAX_PART_BYTES);
  expect(towerFile(after, 'text', 'fp32').parts).toHaveLength(2);
  const tokenizer = after.files.find(({ path }) => path === 'tokenizer.json');
  expect(tokenizer?.packed?.bytes).toBeLessThan((tokenizer?.bytes ?? 0) / 2);
  for (const { path, packed, sha256 } of hosted.filter((file) => file.packed)) {
    const compressed = await readFile(at('dist/models/large', `${path}.gz`));
    expect(compressed).toHaveLength(packed?.bytes ?? 0);
    expect(createHash('sha256').update(gunzipSync(compressed)).digest('hex')).toBe(sha256);
  }
  expect(towerFile(after, 'vision', 'fp32').sha256).toBe(towerFile(before, 'vision', 'fp32').sha256);
  expect(after.files.some(({ path }) => path === 'preprocessor_config.json')).toBe(true);
  expect(after.omittedVision).toEqual([]);
  expect((await readdir(at('dist/models'))).sort()).toEqual(['index.json', 'large']);
});

test('of a vision tower in several precisions, those that no device takes are left out and named', async () => {
  const other = { path: 'onnx/vision_model_q8.onnx', bytes: 4, sha256: 'a'.repeat(64) };
  await cp(at('models/large'), at('several/large'), { recursive: true });
  await writeFile(at('several/large', other.path), 'four');
  const manifest = { ...before, files: [...before.files, other] };
  await writeFile(at('several/large/model.json'), stringifyModelManifest(manifest));
  await packageModels(at('several'), at('packed'));
  const after = parseModelManifest(await readFile(at('packed/large/model.json'), 'utf8'));
  expect(after.omittedVision).toEqual([other.sha256]);
  expect(after.files.map(({ path }) => path)).not.toContain(other.path);
});

test.each(['dist', ''])('a browser reads the same model from the server of "%s"', async (folder) => {
  const server = await serve({ site: work, publicFolder: at(folder), host: '127.0.0.1', port: 0 });
  try {
    const { port } = server.address() as { port: number };
    const source = createHttpSource(`http://127.0.0.1:${port}/`);
    const { sha256 } = towerFile(before, 'vision', 'fp32');
    const collection = { name: 'pictures', dim: before.dim, model: { id: 'large', sha256 } };
    const { files } = await readNewestModel(source, collection, {
      needed: (manifest) => textFiles(manifest, 'wasm'),
      readFile: (file) => readModelFile(source, 'models/large', file, {}),
      onEvent: () => {},
    });
    const path = 'onnx/text_model.onnx';
    expect(files.has('onnx/text_model_prepared.onnx')).toBe(true);
    expect(files.get(path)?.length).toBeGreaterThan(MAX_PART_BYTES);
    expect(Buffer.from(files.get(path) ?? []).equals(await readFile(at('models/large', path)))).toBe(true);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('the embedded model keeps its papers', async () => {
  await cp(join(MODELS_FOLDER, DEFAULT_MODEL), at('own', DEFAULT_MODEL), { recursive: true });
  await packageModels(at('own'), at('packaged'));
  const names = await readdir(at('packaged', DEFAULT_MODEL));
  expect(names).toEqual(expect.arrayContaining(['MODEL.md', 'credits.json', 'config.json', 'tokenizer.json']));
  expect(await readdir(at('packaged', DEFAULT_MODEL, 'onnx'))).toEqual([
    'text_model.onnx',
    'text_model.onnx.gz',
    'text_model_prepared.onnx',
    'text_model_prepared.onnx.gz',
    'vision_model.onnx',
    'vision_model.onnx.gz',
    'vision_model_prepared.onnx',
    'vision_model_prepared.onnx.gz',
  ]);
});
