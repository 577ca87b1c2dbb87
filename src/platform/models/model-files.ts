import { AfterimageError } from '../../engine/errors.ts';
import type { Device, Dtype, ModelFile, ModelManifest } from '../../engine/model/model.ts';
import { expandedLength, type StoredTensor } from '../../engine/model/prepared.ts';
import { PREPROCESSOR, PROCESSOR } from './preprocessor.ts';

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
  return graphPath(`${tower}_model`, dtype);
}

/** Path of the graph `name` in a precision. */
export function graphPath(name: string, dtype: Dtype): string {
  return `onnx/${name}${SUFFIXES[dtype]}.onnx`;
}

/** What transformers.js calls the prepared text tower: its path without folder, precision and ending. */
export const PREPARED_TEXT = 'text_model_prepared';

/** Path of the prepared text tower's graph, which names its external data like this with `_data`, without the folder. */
export function preparedPath(dtype: Dtype): string {
  return `onnx/${PREPARED_TEXT}${SUFFIXES[dtype]}.onnx`;
}

/** What transformers.js calls the prepared vision tower. */
export const PREPARED_VISION = 'vision_model_prepared';

/** Path of the prepared vision tower's graph, whose weights are in the tower's own file. */
export function preparedVisionPath(dtype: Dtype): string {
  return `onnx/${PREPARED_VISION}${SUFFIXES[dtype]}.onnx`;
}

/** The prepared vision tower, where there is one for this device. */
export function preparedVision(manifest: ModelManifest, device: Device): ModelFile | undefined {
  if (device !== 'wasm') return undefined;
  const path = preparedVisionPath(visionDtype(manifest, device));
  return manifest.files.find((file) => file.path === path);
}

/** The tensors of the prepared text tower, where there is one for this device. */
export function preparedTensors(
  { prepared, dtypes }: ModelManifest,
  device: Device,
): readonly StoredTensor[] | undefined {
  return device === 'wasm' && prepared?.dtype === dtypes.wasm ? prepared.tensors : undefined;
}

/**
 * The entry of a tower in `model.json`. The SHA-256 of the vision tower is what a collection remembers of its model.
 * @throws AfterimageError `model-invalid` when the model was added without this file.
 */
export function towerFile(manifest: ModelManifest, tower: Tower, dtype: Dtype): ModelFile {
  return fileAt(manifest, towerPath(tower, dtype));
}

function fileAt(manifest: ModelManifest, path: string): ModelFile {
  const file = manifest.files.find((entry) => entry.path === path);
  if (file) return file;
  throw new AfterimageError('model-invalid', `${path} is not among the files of the model ${manifest.id}.`);
}

/** The files that loading a tower reads: the tower with its external data, configs and, for text, the tokenizer. */
export function towerFiles(manifest: ModelManifest, tower: Tower, dtype: Dtype): readonly ModelFile[] {
  const { path } = towerFile(manifest, tower, dtype);
  const others = tower === 'text' ? ['config.json', 'tokenizer.json', 'tokenizer_config.json'] : ['config.json'];
  return manifest.files.filter(
    (file) => file.path === path || file.path.startsWith(`${path}_data`) || others.includes(file.path),
  );
}

/** The files that a device reads to encode text, the prepared tower's graph with them. */
export function textFiles(manifest: ModelManifest, device: Device): readonly ModelFile[] {
  const dtype = manifest.dtypes[device];
  const files = towerFiles(manifest, 'text', dtype);
  if (!preparedTensors(manifest, device)) return files;
  return [...files, fileAt(manifest, preparedPath(dtype))];
}

/** The precision of the vision tower on a device: the one that its text tower has, else the best of those that are there. */
export function visionDtype(manifest: ModelManifest, device: Device): Dtype {
  const has = (dtype: Dtype) => manifest.files.some(({ path }) => path === towerPath('vision', dtype));
  const dtype = [manifest.dtypes[device], ...DTYPES].find(has);
  if (dtype) return dtype;
  throw new AfterimageError(
    'model-invalid',
    `The model ${manifest.id} is here without the part that looks at pictures, so no pictures can be added.`,
  );
}

/** The files that a device reads to encode pictures: the vision tower, as it was prepared for it, too, and how pictures are prepared for it. */
export function visionFiles(manifest: ModelManifest, device: Device): readonly ModelFile[] {
  const files = towerFiles(manifest, 'vision', visionDtype(manifest, device));
  const prepared = preparedVision(manifest, device);
  return [
    ...files,
    ...(prepared ? [prepared] : []),
    ...manifest.files.filter(({ path }) => path === PREPROCESSOR || path === PROCESSOR),
  ];
}

/** Memory that a text encoder takes while it is loaded, about: its files, and what a prepared tower's weights become. */
export function textEncoderBytes(manifest: ModelManifest, device: Device): number {
  const files = textFiles(manifest, device).reduce((sum, { bytes }) => sum + bytes, 0);
  return files + expandedLength(preparedTensors(manifest, device) ?? []);
}

/**
 * SHA-256 of the most precise of a model's vision towers, also where it was left out for hosting: what a collection
 * without pictures remembers of its model. @throws AfterimageError `model-invalid` where there is none
 */
export function visionHash(manifest: ModelManifest): string {
  const paths = DTYPES.map((dtype) => towerPath('vision', dtype));
  const file = paths.flatMap((path) => manifest.files.find((one) => one.path === path) ?? [])[0];
  const hash = file?.sha256 ?? manifest.omittedVision?.[0];
  return hash ?? towerFile(manifest, 'vision', 'fp32').sha256;
}
