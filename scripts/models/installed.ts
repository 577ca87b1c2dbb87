/** The models in `public/models`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../src/engine/errors.ts';
import { isModelId } from '../../src/engine/formats/check.ts';
import { DEFAULT_MODEL, type ModelManifest } from '../../src/engine/model/model.ts';
import { readModelManifest } from '../../src/platform/models/model-folder.node.ts';
import { readRerankerManifest } from '../../src/platform/rerankers/blip-itm.node.ts';
import { usage } from '../cli/cli.ts';
import { holdsReranker } from './rerankers/installed-rerankers.ts';

export interface Installed {
  readonly manifest: ModelManifest;
  /** Of all its files. */
  readonly bytes: number;
}

/** In alphabetical order; folders without a `model.json` that can be read are left out. */
export async function listInstalled(modelsFolder: string): Promise<readonly Installed[]> {
  const names = await readdir(modelsFolder).catch(() => []);
  const models = names.sort().map(async (name) => {
    const manifest = await readModelManifest(modelsFolder, name).catch(() => undefined);
    return manifest && { manifest, bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0) };
  });
  return (await Promise.all(models)).filter((model) => model !== undefined);
}

/**
 * Read every file of a model again.
 * @returns what is wrong, a sentence each; none where all is well
 * @throws AfterimageError `model-not-found`, `model-invalid`
 */
export async function verifyModel(modelsFolder: string, id: string): Promise<readonly string[]> {
  const { files } = await describedBy(modelsFolder, id);
  const troubles: string[] = [];
  for (const { path, bytes, sha256 } of files) {
    const file = join(modelsFolder, id, path);
    const there = await stat(file).catch(() => undefined);
    if (!there) troubles.push(`${path} is missing.`);
    else if (there.size !== bytes) troubles.push(`${path} has ${there.size} bytes, not ${bytes}.`);
    else if ((await hashOf(file)) !== sha256) troubles.push(`${path} has another content than when it was added.`);
  }
  return troubles;
}

/** @throws AfterimageError `usage` for the embedded model, `model-not-found`, `not-writable` */
export async function removeModel(modelsFolder: string, id: string): Promise<void> {
  if (id === DEFAULT_MODEL) throw usage(`${id} is the model that comes with Afterimage: it is not removed`);
  await describedBy(modelsFolder, id);
  await rm(join(modelsFolder, id), { recursive: true }).catch((error: Error) => {
    throw new AfterimageError('not-writable', `${join(modelsFolder, id)} cannot be removed: ${error.message}.`);
  });
}

/** The files of a model or of a reranker. */
async function describedBy(modelsFolder: string, id: string): Promise<Pick<ModelManifest, 'files'>> {
  const isReranker = isModelId(id) && (await holdsReranker(modelsFolder, id));
  return isReranker ? readRerankerManifest(modelsFolder, id) : readModelManifest(modelsFolder, id);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
