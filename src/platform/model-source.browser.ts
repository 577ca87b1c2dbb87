import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import { type ModelFile, type ModelManifest, parseModelManifest } from '../engine/model.ts';
import type { ReadOptions } from '../engine/ports.ts';
import type { HttpSource } from './http-source.browser.ts';
import { sha256 } from './sha256.ts';

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
    const kept = needed(model.manifest).flatMap((file) => file.parts ?? [file]);
    source.commit(path, newest.text, kept).catch(() => undefined);
    return model;
  } catch (error) {
    if (newest.kept === undefined || newest.kept === newest.text) throw toAfterimageError(error);
    return read(newest.kept);
  }
}

/**
 * A file of the model in `folder`; one that was split for hosting is put together from its parts, one at a time, so that
 * no more than the file and a part are in memory.
 * @throws AfterimageError `part-missing`, `part-corrupt`, `offline`, `network`.
 */
export async function readModelFile(
  source: HttpSource,
  folder: string,
  file: ModelFile,
  options: ReadOptions,
): Promise<Uint8Array> {
  if (!file.parts) return source.read(`${folder}/${file.path}`, file, options);
  const whole = new Uint8Array(file.bytes);
  let offset = 0;
  for (const part of file.parts) {
    const onProgress = (loaded: number) => options.onProgress?.(offset + loaded, file.bytes);
    whole.set(await source.read(`${folder}/${part.path}`, part, { ...options, onProgress }), offset);
    offset += part.bytes;
  }
  if ((await sha256(whole)) === file.sha256) return whole;
  throw new AfterimageError(
    'part-corrupt',
    `${file.path} is not the file that was published: its parts belong to another one. Publish the model anew.`,
  );
}
