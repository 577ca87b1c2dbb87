/** What a Hugging Face CLIP folder holds, and which of it Afterimage loads where. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AfterimageError } from '../../../src/engine/errors.ts';
import type { Dtype, ModelManifest } from '../../../src/engine/model/model.ts';
import { DTYPES, type Tower, towerPath } from '../../../src/platform/models/model-files.ts';
import { readPreprocessor } from '../../../src/platform/models/model-folder.node.ts';
import { PREPROCESSOR, PROCESSOR, type Preprocessor } from '../../../src/platform/models/preprocessor.ts';
import { downloadTrouble, parseModelJson } from './left-by-download.ts';
import { readTokenizer, type Tokenizer } from './tokenizer-files.ts';

export interface HfFolder {
  readonly folder: string;
  readonly family: ModelManifest['family'];
  /** Tokens at most, special ones included. */
  readonly maxLength: number;
  readonly preprocessor: Preprocessor;
  readonly tokenizer: Tokenizer;
  /** Bytes of each precision that is there, by tower. */
  readonly towers: Readonly<Record<Tower, ReadonlyMap<Dtype, number>>>;
  /** Lines for people: what was not as it should be, and what was done about it. */
  readonly notes: readonly string[];
}

type Json = Record<string, unknown>;

/** What CLIP and SigLIP take where config.json leaves it to the default. */
const DEFAULT_LENGTH = { clip: 77, siglip: 64 } as const;
/** Below this many bytes nobody waits for a float32 tower, and float32 is the safest choice on every device. */
const SMALL_TOWER = 40_000_000;
/** By preference where float32 is too large. On WebGPU q8 is slow or wrong (no kernels for its integer products). */
const LARGE_WASM: readonly Dtype[] = ['q8', 'int8', 'uint8', 'q4', 'fp16', 'fp32'];
const LARGE_WEBGPU: readonly Dtype[] = ['fp16', 'q4', 'fp32', 'q4f16'];
/** What programs add to the name of a file that they have not downloaded whole. */
const UNFINISHED = ['.incomplete', '.part', '.partial', '.crdownload', '.download', '.aria2', '.tmp'];

/** Look at a folder without running anything. @throws AfterimageError `model-invalid`, `model-not-found`. */
export async function inspectFolder(folder: string): Promise<HfFolder> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new AfterimageError('model-not-found', `There is no folder ${folder}.`);
  }
  const config = (await readJson(folder, 'config.json')) ?? (await missing(folder, 'config.json'));
  const family = config.model_type;
  if (family !== 'clip' && family !== 'siglip') {
    throw invalid(folder, `its config.json says model_type "${family}", and Afterimage knows clip and siglip`);
  }
  const notes: string[] = [];
  const tokenizer = await readTokenizer(folder, family, {
    readJson,
    missing,
    invalid,
    note: (line) => notes.push(line),
  });
  const preprocessor = await checkedPreprocessor(folder, notes);
  const text = await listTower(folder, 'text', notes);
  const vision = await listTower(folder, 'vision', notes);
  const maxLength = maxLengthOf(config, tokenizer.config, family);
  return { folder, family, maxLength, preprocessor, tokenizer, towers: { text, vision }, notes };
}

/** The precision to load on each device: what was asked for, else by size and by what the device can do. */
export function chooseDtypes(
  { folder, towers }: HfFolder,
  asked: Partial<ModelManifest['dtypes']>,
): ModelManifest['dtypes'] {
  const { text, vision } = towers;
  for (const dtype of Object.values(asked)) {
    if (!text.has(dtype)) throw invalid(folder, `it has no ${towerPath('text', dtype)} that can be used`);
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

/** Paths of the towers that the chosen precisions need, relative to the folder; the vision tower where it has them. */
export function neededTowers({ towers }: HfFolder, dtypes: ModelManifest['dtypes']): string[] {
  const paths = new Set<string>();
  for (const dtype of Object.values(dtypes)) {
    paths.add(towerPath('text', dtype));
    if (towers.vision.has(dtype)) paths.add(towerPath('vision', dtype));
  }
  return [...paths];
}

/** Files that are taken as they are, where they are there. */
export const COPIED = ['config.json', PREPROCESSOR, PROCESSOR] as const;

/** `license` of the front matter of the folder's README.md, as the Hugging Face hub has it. */
export async function licenceOf(folder: string): Promise<string | null> {
  const readme = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  const [, frontMatter = ''] = /^---\n([\s\S]*?)\n---/.exec(readme) ?? [];
  return /^license:\s*(\S.*?)\s*$/m.exec(frontMatter)?.[1] ?? null;
}

export function invalid(folder: string, reason: string): AfterimageError {
  return new AfterimageError('model-invalid', `${folder} cannot be used: ${reason}.`);
}

/** Both files are told apart from pointers and pages before their settings are read. */
async function checkedPreprocessor(folder: string, notes: string[]): Promise<Preprocessor> {
  const processor = await readJson(folder, PROCESSOR);
  const preprocessor = await readJson(folder, PREPROCESSOR);
  if (!processor && !preprocessor) await missing(folder, PREPROCESSOR);
  const inside = processor?.image_processor;
  if (!preprocessor && typeof inside !== 'object') {
    throw invalid(folder, `its ${PROCESSOR} says nothing of pictures: ${PREPROCESSOR} is missing`);
  }
  if (preprocessor && inside && !saysTheSame(preprocessor, inside as Json)) {
    notes.push(`${PROCESSOR} and ${PREPROCESSOR} say different things: the first one counts, as in Transformers 5.`);
  }
  return readPreprocessor(folder);
}

function saysTheSame(one: Json, other: Json): boolean {
  return Object.keys(one).every((key) => !(key in other) || JSON.stringify(one[key]) === JSON.stringify(other[key]));
}

async function listTower(folder: string, tower: Tower, notes: string[]): Promise<Map<Dtype, number>> {
  const sizes = new Map<Dtype, number>();
  const troubles: string[] = [];
  for (const dtype of DTYPES) {
    const path = towerPath(tower, dtype);
    const file = await stat(join(folder, path)).catch(() => undefined);
    if (!file?.isFile()) continue;
    const trouble = await downloadTrouble(join(folder, path), 'onnx').catch(
      (error: unknown) => `cannot be read (${error})`,
    );
    if (trouble === undefined) sizes.set(dtype, file.size);
    else troubles.push(`${path} ${trouble}`);
  }
  const [first] = troubles;
  if (sizes.size > 0) notes.push(...troubles.map((trouble) => `Left out: ${trouble}.`));
  else if (first !== undefined) throw invalid(folder, `its ${first}`);
  else await missing(folder, towerPath(tower, 'fp32'), ' (nor one of its quantised versions)');
  return sizes;
}

/** Where a file is, or half of it, that belongs somewhere else. @throws AfterimageError `model-invalid` */
async function missing(folder: string, path: string, more = ''): Promise<never> {
  const name = basename(path);
  const beside = await readdir(join(folder, dirname(path))).catch((): string[] => []);
  const half = beside.find((other) => UNFINISHED.some((ending) => other === name + ending));
  if (half !== undefined) throw invalid(folder, `its ${path} is downloaded by half (${half}): finish the download`);
  const link = beside.includes(name) ? `${path} is a link to nothing: download it again` : undefined;
  const top = dirname(path) === '.' ? [] : await readdir(folder).catch((): string[] => []);
  const elsewhere = top.includes(name)
    ? `${name} lies beside ${dirname(path)}/ in place of in it: move it there`
    : undefined;
  const why = link ?? elsewhere;
  throw invalid(folder, `it has no ${path}${more}${why === undefined ? '' : `; ${why}`}`);
}

function maxLengthOf(config: Json, tokenizer: Json, family: ModelManifest['family']): number {
  const configured = (config.text_config as Json | undefined)?.max_position_embeddings;
  if (typeof configured === 'number') return configured;
  // Tokenizers without a limit say 1e30.
  const limit = tokenizer.model_max_length;
  return typeof limit === 'number' && limit <= 4096 ? limit : DEFAULT_LENGTH[family];
}

/** Undefined where it is not there. @throws AfterimageError `model-invalid` */
async function readJson(folder: string, name: string): Promise<Json | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = parseModelJson(text);
  if ('value' in parsed) return parsed.value;
  throw invalid(folder, `its ${name} ${parsed.trouble}`);
}
