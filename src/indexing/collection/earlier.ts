import type { Collection } from '../../engine/collection/reader.ts';
import type { StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { type KnownAdditions, rememberAdditions } from './carry.ts';
import { createIdSet, type IdSet } from './id-set.ts';

/** What a collection of cells is built with of its last state, which may be larger than the memory. */
export interface EarlierState {
  readonly collection: Collection;
  readonly ids: IdSet;
  readonly additions: KnownAdditions;
  /** Of no rows: what they are stored around. */
  readonly vectors: StoredVectors;
}

export async function readEarlier(collection: Collection, signal: AbortSignal): Promise<EarlierState> {
  const vectors = await collection.vectorsHead({ signal });
  const items = await collection.items({ signal });
  const ids = createIdSet();
  const additions: KnownAdditions = new Map();
  for (let row = 0; row < items.count; row++) {
    signal.throwIfAborted();
    const item = await items.get(row);
    ids.add(item.id);
    rememberAdditions(additions, item);
  }
  return { collection, ids, additions, vectors };
}

/** How many of the pictures that were there are not among those that there are now. */
export function countGone({ collection, ids }: EarlierState, now: Iterable<string>): number {
  let kept = 0;
  for (const id of now) if (ids.has(id)) kept++;
  return collection.manifest.count - kept;
}
