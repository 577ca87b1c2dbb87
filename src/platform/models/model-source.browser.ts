import { assertModel } from '../../engine/collection/assert-model.ts';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { type ModelFile, type ModelManifest, parseModelManifest } from '../../engine/model/model.ts';
import type { ReadOptions } from '../../engine/ports.ts';
import type { WorkerEvent } from '../../protocol/query-worker.ts';
import type { HttpSource, Version } from '../bytes/http-source.browser.ts';
import { sha256 } from '../hashes/sha256.ts';

export interface ModelWithFiles {
  readonly manifest: ModelManifest;
  /** Verified bytes by `ModelFile.path`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** To be committed together with the collection: they fit each other. */
  readonly version: Version;
}

export interface ModelReading {
  /** The files to read of a version: other precisions and the vision tower are not needed. */
  readonly needed: (manifest: ModelManifest) => readonly ModelFile[];
  /** Told of a version that fits the collection before its files are read. */
  readonly onManifest?: ((manifest: ModelManifest) => void) | undefined;
  /** Reads one of them, verified. */
  readonly readFile: (file: ModelFile, files: readonly ModelFile[]) => Promise<Uint8Array>;
  readonly onEvent: (event: WorkerEvent) => void;
}

/**
 * The model that made a collection: the newest `model.json` of its id if it is that model and can be read, else the one
 * that an earlier visit kept.
 * @throws AfterimageError `model-not-found`, `model-invalid`, `collection-model-mismatch`, and what reading a file throws.
 */
export async function readNewestModel(
  source: HttpSource,
  collection: Pick<CollectionManifest, 'name' | 'model' | 'dim'>,
  { needed, onManifest, readFile, onEvent }: ModelReading,
): Promise<ModelWithFiles> {
  const { id } = collection.model;
  const path = `models/${id}/model.json`;
  const read = async (text: string): Promise<ModelWithFiles> => {
    const manifest = parseModelManifest(text);
    if (manifest.id !== id) throw otherModel(path, manifest.id);
    assertModel(collection, manifest);
    onManifest?.(manifest);
    const files = needed(manifest);
    const entries = files.map(async (file) => [file.path, await readFile(file, files)] as const);
    const version = { path, text, files: files.flatMap((file) => file.parts ?? [file]) };
    return { manifest, files: new Map(await Promise.all(entries)), version };
  };

  // What an earlier visit kept is the newest most often, and is read while the server is asked for it.
  const earlier = await source.kept(path);
  const ahead = earlier === undefined ? undefined : read(earlier);
  ahead?.catch(() => undefined);
  const newest = await source.newest(path);
  if (!newest) throw noModel(path, id);
  const { text, kept } = newest;
  if (ahead && text === earlier) return ahead;
  if (kept === undefined || kept === text) return read(text);
  try {
    const model = await read(text);
    onEvent({ type: 'model-updated', id });
    return model;
  } catch (cause) {
    const error = toAfterimageError(cause);
    const model = await read(kept).catch(() => Promise.reject(error));
    // One that does not fit is for newer pictures than these, of which is told where they are read.
    if (error.code !== 'collection-model-mismatch') onEvent({ type: 'model-kept', id, reason: error.message });
    return model;
  }
}

function noModel(path: string, id: string): AfterimageError {
  return new AfterimageError('model-not-found', `There is no model ${id} here (${path} is missing).`);
}

function otherModel(path: string, id: string): AfterimageError {
  return new AfterimageError('model-invalid', `${path} describes another model, ${id}.`);
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
    `${file.path} is not the file that was published: its parts belong to another one.`,
  );
}

/**
 * The description of the model `id`: the newest, or what an earlier visit kept where that cannot be read.
 * @throws AfterimageError `model-not-found`, `model-invalid`, `offline`, `network`
 */
export async function readNewestManifest(source: Pick<HttpSource, 'newest'>, id: string): Promise<ModelManifest> {
  const path = `models/${id}/model.json`;
  const newest = await source.newest(path);
  if (!newest) throw noModel(path, id);
  const manifest = parseModelManifest(newest.text);
  if (manifest.id !== id) throw otherModel(path, manifest.id);
  return manifest;
}
