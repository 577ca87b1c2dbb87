/** What towers of text and of pictures are loaded with. */
import { AfterimageError } from '../../engine/errors.ts';
import type { Dtype } from '../../engine/model/model.ts';
import { type Tower, towerPath } from '../models/model-files.ts';

/** Weights of a tower that are in files beside it, which onnxruntime asks for by name. */
export function weightsBeside(
  tower: Tower,
  dtype: Dtype,
  files: ReadonlyMap<string, Uint8Array>,
): { readonly path: string; readonly data: Uint8Array }[] {
  const path = `${towerPath(tower, dtype)}_data`;
  const beside = [...files].filter(([name]) => name.startsWith(path));
  return beside.map(([name, data]) => ({ path: name.replace('onnx/', ''), data }));
}

/** Their integer products have no kernels on WebGPU: what comes out is slow, or wrong (transformers.js #1512). */
const INTEGERS: readonly Dtype[] = ['q8', 'int8', 'uint8'];

/**
 * Whether the GPU can run a precision, before anything is made of it.
 * @throws AfterimageError `device-unavailable`; transformers.js checks fp16, but neither q4f16 nor q8
 */
export async function checkGpuDtype(dtype: Dtype): Promise<void> {
  if (INTEGERS.includes(dtype)) {
    throw new AfterimageError('device-unavailable', `A model in ${dtype} does not run on a GPU as it should.`);
  }
  if (dtype !== 'fp16' && dtype !== 'q4f16') return;
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter?.features.has('shader-f16')) return;
  throw new AfterimageError('device-unavailable', `This GPU has no 16-bit shaders, which a ${dtype} model needs.`);
}
