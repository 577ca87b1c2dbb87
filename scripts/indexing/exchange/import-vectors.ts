/** Puts the import of given vectors together for Node. */
import { rmdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { IndexEvent } from '../../../src/indexing/request.ts';
import { type ImportSummary, importVectors } from '../../../src/indexing/vectors/import-vectors.ts';
import { createFolderStore } from '../../../src/platform/collections/collection-store.node.ts';
import { openVectorFiles } from '../../../src/platform/exchange/vector-files.node.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.node.ts';
import { createGraphBuilder } from '../../../src/platform/indexes/hnsw/graph-builder.ts';
import { maxRows } from '../../../src/platform/indexes/hnsw/hnsw-index.ts';
import { towerFile } from '../../../src/platform/models/model-files.ts';
import { readModelManifest } from '../../../src/platform/models/model-folder.node.ts';
import { createdNow } from '../build-collection.ts';
import { type CollectionOptions, collectionOptions } from '../options/collection-options.ts';
import { checkedName, makeOut, manifestText } from '../options/out.ts';

export interface ImportOptions extends CollectionOptions {
  /** See `VectorFilesOptions`. */
  readonly from: string;
  readonly metadata?: string;
  /** The collection's folder, `…/collections/<name>`. */
  readonly out: string;
  readonly modelsFolder: string;
  /** The model that made the vectors; nothing in them says whether that is true. */
  readonly modelId: string;
}

/**
 * Check the options and get ready.
 * @throws AfterimageError `usage`, `model-not-found`, `model-invalid`, `not-writable`, `nothing-to-index`,
 *   `metadata-invalid`.
 */
export async function createVectorImporter(options: ImportOptions) {
  const { hnsw, index } = options;
  const out = resolve(options.out);
  const name = checkedName(out);
  const manifest = await readModelManifest(options.modelsFolder, options.modelId);
  const model = {
    id: manifest.id,
    dim: manifest.dim,
    sha256: towerFile(manifest, 'vision', manifest.dtypes.cpu).sha256,
  };
  const source = await openVectorFiles(options);
  await makeOut(out);
  const ports = {
    source,
    graph: createGraphBuilder({ dim: model.dim, ...hnsw }),
    store: createFolderStore(out),
    manifestText: () => manifestText(out),
    sha256,
  };
  return {
    run: async (signal: AbortSignal, onEvent: (event: IndexEvent) => void): Promise<ImportSummary> => {
      const request = {
        name,
        ...collectionOptions(options),
        model,
        pictures: 'none' as const,
        maxPictures: index === 'hnsw' ? maxRows(model.dim, hnsw.M) : Number.POSITIVE_INFINITY,
        created: createdNow(),
        signal,
      };
      try {
        return await importVectors(request, { ...ports, onEvent });
      } finally {
        await rmdir(out).catch(() => {}); // only where nothing came of it: a folder that is not empty stays
      }
    },
    dispose: async () => {},
  };
}
