/** An exported image–text matching model, checked by running it, and put into public/models. */
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dtype, ModelFile } from '../../../src/engine/model/model.ts';
import {
  type GoldenMatch,
  RERANKER,
  type RerankerManifest,
  stringifyRerankerManifest,
} from '../../../src/engine/model/reranker.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.ts';
import { DTYPES } from '../../../src/platform/models/model-files.ts';
import { readPreprocessor } from '../../../src/platform/models/model-folder.node.ts';
import { tryReranker } from '../../../src/platform/rerankers/blip-itm.node.ts';
import { matchingPath, RERANKER_PARTS } from '../../../src/platform/rerankers/reranker-files.ts';
import { goldenMatches } from '../../../src/platform/rerankers/self-test.ts';
import { usage } from '../../cli/cli.ts';
import { invalid, licenceOf } from '../hf/hf-folder.ts';
import { downloadTrouble } from '../hf/left-by-download.ts';
import { type Stage, withStage } from '../stage.ts';

export interface AddRerankerOptions {
  readonly folder: string;
  /** `public/models`. */
  readonly modelsFolder: string;
  readonly id: string;
  readonly described?: {
    readonly title?: string;
    readonly licence?: string;
    readonly source?: string;
    readonly revision?: string;
  };
  readonly dtypes?: Partial<RerankerManifest['dtypes']>;
  readonly log?: (line: string) => void;
}

/** What makes such a folder. */
export const EXPORT_SCRIPT = 'scripts/train/export_blip_itm.py';

/** By preference. On WebGPU q8 is slow or wrong. */
const PREFERRED: Readonly<Record<'wasm' | 'webgpu', readonly Dtype[]>> = {
  wasm: ['q8', 'int8', 'uint8', 'fp32'],
  webgpu: ['fp16', 'fp32'],
};

/** How far a smaller precision may be from the reference before that is said. */
const FAITHFUL = 0.1;

/** Whether a folder holds a BLIP model, which is no tower. */
export async function isReranker(folder: string): Promise<boolean> {
  return (await configOf(folder))?.model_type === 'blip';
}

interface Config {
  readonly model_type?: unknown;
  readonly image_text_matching?: { readonly max_length?: unknown; readonly first_token?: unknown };
}

async function configOf(folder: string): Promise<Config | undefined> {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Config);
  } catch {
    return undefined;
  }
}

/**
 * Put an exported reranker with its `reranker.json` into `<modelsFolder>/<id>`, all of it or nothing.
 * @throws AfterimageError `usage`, `model-invalid`, `not-writable`
 */
export async function addReranker(options: AddRerankerOptions): Promise<RerankerManifest> {
  const { folder, modelsFolder, id } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) {
    throw usage(`--id "${id}" is not a folder name of letters, digits, ".", "_", "-"`);
  }
  const text = await textRules(folder);
  const { imageSize } = await readPreprocessor(folder);
  const there = await precisionsOf(folder);
  const dtypes = chooseDtypes(folder, there, options.dtypes ?? {});
  return withStage(modelsFolder, id, folder, (stage) => fill(options, { id, imageSize, text }, dtypes, stage));
}

/** @throws AfterimageError `model-invalid`: weights as they are published, for which there is a script */
async function textRules(folder: string): Promise<RerankerManifest['text']> {
  const { max_length: maxLength, first_token: firstToken } = (await configOf(folder))?.image_text_matching ?? {};
  if (typeof maxLength === 'number' && (firstToken === null || typeof firstToken === 'number')) {
    return { maxLength, firstToken };
  }
  throw invalid(
    folder,
    `its config.json has no image_text_matching: it was not exported by ${EXPORT_SCRIPT}, which makes what is needed here of a BLIP model`,
  );
}

/** Those that are there and whole. @throws AfterimageError `model-invalid` where none is */
async function precisionsOf(folder: string): Promise<readonly Dtype[]> {
  const names = await readdir(join(folder, 'onnx')).catch((): string[] => []);
  const there = DTYPES.filter((dtype) => names.includes(matchingPath(dtype).slice('onnx/'.length)));
  for (const dtype of there) {
    const trouble = await downloadTrouble(join(folder, matchingPath(dtype)), 'onnx');
    if (trouble !== undefined) throw invalid(folder, `its ${matchingPath(dtype)} ${trouble}`);
  }
  if (there.length > 0) return there;
  throw invalid(folder, `it has no ${matchingPath('fp32')}: ${EXPORT_SCRIPT} makes it`);
}

function chooseDtypes(
  folder: string,
  there: readonly Dtype[],
  asked: Partial<RerankerManifest['dtypes']>,
): RerankerManifest['dtypes'] {
  for (const dtype of Object.values(asked)) {
    if (!there.includes(dtype)) throw invalid(folder, `it has no ${matchingPath(dtype)}`);
  }
  const first = there[0] as Dtype; // it has one
  const preferred = (device: 'wasm' | 'webgpu') => PREFERRED[device].find((dtype) => there.includes(dtype)) ?? first;
  return {
    wasm: asked.wasm ?? preferred('wasm'),
    webgpu: asked.webgpu ?? preferred('webgpu'),
    cpu: asked.cpu ?? first,
  };
}

async function fill(
  { folder, described = {}, log = () => {} }: AddRerankerOptions,
  known: Pick<RerankerManifest, 'id' | 'imageSize' | 'text'>,
  dtypes: RerankerManifest['dtypes'],
  stage: Stage,
): Promise<RerankerManifest> {
  const needed = [...new Set(Object.values(dtypes))];
  const paths = [...RERANKER_PARTS, ...needed.map(matchingPath)];
  for (const path of paths) {
    await copyFile(join(folder, path), join(stage.folder, path)).catch(() => {
      throw invalid(folder, `it has no ${path}: ${EXPORT_SCRIPT} writes it`);
    });
  }
  const golden: GoldenMatch[] = [];
  for (const dtype of [dtypes.cpu, ...needed.filter((one) => one !== dtypes.cpu)]) {
    const reranker = await tryReranker(stage.folder, known, dtype);
    golden.push(...rounded(await goldenMatches(reranker, dtype)));
    await reranker.dispose();
  }
  sayDeviations(golden, dtypes.cpu, log);
  const manifest: RerankerManifest = {
    ...{ format: 'afterimage-reranker', version: 1, id: known.id, title: described.title ?? known.id },
    ...{ family: 'blip-itm', imageSize: known.imageSize, text: known.text, dtypes },
    files: await Promise.all(paths.sort().map((path) => describeFile(stage.folder, path))),
    golden,
    licence: described.licence ?? (await licenceOf(folder)),
    source: described.source ?? null,
    revision: described.revision ?? null,
  };
  await writeFile(join(stage.folder, RERANKER), stringifyRerankerManifest(manifest));
  return manifest;
}

function rounded(golden: readonly GoldenMatch[]): GoldenMatch[] {
  return golden.map((one) => ({ ...one, match: Number(one.match.toFixed(6)) }));
}

function sayDeviations(golden: readonly GoldenMatch[], reference: Dtype, log: (line: string) => void): void {
  const exact = golden.filter(({ dtype }) => dtype === reference);
  for (const dtype of new Set(golden.map((one) => one.dtype))) {
    if (dtype === reference) continue;
    const these = golden.filter((one) => one.dtype === dtype);
    const worst = Math.max(...these.map(({ match }, i) => Math.abs(match - (exact[i]?.match ?? 0))));
    log(`${dtype}: at most ${worst.toFixed(3)} away from ${reference}.`);
    if (worst > FAITHFUL) log(`That is inaccurate: consider another --dtype-wasm or --dtype-webgpu than ${dtype}.`);
  }
}

async function describeFile(folder: string, path: string): Promise<ModelFile> {
  const { size } = await stat(join(folder, path));
  return { path, bytes: size, sha256: await sha256(await readFile(join(folder, path))) };
}
