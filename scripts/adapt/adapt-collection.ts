import { join } from 'node:path';
import { ADAPTER, adapterParts, encodeAdapter } from '../../src/engine/collection/extensions/adapter.ts';
import { AfterimageError } from '../../src/engine/errors.ts';
import type { Adapter } from '../../src/engine/query/adapter/adapter.ts';
import { type ChosenAdapter, chooseAdapter } from '../../src/engine/query/adapter/choose-adapter.ts';
import { type NodeSearch, openNodeSearch } from '../../src/platform/sessions/search.node.ts';
import { replaceSection } from '../indexing/replace-section.ts';
import { embedPairs } from './embed-pairs.ts';
import { readPairs } from './read-pairs.ts';
import { figuresTable } from './report.ts';

/** What of an open collection is needed. */
export type Adaptable = Pick<NodeSearch, 'items' | 'source' | 'encoder' | 'manifest'>;

/**
 * Learn an adapter from the table at `path`, and write it into the collection if it finds more.
 * @param publicFolder where `collections/` is
 * @throws AfterimageError `adapter-useless` where it does not: what the collection had stays; `usage`, `metadata-invalid`,
 *   `item-not-found`, `not-writable`
 */
export async function adaptCollection(
  search: Adaptable,
  publicFolder: string,
  path: string,
  log: (text: string) => void,
): Promise<Adapter> {
  const pairs = await embedPairs(await readPairs(path), search);
  const chosen = chooseAdapter(pairs);
  log(figuresTable(chosen.before, chosen.after));
  const { adapter } = chosen;
  if (!adapter) throw useless(chosen);
  const { manifest } = search;
  const section = { bytes: encodeAdapter(adapter, manifest), dependsOn: 'model' } as const;
  await replaceSection(join(publicFolder, 'collections', manifest.name), manifest, { kind: ADAPTER, section });
  return adapter;
}

/** Do something with an open collection of `publicFolder`, and close it. @throws what `openNodeSearch` and `work` throw */
export async function withCollection<T>(
  publicFolder: string,
  collection: string,
  work: (search: NodeSearch) => Promise<T>,
): Promise<T> {
  const search = await openNodeSearch({ publicFolder, collection });
  try {
    return await work(search);
  } finally {
    await search.dispose();
  }
}

/** @returns whether there was one */
export async function removeAdapter({ manifest }: Pick<Adaptable, 'manifest'>, publicFolder: string): Promise<boolean> {
  if (adapterParts(manifest).length === 0) return false;
  const folder = join(publicFolder, 'collections', manifest.name);
  return replaceSection(folder, manifest, { kind: ADAPTER, section: null });
}

function useless({ gain, error }: ChosenAdapter): AfterimageError {
  return new AfterimageError(
    'adapter-useless',
    `No adapter was written, because it does not find more than the model does by itself: the mean of both figures changes by ${gain.toFixed(3)}, with a standard error of ${error.toFixed(3)}, and a gain of two of these is needed. More pairs, or more pictures of a text, may help.`,
  );
}
