/** The rerankers in `public/models`. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRerankerManifest, RERANKER, type RerankerManifest } from '../../../src/engine/model/reranker.ts';

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
