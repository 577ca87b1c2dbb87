/** The rerankers in `public/models`, and what the page is told of them. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  parseRerankerManifest,
  RERANKER,
  RERANKER_LIST,
  type RerankerManifest,
  stringifyRerankerList,
} from '../../../src/engine/model/reranker.ts';

/** In alphabetical order; folders without a `reranker.json` that can be read are left out. */
export async function installedRerankers(modelsFolder: string): Promise<readonly RerankerManifest[]> {
  const names = await readdir(modelsFolder).catch((): string[] => []);
  const read = names.sort().map(async (name) => {
    const text = await readFile(join(modelsFolder, name, RERANKER), 'utf8').catch(() => undefined);
    try {
      return text === undefined ? [] : [parseRerankerManifest(text)];
    } catch {
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}

/** Whether a model's folder has a reranker in it. */
export async function holdsReranker(modelsFolder: string, id: string): Promise<boolean> {
  return (await stat(join(modelsFolder, id, RERANKER)).catch(() => undefined))?.isFile() === true;
}

/** Bring `rerankers.json` in step with the rerankers beside it, where the folder can be written. */
export async function listRerankers(modelsFolder: string): Promise<void> {
  const path = join(modelsFolder, basename(RERANKER_LIST));
  const text = stringifyRerankerList((await installedRerankers(modelsFolder)).map(({ id }) => id));
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await writeFile(path, text).catch(() => undefined);
}
