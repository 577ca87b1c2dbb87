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

/** @throws AfterimageError `device-unavailable`: transformers.js checks fp16, but not q4f16. */
export async function requireShaders(dtype: Dtype): Promise<void> {
  if (dtype !== 'fp16' && dtype !== 'q4f16') return;
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter?.features.has('shader-f16')) return;
  throw new AfterimageError('device-unavailable', `This GPU has no 16-bit shaders, which a ${dtype} model needs.`);
}
