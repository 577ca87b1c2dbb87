import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../src/engine/errors.ts';
import {
  type Dtype,
  type ModelFile,
  type ModelManifest,
  parseModelManifest,
  stringifyModelManifest,
} from '../../src/engine/model/model.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { preparedPath } from '../../src/platform/models/model-files.ts';
import { usage } from '../cli/cli.ts';
import { readGeneralCalibration } from './general-calibration.ts';
import { chooseDtypes, type HfFolder, inspectFolder, licenceOf, neededTowers } from './hf/hf-folder.ts';
import { checkOutputs } from './hf/tower-outputs.ts';
import { layOut } from './layouts/layout.ts';
import { prepareTextTower } from './prepare/text-tower.ts';
import { prepareVisionTower } from './prepare/vision-tower.ts';
import { checkUse, checkVisionTower, runTextTowers } from './run-towers.ts';
import { copyFiles, type Stage, withStage } from './stage.ts';

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
  /** Words before which a leading word stays; what is absent comes from an earlier model.json of the folder. */
  readonly keepBefore?: readonly string[];
  readonly log?: (line: string) => void;
}

type DescribedField = 'title' | 'can' | 'cannot' | 'licence' | 'source' | 'revision';

/**
 * Check a Hugging Face CLIP folder by running both towers, and put what is needed with a `model.json` into
 * `<modelsFolder>/<id>`, all of it or nothing. Run again on the copy, it writes model.json anew.
 * @throws AfterimageError `usage`, `model-not-found`, `model-invalid`, `not-writable`.
 */
export async function addModel(options: AddModelOptions): Promise<ModelManifest> {
  const { folder, modelsFolder, id, log = () => {} } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) {
    throw usage(`--id "${id}" is not a folder name of letters, digits, ".", "_", "-"`);
  }
  return withStage(modelsFolder, id, folder, async (stage) => {
    const laidOut = join(stage.modelsFolder, '.laid-out');
    try {
      const found = await inspectFolder(await layOut(folder, laidOut, log));
      for (const note of found.notes) log(note);
      return await makeModel(options, found, chooseDtypes(found, options.dtypes ?? {}), stage);
    } catch (error) {
      throw aboutFolder(error, laidOut, folder);
    }
  });
}

/** People know their own folder, not the one that was made of it. */
function aboutFolder(error: unknown, laidOut: string, folder: string): unknown {
  if (!(error instanceof AfterimageError) || !error.message.includes(laidOut)) return error;
  return new AfterimageError(error.code, error.message.replaceAll(laidOut, folder), { cause: error });
}

/** Everything is done in the stage, as it will be done with the model: what runs there runs. */
async function makeModel(
  options: AddModelOptions,
  found: HfFolder,
  dtypes: ModelManifest['dtypes'],
  stage: Stage,
): Promise<ModelManifest> {
  const { folder, id, log = () => {} } = options;
  const earlier = await earlierManifest(folder);
  const leading = {
    skipLeading: options.skipLeading ?? earlier?.text.skipLeading ?? [],
    keepBefore: options.keepBefore ?? earlier?.text.keepBefore ?? [],
  };
  await checkOutputs(found, dtypes.cpu);
  const paths = await copyFiles(found, neededTowers(found, dtypes), stage);
  const { rules, golden } = await runTextTowers(found, stage, dtypes, leading, log);
  const dim = golden[0]?.embedding.length ?? 0;
  await checkVisionTower(found, stage, dtypes.cpu, dim);
  const described = await describeModel(folder, id, options.described ?? {}, earlier);
  const { family, preprocessor } = found;
  const prepared = await writePrepared(stage.folder, family, dtypes.wasm, log);
  if (prepared) paths.push(preparedPath(prepared.dtype));
  const { imageSize } = preprocessor;
  const vision = await prepareVisionTower(stage.folder, { family, imageSize, dtype: dtypes.wasm });
  if (vision !== undefined) paths.push(vision);
  const { title, ...rest } = described;
  const { maxLength, padding, lowercase } = rules;
  const manifest: ModelManifest = {
    format: 'afterimage-model',
    version: 1,
    id,
    title,
    family,
    dim,
    imageSize,
    text: { maxLength, padding, lowercase, ...leading },
    dtypes,
    files: await Promise.all(paths.sort().map((path) => describeFile(stage.folder, path))),
    ...(prepared ? { prepared } : {}),
    golden,
    calibration: earlier?.calibration ?? (await readGeneralCalibration()),
    ...rest,
  };
  await writeFile(join(stage.folder, 'model.json'), stringifyModelManifest(manifest));
  await checkUse(found, stage, manifest);
  if (found.tokenizer.isPaddingGuessed) log('Made tokenizer_config.json, which is missing: the usual one of CLIP.');
  return manifest;
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
