/** Real embeddings to fit the synthetic ones on: pictures of folders and texts that name such pictures. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedding } from '../../../src/engine/numeric/embedding.ts';
import { flatten } from '../../../src/engine/numeric/testing-vectors.ts';
import { mapOrdered } from '../../../src/indexing/steps/map-ordered.ts';
import { createNodeImageEncoder, createNodeQueryEncoder } from '../../../src/platform/encoders/clip.node.ts';
import { createDecoder } from '../../../src/platform/pictures/decode.node.ts';
import { createFolderPictures } from '../../../src/platform/pictures/walk.node.ts';
import { demoEmoji } from '../../demo/emoji.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';

const BATCH = 32;

/** Unit vectors, row by row. */
export interface Cloud {
  readonly dim: number;
  readonly count: number;
  readonly rows: Float32Array;
}

/** The embeddings of every picture below `folders`, in order of their names. */
export async function embedPictures(folders: readonly string[], modelId: string): Promise<Cloud> {
  const { signal } = new AbortController();
  const source = createFolderPictures({ folders: [...folders], exclude: [] });
  const { files } = await source.list(signal);
  const encoder = await createNodeImageEncoder({ modelsFolder: MODELS_FOLDER, modelId });
  const decoder = createDecoder({ preprocessor: encoder.preprocessor, pictures: 'none' });
  const decode = async (file: (typeof files)[number]) =>
    (await decoder.decode(await source.read(file, signal), file.name)).pixels;
  const vectors: Embedding[] = [];
  let batch: Awaited<ReturnType<typeof decode>>[] = [];
  for await (const pixels of mapOrdered(files, decode, { concurrency: 2, ahead: BATCH })) {
    batch.push(pixels);
    if (batch.length < BATCH) continue;
    vectors.push(...(await encoder.encode(batch)));
    batch = [];
  }
  vectors.push(...(await encoder.encode(batch)));
  await encoder.dispose();
  return { dim: encoder.dim, count: vectors.length, rows: flatten(vectors, encoder.dim) };
}

/** The embeddings of `texts`. */
export async function embedTexts(
  texts: readonly string[],
  modelId: string,
  modelsFolder = MODELS_FOLDER,
): Promise<Cloud> {
  const encoder = await createNodeQueryEncoder({ modelsFolder, modelId });
  const vectors: Embedding[] = [];
  for (const text of texts) vectors.push(await encoder.encode(text));
  return { dim: encoder.dim, count: vectors.length, rows: flatten(vectors, encoder.dim) };
}

/** What people would ask for: the names of emoji, and the class names of the photographs where `labels.json` has them. */
export async function textsOf(photosFolder: string): Promise<string[]> {
  const labels = JSON.parse(await readFile(join(photosFolder, 'labels.json'), 'utf8')) as Record<string, string>;
  return [...new Set([...demoEmoji().map(({ label }) => label), ...Object.values(labels)])];
}
