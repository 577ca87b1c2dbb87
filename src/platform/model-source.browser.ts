import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import { type ModelFile, type ModelManifest, parseModelManifest } from '../engine/model.ts';
import type { HttpSource } from './http-source.browser.ts';

export interface ModelWithFiles {
  readonly manifest: ModelManifest;
  /** Verified bytes by `ModelFile.path`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The newest `model.json` whose files can be read, else the one that the last complete visit kept. A version becomes
 * the kept one when the files that are needed of it were read: other precisions and the vision tower are not.
 * @param needed the files to read of a version
 * @param readFile reads one of them, verified
 * @throws AfterimageError `model-not-found`, `model-invalid`, and what reading a file throws.
 */
export async function readNewestModel(
  source: HttpSource,
  id: string,
  needed: (manifest: ModelManifest) => readonly ModelFile[],
  readFile: (file: ModelFile, files: readonly ModelFile[]) => Promise<Uint8Array>,
): Promise<ModelWithFiles> {
  const path = `models/${id}/model.json`;
  const newest = await source.newest(path);
  if (!newest) {
    throw new AfterimageError(
      'model-not-found',
      `There is no model ${id} here (${path} is missing). Add it with \`pnpm add-model\` and publish the site again.`,
    );
  }
  const read = async (text: string): Promise<ModelWithFiles> => {
    const manifest = parseModelManifest(text);
    const files = needed(manifest);
    const entries = files.map(async (file) => [file.path, await readFile(file, files)] as const);
    return { manifest, files: new Map(await Promise.all(entries)) };
  };
  try {
    const model = await read(newest.text);
    source.commit(path, newest.text, needed(model.manifest)).catch(() => undefined);
    return model;
  } catch (error) {
    if (newest.kept === undefined || newest.kept === newest.text) throw toAfterimageError(error);
    return read(newest.kept);
  }
}
