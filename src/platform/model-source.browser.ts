import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import { type ModelManifest, parseModelManifest } from '../engine/model.ts';
import type { HttpSource } from './http-source.browser.ts';

/**
 * The newest `model.json` whose files can be read, else the one that the last complete visit kept. A version becomes
 * the kept one when `readFiles` has read it.
 * @param readFiles reads the files that are needed of a version, verified
 * @throws AfterimageError `model-not-found`, `model-invalid`, and what reading a file throws.
 */
export async function readNewestModel<T>(
  source: HttpSource,
  id: string,
  readFiles: (manifest: ModelManifest) => Promise<T>,
): Promise<{ readonly manifest: ModelManifest; readonly files: T }> {
  const path = `models/${id}/model.json`;
  const newest = await source.newest(path);
  if (!newest) {
    throw new AfterimageError(
      'model-not-found',
      `There is no model ${id} here (${path} is missing). Add it with \`pnpm add-model\` and publish the site again.`,
    );
  }
  const read = async (text: string) => {
    const manifest = parseModelManifest(text);
    return { manifest, files: await readFiles(manifest) };
  };
  try {
    const model = await read(newest.text);
    // What is needed of a model was read by now; other precisions and the vision tower are not.
    source.commit(path, newest.text, []).catch(() => undefined);
    return model;
  } catch (error) {
    if (newest.kept === undefined || newest.kept === newest.text) throw toAfterimageError(error);
    return read(newest.kept);
  }
}
