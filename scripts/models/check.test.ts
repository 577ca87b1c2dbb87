/** `pnpm models check`: towers that belong together pass, others do not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { addModel } from './add-model.ts';
import { checkLines, checkModel } from './check.ts';
import { writeRandomModel } from './random-model.ts';

let work = '';
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-check-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('the embedded model tells known drawings apart, and the table shows how well', async () => {
  const result = await checkModel(MODELS_FOLDER, DEFAULT_MODEL);
  expect(result).toMatchObject({ passed: true, right: 8 });
  const lines = checkLines(result);
  expect(lines[0]).toMatch(/dog +guitar +pizza +bicycle/);
  expect(lines.filter((line) => line.includes('*'))).toHaveLength(8);
  // The largest of each row is on the diagonal.
  for (const [i, row] of result.similarities.entries()) expect(Math.max(...row)).toBe(row[i]);
  expect(lines.at(-1)).toBe('8 of 8 pictures are nearest to their own caption: passed.');
});

test('a model with random weights does not', async () => {
  const folder = join(work, 'random');
  const tokenizerFrom = join(MODELS_FOLDER, DEFAULT_MODEL);
  await writeRandomModel({ folder, tokenizerFrom, vocabulary: 10_240, dim: 48, imageSize: 48, seed: 5 });
  const modelsFolder = join(work, 'models');
  await addModel({ folder, modelsFolder, id: 'random' });
  const result = await checkModel(modelsFolder, 'random');
  expect(result.passed).toBe(false);
  expect(checkLines(result).at(-1)).toMatch(/^[0-6] of 8 pictures .*: failed, 7 are needed\.$/);
});

test('a model that is not here is said', async () => {
  await expect(checkModel(work, 'none')).rejects.toMatchObject({ code: 'model-not-found' });
});
