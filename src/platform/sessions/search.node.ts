/** A collection of `public/` opened in Node, searched by the engine that the page runs. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { memoise } from '../../engine/async/cached/memoise.ts';
import { assertModel } from '../../engine/collection/assert-model.ts';
import { readAdapter } from '../../engine/collection/extensions/adapter.ts';
import type { ItemStore } from '../../engine/collection/items/items.ts';
import { readCollection } from '../../engine/collection/reader.ts';
import type { Source } from '../../engine/collection/source/source.ts';
import { createStaticSource } from '../../engine/collection/source/static-source.ts';
import type { CollectionManifest, IndexPreference } from '../../engine/collection/types.ts';
import { toFloat32 } from '../../engine/collection/vectors/stored-vectors.ts';
import { createExactIndex, type ExactIndex } from '../../engine/index/exact/exact-index.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import type { QueryEncoder } from '../../engine/ports.ts';
import type { Baseline } from '../../engine/search/cutoff.ts';
import type { Retriever } from '../../engine/search/retriever.ts';
import type { SearchEngine } from '../../engine/search/search-engine.ts';
import { createFolderSource } from '../bytes/bytes.node.ts';
import { createNodeQueryEncoder } from '../encoders/clip.node.ts';
import { sha256 } from '../hashes/sha256.ts';
import { composeSearch, loadIndex } from '../indexes/compose-search.ts';
import { readModelManifest } from '../models/model-folder.node.ts';

export interface NodeSearchOptions {
  /** The folder that holds `collections/` and `models/`. */
  readonly publicFolder: string;
  readonly collection: string;
  /** The index to answer with; the collection's own where absent. */
  readonly index?: IndexPreference;
}

export interface NodeSearch {
  readonly manifest: CollectionManifest;
  readonly model: ModelManifest;
  readonly items: ItemStore;
  readonly source: Source;
  /** Of the model, without the collection's adapter. */
  readonly encoder: QueryEncoder;
  readonly retriever: Retriever;
  /** The ground truth: over the same rows as `retriever`, in float32. Made once. */
  exact(): Promise<ExactIndex>;
  readonly baseline: Baseline;
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
  const [encoder, items, loaded, adapter] = await Promise.all([
    createNodeQueryEncoder({ modelsFolder, modelId: model.id }),
    opened.items(),
    loadIndex(opened, index ?? 'auto'),
    readAdapter(opened),
  ]);
  await loaded.arrived;
  const exact = memoise(async () => createExactIndex(toFloat32(await opened.vectors()), manifest.dim));
  const { engine, baseline } = composeSearch({ ...loaded, adapter }, items, {
    encoder,
    manifest: model,
    dtype: model.dtypes.cpu,
  });
  return {
    manifest,
    model,
    items,
    encoder,
    retriever: loaded.retriever,
    source: createStaticSource({
      ...{ manifest, items, vectorsOf: loaded.vectors.vectorsOf },
      baseUrl: `${pathToFileURL(publicFolder).href}/`,
    }),
    exact: exact.get,
    baseline,
    engine,
    async dispose() {
      loaded.retriever.dispose();
      await encoder.dispose();
    },
  };
}
