/** Running a model's towers when it is added: how texts are given to it, its golden vectors, whether it can be used. */
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { AfterimageError } from '../../src/engine/errors.ts';
import { type Dtype, GOLDEN_COSINE, type GoldenVector, type ModelManifest } from '../../src/engine/model/model.ts';
import { dot, type Embedding, normalise } from '../../src/engine/numeric/embedding.ts';
import {
  createNodeImageEncoder,
  createNodeQueryEncoder,
  useModelsFolder,
} from '../../src/platform/encoders/clip.node.ts';
import { loadTextTower } from '../../src/platform/encoders/clip-text.node.ts';
import {
  goldenCosine,
  runTextTower,
  type TextModel,
  type TextRules,
  tokenise,
} from '../../src/platform/encoders/clip-text.ts';
import { loadVisionTower, runVisionTower } from '../../src/platform/encoders/vision/clip-vision.ts';
import { towerPath } from '../../src/platform/models/model-files.ts';
import { toPlanes } from '../../src/platform/models/preprocessor.ts';
import { type HfFolder, invalid } from './hf/hf-folder.ts';
import type { Stage } from './stage.ts';

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
/** These round by the largest number among all tokens, so that padding which they do not see moves their vectors, too. */
const ROUGH: readonly Dtype[] = ['q8', 'int8', 'uint8'];

/** Text rules and golden vectors, from the towers themselves. */
export async function runTextTowers(
  found: HfFolder,
  stage: Stage,
  dtypes: ModelManifest['dtypes'],
  leading: Pick<TextRules, 'skipLeading' | 'keepBefore'>,
  log: (line: string) => void,
) {
  const reference = await openTextTower(found, stage, dtypes.cpu);
  const same = ROUGH.includes(dtypes.cpu) ? FAITHFUL : SAME;
  const rules = { ...(await textRules(found, reference, same)), ...leading };
  const expected = await embedGolden(reference, rules);
  await reference.model.dispose();
  const golden: GoldenVector[] = asGolden(expected, dtypes.cpu);
  for (const dtype of new Set([dtypes.wasm, dtypes.webgpu])) {
    if (dtype === dtypes.cpu) continue;
    const tower = await openTextTower(found, stage, dtype);
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
  readonly model: TextModel;
}

async function openTextTower({ folder, family }: HfFolder, stage: Stage, dtype: Dtype): Promise<TextTower> {
  useModelsFolder(stage.modelsFolder);
  try {
    return await loadTextTower(stage.id, family, { device: 'cpu', dtype });
  } catch (error) {
    throw invalid(folder, `its tokenizer or ${towerPath('text', dtype)} does not load (${oneLine(error)})`);
  }
}

/**
 * SigLIP was trained on padded, lower-cased text. CLIP does not see padding, so a text is given as it is, unless the
 * exported graph takes only full length (MobileCLIP) or its embedding depends on it: the tower is asked.
 * @param same cosine of vectors that are the same
 */
async function textRules(found: HfFolder, tower: TextTower, same: number): Promise<TextRules> {
  const { family, maxLength, folder } = found;
  const { tokenizer, model } = tower;
  const padded: TextRules = {
    family,
    maxLength,
    padding: 'max_length',
    lowercase: family === 'siglip',
    skipLeading: [],
    keepBefore: [],
  };
  const run = async (rules: TextRules) =>
    normalise(await runTextTower(model, tokenise(tokenizer, 'a photo of a dog', rules)));
  if (family === 'siglip') return padded;
  const plain: TextRules = { ...padded, padding: 'none' };
  const withPadding = await run(padded).catch(() => undefined);
  const without = await run(plain).catch((error) => error as Error);
  if (without instanceof Error) {
    if (withPadding) return checkedPadding(found, tower, padded);
    throw invalid(folder, `its text tower does not run (${oneLine(without)})`);
  }
  return withPadding && dot(withPadding, without) < same ? checkedPadding(found, tower, padded) : plain;
}

/** @throws AfterimageError `model-invalid` where the token for padding is seen, and nobody said which one it is. */
async function checkedPadding(found: HfFolder, { tokenizer, model }: TextTower, rules: TextRules): Promise<TextRules> {
  if (!found.tokenizer.isPaddingGuessed) return rules;
  const { ids, mask } = tokenise(tokenizer, 'a photo of a dog', rules);
  const other = ids.map((id, i) => (mask[i] === 1 ? id : (tokenizer.pad_token_id ?? 0) === 0 ? 1 : 0));
  const [one, two] = [await runTextTower(model, { ids, mask }), await runTextTower(model, { ids: other, mask })];
  if (dot(normalise(one), normalise(two)) >= SAME) return rules;
  throw invalid(
    found.folder,
    'it has no tokenizer_config.json, which says what texts are filled up with: download it from where tokenizer.json came from',
  );
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
export async function checkVisionTower(
  { folder, family, preprocessor }: HfFolder,
  stage: Stage,
  dtype: Dtype,
  dim: number,
): Promise<void> {
  useModelsFolder(stage.modelsFolder);
  const size = preprocessor.imageSize;
  const pictures = [31, 57].map((step) => ({
    size,
    rgb: Uint8Array.from({ length: 3 * size * size }, (_, i) => i * step),
  }));
  let rows: Float32Array[];
  try {
    const model = await loadVisionTower(stage.id, family, { device: 'cpu', dtype });
    rows = await runVisionTower(model, toPlanes(pictures, preprocessor), pictures.length, size);
    await model.dispose();
    for (const row of rows) normalise(row);
  } catch (error) {
    throw invalid(folder, `its ${towerPath('vision', dtype)} does not run on ${size} × ${size} (${oneLine(error)})`);
  }
  const length = rows[0]?.length;
  if (length !== dim) throw invalid(folder, `its text tower gives ${dim} dimensions, its vision tower ${length}`);
}

/**
 * The model as `build-index` and `pnpm query` use it: files by model.json, pictures in batches of any size.
 * @throws AfterimageError `model-invalid`
 */
export async function checkUse({ folder }: HfFolder, stage: Stage, manifest: ModelManifest): Promise<void> {
  const options = { modelsFolder: stage.modelsFolder, modelId: stage.id };
  const size = manifest.imageSize;
  const picture = { size, rgb: Uint8Array.from({ length: 3 * size * size }, (_, i) => i * 31) };
  try {
    const texts = await createNodeQueryEncoder(options);
    const golden = await goldenCosine(texts, manifest.golden, manifest.dtypes.cpu);
    await texts.dispose();
    if (golden < GOLDEN_COSINE) throw new AfterimageError('model-invalid', `a cosine of ${golden} to itself`);
    const pictures = await createNodeImageEncoder(options);
    for (const count of [1, 3]) await pictures.encode(new Array<typeof picture>(count).fill(picture));
    await pictures.dispose();
  } catch (error) {
    throw invalid(folder, `it does not run as it is added (${oneLine(error)})`);
  }
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? '';
}
