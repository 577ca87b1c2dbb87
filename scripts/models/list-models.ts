import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { MODEL_LIST, type ModelFacts, stringifyModelList } from '../../src/engine/model/model-list.ts';
import { listInstalled } from './installed.ts';
import { readRegistry } from './registry/registry.ts';

/**
 * Bring `index.json` in the folder of models in step with the models beside it: what the page says of a model before it is
 * downloaded. The embedded model is the first, the others come in the order of the registry, then those that are in none.
 * Where the folder cannot be written, nothing is: the page does with less.
 */
export async function listModels(modelsFolder: string): Promise<void> {
  const registry = await readRegistry();
  const installed = (await listInstalled(modelsFolder)).map(({ manifest }) => manifest.id);
  const known = [...new Set([DEFAULT_MODEL, ...registry.map(({ id }) => id)])].filter((id) => installed.includes(id));
  const models = [...known, ...installed.filter((id) => !known.includes(id))].map((id): ModelFacts => {
    const entry = registry.find((one) => one.id === id);
    if (!entry) return { id, for: null, languages: [], commercial: null, quality: [] };
    const { languages, licence, quality } = entry;
    return { id, for: entry.for, languages, commercial: licence.commercial, quality };
  });
  const path = join(modelsFolder, basename(MODEL_LIST));
  const text = stringifyModelList(models);
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await writeFile(path, text).catch(() => undefined);
}
