/** The folder in which a model is put together: what becomes of it is all of the model, or nothing. */
import { rmSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AfterimageError } from '../../src/engine/errors.ts';
import { RERANKER } from '../../src/engine/model/reranker.ts';
import {
  embedWeights,
  externalStretches,
  lengthOf,
  NotOnnx,
  type Piece,
  sizesOf,
  writePieces,
} from './hf/external-weights.ts';
import { COPIED, type HfFolder, invalid } from './hf/hf-folder.ts';
import { downloadTrouble } from './hf/left-by-download.ts';
import { TOKENIZER_FILES } from './hf/tokenizer-files.ts';

export interface Stage {
  /** A folder with the model's folder alone in it, under the model's id. */
  readonly modelsFolder: string;
  readonly id: string;
  /** `<modelsFolder>/<id>` */
  readonly folder: string;
}

/** Protobuf ends here, and so do files that Node reads whole. */
const MAX_FILE = 2 ** 31 - 1;

/**
 * Let `fill` put a model together, and put it in the place of what was there. If that fails, what was there stays, and
 * nothing else.
 * @param source the folder that the model is made of; where it is the target itself, its other files stay.
 * @throws AfterimageError `not-writable`, and what `fill` throws
 */
export async function withStage<T>(
  modelsFolder: string,
  id: string,
  source: string,
  fill: (stage: Stage) => Promise<T>,
): Promise<T> {
  const target = join(modelsFolder, id);
  const root = join(modelsFolder, `.${id}.partial`);
  const stage = { modelsFolder: root, id, folder: join(root, id) };
  const forget = removeOnSignals(root);
  try {
    await orNotWritable(target, async () => {
      await rm(root, { recursive: true, force: true });
      await mkdir(join(stage.folder, 'onnx'), { recursive: true });
    });
    const result = await fill(stage);
    forget(); // from here on it may hold what was there before
    const isItself = (await realpath(source)) === (await realpath(target).catch(() => undefined));
    await orNotWritable(target, () => (isItself ? moveInto(stage.folder, target) : takeThePlace(stage, target)));
    return result;
  } finally {
    forget();
    await rm(root, { recursive: true, force: true }).catch(() => {});
  }
}

/** As shells have it: 128 + the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ctrl-C leaves nothing either. @returns what takes that back */
function removeOnSignals(folder: string): () => void {
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const listener = () => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(EXIT_CODES[name]);
    };
    process.once(name, listener);
    return () => process.off(name, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}

/** File by file, what describes them last. */
async function moveInto(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(from, join(entry.parentPath, entry.name)));
  const isLast = (path: string) => path === 'model.json' || path === RERANKER;
  for (const path of paths.sort((a, b) => Number(isLast(a)) - Number(isLast(b)))) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rename(join(from, path), join(to, path));
  }
}

async function takeThePlace({ modelsFolder, folder }: Stage, target: string): Promise<void> {
  const old = join(modelsFolder, '.old');
  const isThere = await rename(target, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(folder, target);
  } catch (error) {
    if (isThere) await rename(old, target);
    throw error;
  }
}

/**
 * Copy what a model needs of a folder, each tower with its weights in its own file where they are in others of any name.
 * @returns paths relative to the stage, sorted
 * @throws AfterimageError `not-writable`, `model-invalid`
 */
export async function copyFiles(found: HfFolder, towers: readonly string[], stage: Stage): Promise<string[]> {
  const { folder, tokenizer } = found;
  const top = new Set(await readdir(folder));
  const paths = [...COPIED, ...TOKENIZER_FILES].filter((name) => top.has(name) || tokenizer.made.has(name));
  await orNotWritable(stage.folder, async () => {
    for (const path of paths) {
      const made = tokenizer.made.get(path);
      if (made === undefined) await copyFile(join(folder, path), join(stage.folder, path));
      else await writeFile(join(stage.folder, path), made);
    }
  });
  const copied: string[] = [...paths];
  for (const path of towers) copied.push(...(await copyTower(folder, path, stage)));
  return copied.sort();
}

async function copyTower(folder: string, path: string, stage: Stage): Promise<string[]> {
  const { locations, sizes, pieces, pathOf } = await readWeights(folder, path);
  const standard = `${basename(path)}_data`;
  const isStandard = locations.every(
    (location) => location.startsWith(standard) && /^(?:_\d+)?$/.test(location.slice(standard.length)),
  );
  const longest = isStandard ? Math.max(0, ...[...sizes.values()].map((size) => size ?? 0)) : lengthOf(pieces);
  if (longest > MAX_FILE) {
    const what = `its ${path} has ${longest} bytes of weights for one file, and 2 GiB are the most`;
    throw invalid(folder, `${what}: export it with smaller files of weights named ${standard}, ${standard}_1 …`);
  }
  const asItIs = isStandard ? [path, ...locations.map((location) => join(dirname(path), location))] : [];
  await orNotWritable(stage.folder, async () => {
    for (const file of asItIs) await copyFile(join(folder, file), join(stage.folder, file));
    if (!isStandard) await writePieces(join(stage.folder, path), pieces, pathOf);
  });
  return isStandard ? asItIs : [path];
}

/** Where a tower's weights are, which is known to be there, and what the tower with them consists of. */
async function readWeights(folder: string, path: string) {
  const pathOf = (location: string) => resolve(folder, dirname(path), location);
  const graph = await readFile(join(folder, path)).catch((error: unknown) => {
    throw invalid(folder, `its ${path} cannot be read (${error})`);
  });
  try {
    const locations = [...new Set(externalStretches(graph).map(({ location }) => location))];
    for (const location of locations) await checkWeights(folder, path, location, pathOf(location));
    const sizes = await sizesOf(new Map(locations.map((location) => [location, pathOf(location)])));
    const pieces: readonly Piece[] = embedWeights(graph, sizes as ReadonlyMap<string, number>);
    return { locations, sizes, pieces, pathOf };
  } catch (error) {
    if (error instanceof NotOnnx) throw invalid(folder, `its ${path} is not an ONNX file (${error.message})`);
    if (error instanceof RangeError)
      throw invalid(folder, `its weights are not whole: ${error.message}. Download them again`);
    throw error;
  }
}

/** A graph is another one's word: it names no file outside the model's folder. */
async function checkWeights(folder: string, path: string, location: string, file: string): Promise<void> {
  const shown = relative(folder, file).split(sep).join('/');
  if (location === '' || shown.startsWith('..') || resolve(folder, shown) !== file) {
    throw invalid(folder, `its ${path} says that its weights are in “${location.slice(0, 100)}”, outside the folder`);
  }
  const trouble = await downloadTrouble(file, 'weights').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? `, which is not there: download it as well` : `, which cannot be read (${error.code})`,
  );
  if (trouble === undefined) return;
  throw invalid(
    folder,
    `its ${path} has its weights in ${shown}${trouble.startsWith(',') ? trouble : `, which ${trouble}`}`,
  );
}

async function orNotWritable<T>(target: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof AfterimageError) throw error;
    throw new AfterimageError('not-writable', `${target} cannot be written (${error}).`, { cause: error });
  }
}
