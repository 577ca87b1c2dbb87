/** A collection of `public/` opened in Node, searched by the engine that the page runs. */
import { join } from 'node:path';
import { assertModel } from '../engine/collection/assert-model.ts';
import type { ItemStore } from '../engine/collection/items.ts';
import { readCollection } from '../engine/collection/reader.ts';
import { toFloat32 } from '../engine/collection/stored-vectors.ts';
import type { CollectionManifest } from '../engine/collection/types.ts';
import type { Background } from '../engine/cutoff.ts';
import { createExactIndex, type ExactIndex } from '../engine/exact-index.ts';
import type { ModelManifest } from '../engine/model.ts';
import type { QueryEncoder } from '../engine/ports.ts';
import type { VectorSource } from '../engine/search/vector-source.ts';
import type { SearchEngine } from '../engine/search-engine.ts';
import type { VectorIndex } from '../engine/vector-index.ts';
import { createFolderSource } from './bytes.node.ts';
import type { EngineRequest } from './choose-engine.ts';
import { createNodeQueryEncoder } from './clip.node.ts';
import { composeSearch, loadIndex, vectorSourceOf } from './compose-search.ts';
import { memoise } from './memoise.ts';
import { readModelManifest } from './model-folder.node.ts';
import { sha256 } from './sha256.ts';

export interface NodeSearchOptions {
  /** The folder that holds `collections/` and `models/`. */
  readonly publicFolder: string;
  readonly collection: string;
  /** The engine to answer with; the collection's own where absent. */
  readonly index?: EngineRequest;
}

export interface NodeSearch {
  readonly manifest: CollectionManifest;
  readonly model: ModelManifest;
  readonly items: ItemStore;
  readonly encoder: QueryEncoder;
  readonly index: VectorIndex;
  /** The ground truth: over the same rows as `index`, in float32. Made once. */
  exact(): Promise<ExactIndex>;
  readonly background: Background;
  readonly engine: SearchEngine;
  dispose(): Promise<void>;
}

/**
 * @throws AfterimageError `collection-not-found`, `collection-invalid`, `collection-version`,
 *   `collection-model-mismatch`, `model-not-found`, `model-invalid`, `part-missing`, `part-corrupt`, `index-corrupt`.
 */
export async function openNodeSearch({ publicFolder, collection, index }: NodeSearchOptions): Promise<NodeSearch> {
  const opened = await readCollection(createFolderSource(publicFolder), sha256, collection);
  const { manifest } = opened;
  const modelsFolder = join(publicFolder, 'models');
  const model = await readModelManifest(modelsFolder, manifest.model.id);
  assertModel(manifest, model);
  const [encoder, items, loaded] = await Promise.all([
    createNodeQueryEncoder({ modelsFolder, modelId: model.id }),
    opened.items(),
    loadIndex(opened, index ?? 'auto'),
  ]);
  await loaded.arrived;
  const exact = memoise(async () => createExactIndex(toFloat32(await opened.vectors()), manifest.dim));
  const vectors: VectorSource = {
    vectorsOf: async (rows) => vectorSourceOf(await opened.vectors()).vectorsOf(rows),
  };
  const { engine, background } = composeSearch({ vectors, ...loaded }, items, {
    encoder,
    manifest: model,
    dtype: model.dtypes.cpu,
  });
  return {
    manifest,
    model,
    items,
    encoder,
    index: loaded.index,
    exact: exact.get,
    background,
    engine,
    async dispose() {
      loaded.index.dispose();
      await encoder.dispose();
    },
  };
}
