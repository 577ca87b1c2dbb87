import { copyFile, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import { AfterimageError } from '../../src/engine/errors.ts';
import {
  type Dtype,
  type GoldenVector,
  type ModelFile,
  type ModelManifest,
  parseModelManifest,
  stringifyModelManifest,
} from '../../src/engine/model/model.ts';
import { dot, type Embedding, normalise } from '../../src/engine/numeric/embedding.ts';
import { loadVisionTower, runVisionTower, useModelsFolder } from '../../src/platform/encoders/clip.node.ts';
import { loadTextTower, runTextTower, type TextRules, tokenise } from '../../src/platform/encoders/clip-text.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { preparedPath, towerPath } from '../../src/platform/models/model-files.ts';
import { toPlanes } from '../../src/platform/models/preprocessor.ts';
import { usage } from '../cli/cli.ts';
import { chooseDtypes, type HfFolder, inspectFolder, invalid, licenceOf, neededFiles } from './hf-folder.ts';
import { prepareTextTower } from './prepare-tower.ts';

export interface AddModelOptions {
  readonly folder: string;
  /** `public/models`. */
  readonly modelsFolder: string;
  readonly id: string;
  /** What people read; what is absent comes from an earlier model.json of the folder. */
  readonly described?: Partial<Record<DescribedField, string>>;
  readonly dtypes?: Partial<ModelManifest['dtypes']>;
  /** Words to leave out at the beginning of a text; what is absent comes from an earlier model.json of the folder. */
  readonly skipLeading?: readonly string[];
  readonly log?: (line: string) => void;
}

type DescribedField = 'title' | 'can' | 'cannot' | 'licence' | 'source' | 'revision';

/** Short and long, with accents and without; a device that gets these right gets the others right. */
const GOLDEN_TEXTS = [
  'cat',
  'a red apple',
  'spooky',
  'una montaña nevada al amanecer',
  'two people playing tennis on a sunny day, seen from above',
];
/** Below this cosine to the reference, a quantised tower asks for something else than what was typed. */
const FAITHFUL = 0.98;
/** Two vectors of the same tower, with and without padding, differ by rounding only. */
const SAME = 0.9999;

/**
 * Check a Hugging Face CLIP folder by running both towers, copy what is needed to `<modelsFolder>/<id>` and write its
 * `model.json`, last, so that a model that has one is complete. Run again on the copy, it writes model.json anew.
 * @throws AfterimageError `usage`, `model-not-found`, `model-invalid`, `not-writable`.
 */
export async function addModel(options: AddModelOptions): Promise<ModelManifest> {
  const { folder, modelsFolder, id, log = () => {} } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) {
    throw usage(`--id "${id}" is not a folder name of letters, digits, ".", "_", "-"`);
  }
  const found = await inspectFolder(folder);
  const dtypes = chooseDtypes(found, options.dtypes ?? {});
  const earlier = await earlierManifest(folder);
  const skipLeading = options.skipLeading ?? earlier?.text.skipLeading ?? [];
  const { rules, golden } = await runTextTowers(found, dtypes, skipLeading, log);
  const dim = golden[0]?.embedding.length ?? 0;
  await checkVisionTower(found, dtypes.cpu, dim);
  const described = await describeModel(folder, id, options.described ?? {}, earlier);
  const target = join(modelsFolder, id);
  const paths = await neededFiles(found, dtypes);
  await copyInto(folder, target, paths);
  const { family, preprocessor } = found;
  const prepared = await writePrepared(target, family, dtypes.wasm, log);
  if (prepared) paths.push(preparedPath(prepared.dtype));
  const { title, ...rest } = described;
  const { maxLength, padding, lowercase } = rules;
  const manifest: ModelManifest = {
    format: 'afterimage-model',
    version: 1,
    id,
    title,
    family,
    dim,
    imageSize: preprocessor.imageSize,
    text: { maxLength, padding, lowercase, skipLeading },
    dtypes,
    files: await Promise.all(paths.sort().map((path) => describeFile(target, path))),
    ...(prepared ? { prepared } : {}),
    golden,
    ...rest,
  };
  await writeManifest(target, manifest);
  return manifest;
}

/** Text rules and golden vectors, from the towers themselves. */
async function runTextTowers(
  found: HfFolder,
  dtypes: ModelManifest['dtypes'],
  skipLeading: readonly string[],
  log: (line: string) => void,
) {
  const reference = await openTextTower(found, dtypes.cpu);
  const rules = { ...(await textRules(found, reference)), skipLeading };
  const expected = await embedGolden(reference, rules);
  await reference.model.dispose();
  const golden: GoldenVector[] = asGolden(expected, dtypes.cpu);
  for (const dtype of new Set([dtypes.wasm, dtypes.webgpu])) {
    if (dtype === dtypes.cpu) continue;
    const tower = await openTextTower(found, dtype);
    const embeddings = await embedGolden(tower, rules);
    await tower.model.dispose();
    const agreement = Math.min(...embeddings.map((embedding, i) => dot(embedding, expected[i] as Embedding)));
    log(`Text tower ${dtype}: lowest cosine to ${dtypes.cpu} ${agreement.toFixed(4)}.`);
    if (agreement < FAITHFUL) log(`That is inaccurate: consider another --dtype-wasm or --dtype-webgpu than ${dtype}.`);
    golden.push(...asGolden(embeddings, dtype));
  }
  return { rules, golden };
}

interface TextTower {
  readonly tokenizer: PreTrainedTokenizer;
  readonly model: PreTrainedModel;
}

async function openTextTower({ folder, family }: HfFolder, dtype: Dtype): Promise<TextTower> {
  useModelsFolder(dirname(folder));
  try {
    return await loadTextTower(basename(folder), family, { device: 'cpu', dtype });
  } catch (error) {
    throw invalid(folder, `its tokenizer or ${towerPath('text', dtype)} does not load (${oneLine(error)})`);
  }
}

/**
 * SigLIP was trained on padded, lower-cased text. CLIP does not see padding, so a text is given as it is, unless the
 * exported graph takes only full length (MobileCLIP) or its embedding depends on it: the tower is asked.
 */
async function textRules({ family, maxLength, folder }: HfFolder, { tokenizer, model }: TextTower): Promise<TextRules> {
  const padded: TextRules = {
    family,
    maxLength,
    padding: 'max_length',
    lowercase: family === 'siglip',
    skipLeading: [],
  };
  const run = async (rules: TextRules) =>
    normalise(await runTextTower(model, tokenise(tokenizer, 'a photo of a dog', rules)));
  if (family === 'siglip') return padded;
  const plain: TextRules = { ...padded, padding: 'none' };
  const withPadding = await run(padded).catch(() => undefined);
  const without = await run(plain).catch((error) => error as Error);
  if (without instanceof Error) {
    if (withPadding) return padded;
    throw invalid(folder, `its text tower does not run (${oneLine(without)})`);
  }
  return withPadding && dot(withPadding, without) < SAME ? padded : plain;
}

async function embedGolden({ tokenizer, model }: TextTower, rules: TextRules): Promise<Embedding[]> {
  const embeddings: Embedding[] = [];
  for (const text of GOLDEN_TEXTS) {
    embeddings.push(normalise(await runTextTower(model, tokenise(tokenizer, text, rules))));
  }
  return embeddings;
}

/** Six decimals: far below what GOLDEN_COSINE can see. */
function asGolden(embeddings: readonly Embedding[], dtype: Dtype): GoldenVector[] {
  return embeddings.map((embedding, i) => ({
    text: GOLDEN_TEXTS[i] as string,
    dtype,
    embedding: Array.from(embedding, (value) => Number(value.toFixed(6))),
  }));
}

/** Two different pictures must come back as two finite vectors of the text tower's length. */
async function checkVisionTower({ folder, family, preprocessor }: HfFolder, dtype: Dtype, dim: number): Promise<void> {
  useModelsFolder(dirname(folder));
  const size = preprocessor.imageSize;
  const pictures = [31, 57].map((step) => ({
    size,
    rgb: Uint8Array.from({ length: 3 * size * size }, (_, i) => i * step),
  }));
  let rows: Float32Array[];
  try {
    const model = await loadVisionTower(basename(folder), family, dtype);
    rows = await runVisionTower(model, toPlanes(pictures, preprocessor), pictures.length, size);
    await model.dispose();
    for (const row of rows) normalise(row);
  } catch (error) {
    throw invalid(folder, `its ${towerPath('vision', dtype)} does not run on ${size} × ${size} (${oneLine(error)})`);
  }
  const length = rows[0]?.length;
  if (length !== dim) throw invalid(folder, `its text tower gives ${dim} dimensions, its vision tower ${length}`);
}

function earlierManifest(folder: string): Promise<ModelManifest | undefined> {
  return readFile(join(folder, 'model.json'), 'utf8')
    .then(parseModelManifest)
    .catch(() => undefined);
}

async function describeModel(
  folder: string,
  id: string,
  given: Partial<Record<DescribedField, string>>,
  earlier: ModelManifest | undefined,
) {
  const title = given.title ?? earlier?.title ?? id;
  return {
    title,
    can: given.can ?? earlier?.can ?? `Finds pictures by a description, with the model ${title}.`,
    cannot: given.cannot ?? earlier?.cannot ?? 'What it cannot do is in the description of the model at its source.',
    licence: given.licence ?? earlier?.licence ?? (await licenceOf(folder)),
    source: given.source ?? earlier?.source ?? null,
    revision: given.revision ?? earlier?.revision ?? null,
  };
}

/** Copy through a folder beside the target, so that a killed copy leaves nothing that looks like a model. */
async function copyInto(folder: string, target: string, paths: readonly string[]): Promise<void> {
  if ((await realpath(folder)) === (await realpath(target).catch(() => undefined))) return;
  const partial = `${target}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(join(partial, 'onnx'), { recursive: true });
    for (const path of paths) await copyFile(join(folder, path), join(partial, path));
    await rm(target, { recursive: true, force: true });
    await rename(partial, target);
  } catch (error) {
    throw new AfterimageError('not-writable', `${target} cannot be written (${oneLine(error)}).`, { cause: error });
  }
}

/** Without a prepared tower, a start on wasm takes longer; nothing else changes. */
async function writePrepared(
  folder: string,
  family: ModelManifest['family'],
  dtype: Dtype,
  log: (line: string) => void,
): Promise<ModelManifest['prepared']> {
  const tower = await prepareTextTower(folder, family, dtype);
  if (tower) await writeFile(join(folder, preparedPath(dtype)), tower.graph);
  else log(`Text tower ${dtype}: not prepared for wasm, because it is large or built differently.`);
  return tower?.prepared;
}

async function describeFile(folder: string, path: string): Promise<ModelFile> {
  const { size } = await stat(join(folder, path));
  return { path, bytes: size, sha256: await sha256(await readFile(join(folder, path))) };
}

async function writeManifest(folder: string, manifest: ModelManifest): Promise<void> {
  const file = join(folder, 'model.json');
  const text = stringifyModelManifest(manifest);
  try {
    await writeFile(`${file}.partial`, text);
    await rename(`${file}.partial`, file);
  } catch (error) {
    throw new AfterimageError('not-writable', `${file} cannot be written (${oneLine(error)}).`, { cause: error });
  }
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? '';
}
