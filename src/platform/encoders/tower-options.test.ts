import { afterEach, expect, test, vi } from 'vitest';
import type { Dtype } from '../../engine/model/model.ts';
import { DTYPES } from '../models/model-files.ts';
import { checkGpuDtype, weightsBeside } from './tower-options.browser.ts';

afterEach(() => vi.unstubAllGlobals());

/** A browser whose GPU, if there is one, has these features. */
const gpu = (features: readonly string[] | null) =>
  vi.stubGlobal('navigator', {
    gpu: { requestAdapter: async () => (features === null ? null : { features: new Set(features) }) },
  });

async function allowed(): Promise<Dtype[]> {
  const answers = DTYPES.map(async (dtype) => {
    try {
      await checkGpuDtype(dtype);
      return [dtype];
    } catch (error) {
      expect(error).toMatchObject({ code: 'device-unavailable' });
      return [];
    }
  });
  return (await Promise.all(answers)).flat();
}

test('no integers on a GPU, and 16 bits only where its shaders have them', async () => {
  gpu(['shader-f16']);
  expect(await allowed()).toEqual(['fp32', 'fp16', 'q4', 'q4f16', 'bnb4']);
  gpu([]);
  expect(await allowed()).toEqual(['fp32', 'q4', 'bnb4']);
  gpu(null);
  expect(await allowed()).toEqual(['fp32', 'q4', 'bnb4']);
});

test('weights beside a graph go by the name that the graph has for them', () => {
  const names = ['onnx/text_model.onnx', 'onnx/text_model.onnx_data', 'onnx/text_model.onnx_data_1', 'config.json'];
  const files = new Map(names.map((name) => [name, new Uint8Array(1)]));
  expect(weightsBeside('text', 'fp32', files).map(({ path }) => path)).toEqual([
    'text_model.onnx_data',
    'text_model.onnx_data_1',
  ]);
});
