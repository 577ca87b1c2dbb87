/** What a Hugging Face CLIP folder holds, and which of it Afterimage loads where. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../src/engine/errors.ts';
import type { Dtype, ModelManifest } from '../../src/engine/model/model.ts';
import { DTYPES, type Tower, towerPath } from '../../src/platform/models/model-files.ts';
import { readPreprocessor } from '../../src/platform/models/model-folder.node.ts';
import type { Preprocessor } from '../../src/platform/models/preprocessor.ts';

export interface HfFolder {
  readonly folder: string;
  readonly family: ModelManifest['family'];
  /** Tokens at most, special ones included. */
  readonly maxLength: number;
  readonly preprocessor: Preprocessor;
  /** Bytes of each precision that is there, by tower. */
  readonly towers: Readonly<Record<Tower, ReadonlyMap<Dtype, number>>>;
}

type Json = Record<string, unknown>;

/** What CLIP and SigLIP take where config.json leaves it to the default. */
const DEFAULT_LENGTH = { clip: 77, siglip: 64 } as const;
/** Below this many bytes nobody waits for a float32 tower, and float32 is the safest choice on every device. */
const SMALL_TOWER = 40_000_000;
/** By preference where float32 is too large. On WebGPU q8 is slow or wrong (no kernels for its integer products). */
const LARGE_WASM: readonly Dtype[] = ['q8', 'int8', 'uint8', 'q4', 'fp16', 'fp32'];
const LARGE_WEBGPU: readonly Dtype[] = ['fp16', 'q4', 'fp32', 'q4f16'];

/** Look at a folder without running anything. @throws AfterimageError `model-invalid`, `model-not-found`. */
export async function inspectFolder(folder: string): Promise<HfFolder> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new AfterimageError('model-not-found', `There is no folder ${folder}.`);
  }
  const config = await readJson(folder, 'config.json');
  const family = config.model_type;
  if (family !== 'clip' && family !== 'siglip') {
    throw invalid(folder, `its config.json says model_type "${family}", and Afterimage knows clip and siglip`);
  }
  await readJson(folder, 'tokenizer.json');
  const tokenizer = await readJson(folder, 'tokenizer_config.json', {});
  const towers = { text: await listTower(folder, 'text'), vision: await listTower(folder, 'vision') };
  return {
    folder,
    family,
    maxLength: maxLengthOf(config, tokenizer, family),
    preprocessor: await readPreprocessor(folder),
    towers,
  };
}

/** The precision to load on each device: what was asked for, else by size and by what the device can do. */
export function chooseDtypes(
  { folder, towers }: HfFolder,
  asked: Partial<ModelManifest['dtypes']>,
): ModelManifest['dtypes'] {
  const { text, vision } = towers;
  for (const dtype of Object.values(asked)) {
    if (!text.has(dtype)) throw invalid(folder, `it has no ${towerPath('text', dtype)}`);
  }
  const cpu = asked.cpu ?? DTYPES.find((dtype) => text.has(dtype) && vision.has(dtype));
  if (cpu === undefined || !vision.has(cpu)) {
    throw invalid(folder, 'its text and vision towers have no precision in common');
  }
  const small = (text.get('fp32') ?? Number.POSITIVE_INFINITY) < SMALL_TOWER;
  const wasm = asked.wasm ?? (small ? 'fp32' : (LARGE_WASM.find((dtype) => text.has(dtype)) ?? cpu));
  const webgpu = asked.webgpu ?? (small ? 'fp32' : (LARGE_WEBGPU.find((dtype) => text.has(dtype)) ?? wasm));
  return { wasm, webgpu, cpu };
}

/** Paths of the files that the chosen precisions need, relative to the folder; the vision tower where it has them. */
export async function neededFiles(found: HfFolder, dtypes: ModelManifest['dtypes']): Promise<string[]> {
  const towers = new Set<string>();
  for (const dtype of Object.values(dtypes)) {
    towers.add(towerPath('text', dtype));
    if (found.towers.vision.has(dtype)) towers.add(towerPath('vision', dtype));
  }
  const onnx = (await readdir(join(found.folder, 'onnx'))).map((name) => `onnx/${name}`);
  // External data of a large tower lies beside it: text_model.onnx_data, text_model.onnx_data_1 …
  const data = onnx.filter((path) => [...towers].some((tower) => path.startsWith(`${tower}_data`)));
  const top = new Set(await readdir(found.folder));
  const configs = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'preprocessor_config.json'];
  return [...configs.filter((name) => top.has(name)), ...towers, ...data].sort();
}

/** `license` of the front matter of the folder's README.md, as the Hugging Face hub has it. */
export async function licenceOf(folder: string): Promise<string | null> {
  const readme = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  const [, frontMatter = ''] = /^---\n([\s\S]*?)\n---/.exec(readme) ?? [];
  return /^license:\s*(\S.*?)\s*$/m.exec(frontMatter)?.[1] ?? null;
}

export function invalid(folder: string, reason: string): AfterimageError {
  return new AfterimageError('model-invalid', `${folder} cannot be used: ${reason}.`);
}

async function listTower(folder: string, tower: Tower): Promise<Map<Dtype, number>> {
  const sizes = new Map<Dtype, number>();
  for (const dtype of DTYPES) {
    const file = await stat(join(folder, towerPath(tower, dtype))).catch(() => undefined);
    if (file?.isFile()) sizes.set(dtype, file.size);
  }
  if (sizes.size === 0) {
    throw invalid(folder, `it has no ${towerPath(tower, 'fp32')} (nor one of its quantised versions)`);
  }
  return sizes;
}

function maxLengthOf(config: Json, tokenizer: Json, family: ModelManifest['family']): number {
  const configured = (config.text_config as Json | undefined)?.max_position_embeddings;
  if (typeof configured === 'number') return configured;
  // Tokenizers without a limit say 1e30.
  const limit = tokenizer.model_max_length;
  return typeof limit === 'number' && limit <= 4096 ? limit : DEFAULT_LENGTH[family];
}

async function readJson(folder: string, name: string, absent?: Json): Promise<Json> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (text === undefined) {
    if (absent) return absent;
    throw invalid(folder, `it has no ${name}`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Json;
  } catch {
    // Said below.
  }
  throw invalid(folder, `its ${name} is not a JSON object`);
}
