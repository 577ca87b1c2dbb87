/** Puts the merge of collections together for Node. */
import { realpath, rmdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type Collection, readCollection } from '../../src/engine/collection/reader.ts';
import { AfterimageError } from '../../src/engine/errors.ts';
import { type MergeSummary, mergeCollections } from '../../src/indexing/merge/merge-collections.ts';
import type { MergeSource } from '../../src/indexing/merge/merged-rows.ts';
import type { IndexEvent } from '../../src/indexing/request.ts';
import { createFolderSource } from '../../src/platform/bytes/bytes.node.ts';
import { createFolderStore } from '../../src/platform/collections/collection-store.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { createGraphBuilder } from '../../src/platform/indexes/hnsw/graph-builder.ts';
import { maxRows } from '../../src/platform/indexes/hnsw/hnsw-index.ts';
import { usage } from '../cli/cli.ts';
import { createdNow } from './build-collection.ts';
import { type CollectionOptions, collectionOptions } from './options/collection-options.ts';
import { checkedName, makeOut, manifestText } from './options/out.ts';

export interface MergeOptions extends CollectionOptions {
  /** Folders of collections. */
  readonly collections: readonly string[];
  /** The merged collection's folder, `…/collections/<name>`. */
  readonly out: string;
}

/**
 * Merge collections in folders into one.
 * @throws AfterimageError `usage`, `collection-not-found`, `collection-invalid`, `collection-version`, and what
 *   `mergeCollections` throws.
 */
export async function merge(
  options: MergeOptions,
  signal: AbortSignal,
  onEvent: (event: IndexEvent) => void,
): Promise<MergeSummary> {
  const { collections, hnsw, index } = options;
  const out = resolve(options.out);
  const name = checkedName(out);
  const sources = await Promise.all(collections.map((folder) => openSource(folder, out)));
  await makeOut(out);
  const request = {
    name,
    ...collectionOptions(options),
    maxPictures: (dim: number) => (index === 'hnsw' ? maxRows(dim, hnsw.M) : Number.POSITIVE_INFINITY),
    created: createdNow(),
    signal,
  };
  const graph = (dim: number) => createGraphBuilder({ dim, ...hnsw });
  try {
    const place = { store: createFolderStore(out), manifestText: () => manifestText(out) };
    return await mergeCollections(request, { sources, graph, ...place, sha256, onEvent });
  } finally {
    await rmdir(out).catch(() => {}); // only where nothing came of it: a folder that is not empty stays
  }
}

async function openSource(folder: string, out: string): Promise<MergeSource> {
  if ((await placeOf(folder)) === (await placeOf(out))) throw usage(`${folder} is the folder that --out writes to`);
  const { collection, location } = await openFolder(folder);
  return { collection, location, pictures: () => createFolderStore(location).pictures() };
}

/**
 * The collection in a folder, wherever that lies.
 * @throws AfterimageError `collection-not-found`, `collection-invalid`, `collection-version`.
 */
export async function openFolder(folder: string): Promise<{ collection: Collection; location: string }> {
  const location = await placeOf(folder);
  const source = createFolderSource(dirname(location));
  try {
    return { collection: await readCollection(source, sha256, basename(location), '.'), location };
  } catch (error) {
    if (!(error instanceof AfterimageError)) throw error;
    throw new AfterimageError(error.code, `${folder}: ${error.message}`, { cause: error }); // one of many, as of shards
  }
}

function placeOf(folder: string): Promise<string> {
  return realpath(folder).catch(() => resolve(folder));
}
