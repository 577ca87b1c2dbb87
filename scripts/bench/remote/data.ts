import type { Item } from '../../../src/engine/collection/types.ts';
import { type StoredVectors, storeVectors } from '../../../src/engine/collection/vectors/stored-vectors.ts';
import type { Embedding } from '../../../src/engine/numeric/embedding.ts';
import type { Pushed } from '../../../src/platform/indexes/remote/check-remote.ts';
import { openNodeSearch } from '../../../src/platform/sessions/search.node.ts';
import { openFolder } from '../../indexing/merge.ts';
import type { PushedCollection } from '../../push/push-collection.ts';
import { COLLECTIONS_FOLDER, PUBLIC_FOLDER } from '../../repository/folders.ts';
import { manyQueries, QUERIES } from '../queries.ts';
import { sourceOf } from '../vectors/data/data.ts';

export interface RemoteSet {
  readonly name: string;
  readonly collection: PushedCollection;
  readonly queries: readonly Embedding[];
}

const ASKED = 200;

/** The demo, and texts as people type them. */
export async function demoSet(): Promise<RemoteSet> {
  const { collection } = await openFolder(`${COLLECTIONS_FOLDER}/demo`);
  const search = await openNodeSearch({ publicFolder: PUBLIC_FOLDER, collection: 'demo' });
  const texts = [...QUERIES, ...manyQueries(ASKED - QUERIES.length)];
  const queries: Embedding[] = [];
  for (const text of texts) queries.push(await search.encoder.encode(text));
  await search.dispose();
  return { name: 'demo', collection, queries };
}

/** Made-up vectors with the structure of real ones, and queries as far from them as texts are. */
export function syntheticSet(count: number): RemoteSet {
  const source = sourceOf('structured');
  const vectors: StoredVectors = storeVectors(source.pictures(0, count), source.dim, 'f32');
  const manifest: Pushed = {
    ...{ name: 'made-up', count, dim: source.dim, fingerprint: String(count).padStart(32, '0') },
    model: { id: 'made-up', sha256: '0'.repeat(64) },
  };
  const allItems = async () => Array.from({ length: count }, (_, row) => itemOf(row));
  return {
    name: 'made-up',
    collection: { manifest, vectors: async () => vectors, allItems },
    queries: source.queries(ASKED),
  };
}

function itemOf(row: number): Item {
  return {
    ...{ id: row.toString(16).padStart(16, '0'), name: `pictures/${row}.jpg`, title: null, licence: null },
    ...{ width: 4000, height: 3000, bytes: 2_000_000, date: '2026-11-28T12:00:00', thumbnail: null, preview: null },
  };
}
