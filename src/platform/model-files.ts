import { AfterimageError } from '../engine/errors.ts';
import type { Dtype, ModelFile, ModelManifest } from '../engine/model.ts';

export type Tower = 'text' | 'vision';

/** How Hugging Face names the ONNX file of a precision. */
const SUFFIXES: Readonly<Record<Dtype, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  q4: '_q4',
  q4f16: '_q4f16',
  int8: '_int8',
  uint8: '_uint8',
  bnb4: '_bnb4',
};

/** Every precision, in the order in which it keeps the embedding: the first one that is there is the reference. */
export const DTYPES: readonly Dtype[] = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4'];

export function isDtype(value: string): value is Dtype {
  return Object.hasOwn(SUFFIXES, value);
}

/** Path of a tower's file relative to the model's folder. */
export function towerPath(tower: Tower, dtype: Dtype): string {
  return `onnx/${tower}_model${SUFFIXES[dtype]}.onnx`;
}

/**
 * The entry of a tower in `model.json`. The SHA-256 of the vision tower is what a collection remembers of its model.
 * @throws AfterimageError `model-invalid` when the model was added without this file.
 */
export function towerFile(manifest: ModelManifest, tower: Tower, dtype: Dtype): ModelFile {
  const path = towerPath(tower, dtype);
  const file = manifest.files.find((entry) => entry.path === path);
  if (file) return file;
  throw new AfterimageError(
    'model-invalid',
    `${path} is not among the files of the model ${manifest.id}. Run add-model on it again.`,
  );
}

/** The files that loading a tower reads: the tower with its external data, configs and, for text, the tokenizer. */
export function towerFiles(manifest: ModelManifest, tower: Tower, dtype: Dtype): readonly ModelFile[] {
  const { path } = towerFile(manifest, tower, dtype);
  const others = tower === 'text' ? ['config.json', 'tokenizer.json', 'tokenizer_config.json'] : ['config.json'];
  return manifest.files.filter(
    (file) => file.path === path || file.path.startsWith(`${path}_data`) || others.includes(file.path),
  );
}
