import { readAdapter } from '../../engine/collection/extensions/adapter.ts';
import { recallOf } from '../../engine/collection/extensions/recall.ts';
import type { IndexInfo, IndexPreference } from '../../protocol/query-worker.ts';
import { untilRetry } from '../bytes/network.browser.ts';
import type { OpenCollection } from '../collections/collection-source.browser.ts';
import { type LoadedIndex, loadIndex } from './compose-search.ts';

/** Said where cells are read from a host that does not know ranges. */
const WHOLE_FILES = 'But this host gives whole files only, up to 20 MB for each cell, and searches are slow.';

export interface OpenIndex extends LoadedIndex {
  readonly info: IndexInfo;
}

/**
 * The index of an open collection: the one that is asked for, else the collection's own, where it can be had.
 * @param calm see `CodesParts`
 * @throws AfterimageError `index-corrupt`, `dimension-mismatch`, `part-missing`, `part-corrupt`, `offline`, `network`.
 */
export async function openIndex(
  open: OpenCollection,
  preference: IndexPreference,
  calm: Promise<void>,
): Promise<OpenIndex> {
  const { manifest, has, blockTable, readBlock } = open.collection;
  let read = performance.now();
  const timed = async <T>(reading: Promise<T>): Promise<T> => {
    const value = await reading;
    read = performance.now();
    return value;
  };
  const reading = readAdapter(open.collection);
  reading.catch(() => undefined); // awaited below
  const loaded = await loadIndex(
    {
      ...{ manifest, has, blockTable, readBlock },
      vectors: () => timed(open.vectors()),
      graph: () => timed(open.graph()),
      codes: () => timed(open.codes()),
      cells: () => timed(open.cells()),
      streamVectors: (take, options) => timed(open.streamVectors(take, options)),
      untilRetry,
      calm,
    },
    preference,
  );
  const { index, onDemand } = loaded;
  const reason = index.kind === 'cells' && !open.inRanges() ? `${loaded.reason} ${WHOLE_FILES}` : loaded.reason;
  const loadMs = performance.now() - read;
  const { kind, size: count, dim } = index;
  const recall = recallOf(loaded.manifest);
  const adapter = await reading;
  return { ...loaded, adapter, reason, info: { kind, reason, count, dim, onDemand, loadMs, recall } };
}
