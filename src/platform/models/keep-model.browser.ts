/** Downloading a model ahead of its use, so that it can be stopped, goes on where it was, and is there without a network. */

import { AfterimageError } from '../../engine/errors.ts';
import { type ModelFile, type ModelManifest, parseModelManifest } from '../../engine/model/model.ts';
import { type FileHash, lineBytes, type ReadOptions } from '../../engine/ports.ts';
import type { HttpSource, Newest } from '../bytes/http-source.browser.ts';
import { MODELS } from './models-folder.ts';

type Files = (manifest: ModelManifest) => readonly ModelFile[];

/** What is downloaded by itself: a file, or a part of one. */
export function piecesOf(files: readonly ModelFile[]): readonly (FileHash & { readonly path: string })[] {
  return files.flatMap((file) => file.parts ?? [file]);
}

/** What a download of files takes, and what of it is left to do. */
export interface FilesBytes {
  /** That travel, packed as the files are on the server. */
  readonly bytes: number;
  /** Of `bytes`: nothing kept these. */
  readonly missing: number;
  /** That are kept, unpacked. */
  readonly kept: number;
}

export async function bytesOfFiles(
  source: Pick<HttpSource, 'isKept'>,
  files: readonly ModelFile[],
): Promise<FilesBytes> {
  const pieces = piecesOf(files);
  const isKept = await Promise.all(pieces.map((piece) => source.isKept(piece)));
  const sum = (all: readonly FileHash[], bytesOf: (piece: FileHash) => number) =>
    all.reduce((total, piece) => total + bytesOf(piece), 0);
  return {
    bytes: sum(pieces, lineBytes),
    missing: sum(
      pieces.filter((_, i) => !isKept[i]),
      lineBytes,
    ),
    kept: sum(
      pieces.filter((_, i) => isKept[i]),
      ({ bytes }) => bytes,
    ),
  };
}

/**
 * Download these files of the model `id`, one after the other: what is kept is not downloaded again, and what has come is
 * kept where it is stopped.
 * @throws AfterimageError `model-not-found`, `model-invalid`, `part-missing`, `part-corrupt`, `offline`, `network`; the
 *   signal's reason
 */
export async function keepModel(
  source: Pick<HttpSource, 'newest' | 'prefetch' | 'commit'>,
  id: string,
  needed: Files,
  options: ReadOptions = {},
): Promise<ModelManifest> {
  const path = `${MODELS}${id}/model.json`;
  const newest = await source.newest(path, options.signal ? { signal: options.signal } : {});
  if (!newest) throw new AfterimageError('model-not-found', `There is no model ${id} here (${path} is missing).`);
  const manifest = parseModelManifest(newest.text);
  await keepFiles(source, { folder: `${MODELS}${id}`, path, newest, files: needed(manifest) }, options);
  return manifest;
}

/** What is to be kept: files in a folder, and the text that describes them. */
export interface FilesToKeep {
  readonly folder: string;
  /** Of the text. */
  readonly path: string;
  readonly newest: Pick<Newest, 'text' | 'kept'>;
  readonly files: readonly ModelFile[];
}

/** @throws AfterimageError `part-missing`, `part-corrupt`, `offline`, `network`; the signal's reason */
export async function keepFiles(
  source: Pick<HttpSource, 'prefetch' | 'commit'>,
  { folder, path, newest, files }: FilesToKeep,
  { signal, onProgress }: ReadOptions,
): Promise<void> {
  const abort = signal ? { signal } : {};
  const pieces = piecesOf(files);
  const total = pieces.reduce((sum, piece) => sum + lineBytes(piece), 0);
  let done = 0;
  for (const piece of pieces) {
    signal?.throwIfAborted();
    await source.prefetch(`${folder}/${piece.path}`, piece, {
      ...abort,
      onProgress: (loaded, of) => onProgress?.(done + Math.round((loaded / Math.max(1, of)) * lineBytes(piece)), total),
    });
    done += lineBytes(piece);
    onProgress?.(done, total);
  }
  // Beside a collection that an earlier visit kept, another version of its model is of no use: `keep` of that one says.
  if (newest.kept === undefined || newest.kept === newest.text) {
    await source.commit([{ path, text: newest.text, files: pieces }]);
  }
}
