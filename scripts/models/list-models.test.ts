import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL, parseModelManifest, stringifyModelManifest } from '../../src/engine/model/model.ts';
import { parseModelList } from '../../src/engine/model/model-list.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { listModels } from './list-models.ts';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-list-models-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('says of the models in a folder what the registry knows, and of others that nothing is known', async () => {
  const text = await readFile(join(MODELS_FOLDER, DEFAULT_MODEL, 'model.json'), 'utf8');
  for (const id of ['a-model', 'siglip-base-patch16-224', 'clip-vit-b-32-256-datacomp', DEFAULT_MODEL]) {
    await mkdir(join(work, id));
    await writeFile(join(work, id, 'model.json'), stringifyModelManifest({ ...parseModelManifest(text), id }));
  }
  await mkdir(join(work, 'unfinished'));
  await listModels(work);
  const { models } = parseModelList(await readFile(join(work, 'index.json'), 'utf8'));
  expect(models.map(({ id }) => id)).toEqual([
    DEFAULT_MODEL,
    'clip-vit-b-32-256-datacomp',
    'siglip-base-patch16-224',
    'a-model',
  ]);
  expect(models[1]).toMatchObject({ languages: ['English'], commercial: true });
  expect(models[1]?.quality[0]?.measure).toMatch(/ImageNet/);
  expect(models[3]).toEqual({ id: 'a-model', for: null, languages: [], commercial: null, quality: [] });
  await listModels(join(work, 'nowhere')); // cannot be written
});

test('a list that is none is refused', () => {
  for (const text of ['', '{}', '{"format":"afterimage-models","version":2,"models":[]}']) {
    expect(() => parseModelList(text)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  }
});
