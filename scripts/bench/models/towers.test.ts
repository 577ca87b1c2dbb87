import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addModel } from '../../models/add-model.ts';
import { openOnnx } from '../../models/onnx.ts';
import { writeClipSizeModel } from './towers.ts';

let work = '';
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-towers-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

const SMALL = {
  dim: 32,
  layers: 2,
  text: { dim: 64, heads: 2, length: 77, vocabulary: 10_240 },
  vision: { dim: 32, heads: 2, size: 64, patch: 32 },
};

test('towers run in both precisions, and a q8 tower gets its text without padding, though rounding moves its vectors', async () => {
  const folder = join(work, 'both');
  await writeClipSizeModel(folder, ['fp32', 'q8'], SMALL);
  const both = await addModel({ folder, modelsFolder: join(work, 'models'), id: 'both', dtypes: { wasm: 'q8' } });
  expect(both).toMatchObject({ dim: 32, imageSize: 64, dtypes: { cpu: 'fp32', wasm: 'q8' } });
  const int8 = openOnnx(await readFile(join(folder, 'onnx/text_model_quantized.onnx'))).graph.node;
  expect(int8.filter(({ opType }) => opType === 'MatMulInteger')).toHaveLength(2 * 6 + 1);

  const alone = join(work, 'q8');
  await writeClipSizeModel(alone, ['q8'], SMALL);
  const q8 = await addModel({ folder: alone, modelsFolder: join(work, 'models'), id: 'q8' });
  expect(q8.dtypes.cpu).toBe('q8');
  expect(q8.text.padding).toBe('none');
});
