import type { Collection } from '../../engine/collection/reader.ts';
import type { Item } from '../../engine/collection/types.ts';
import { vectorOf } from '../../engine/collection/vectors/stored-vectors.ts';
import { normalise } from '../../engine/numeric/embedding.ts';
import type { RowBatch, Rows } from '../cells/store-rows.ts';
import { allocateVectors } from '../vectors/import-vectors.ts';

/** A collection that goes into another one. */
export interface MergeSource {
  readonly collection: Collection;
  /** How the store finds its pictures; opaque here. */
  readonly location: string;
  /** Thumbnails and previews that are there: bytes by path. */
  pictures(): Promise<Map<string, number>>;
}

/** A row of one of the sources. */
export interface Row {
  readonly item: Item;
  /** As of the first picture with this content. */
  readonly id: string;
  readonly source: number;
  readonly row: number;
}

/**
 * One source's vectors at a time, each put in its place; those that lost something when they were stored are of unit norm
 * again afterwards.
 */
export async function readVectors(
  rows: readonly Row[],
  dim: number,
  sources: readonly MergeSource[],
  signal: AbortSignal,
): Promise<Float32Array> {
  const merged = allocateVectors(rows.length * dim);
  for await (const { rows: places, vectors } of vectorsBySource(rows, dim, sources, signal)) {
    for (const [i, place] of places.entries()) merged.set(vectors.subarray(i * dim, (i + 1) * dim), place * dim);
  }
  return merged;
}

/** Rows at a time. */
const CHUNK_ROWS = 256;

/** The same rows without all of their vectors in memory. @param items of all rows */
export function createMergedRows(
  rows: readonly Row[],
  items: readonly Item[],
  dim: number,
  sources: readonly MergeSource[],
): Rows<null> {
  return {
    ...{ count: rows.length, dim },
    identity: JSON.stringify(sources.map(({ collection }) => collection.manifest.sha256)),
    async *vectors(signal) {
      for await (const { vectors } of vectorsBySource(rows, dim, sources, signal)) yield vectors;
    },
    async *batches(signal) {
      let first = 0;
      for await (const batch of vectorsBySource(rows, dim, sources, signal)) {
        const next = first + batch.rows.length;
        yield { ...batch, items: items.slice(first, next) };
        first = next;
      }
    },
    found: () => null,
  };
}

/** Those of one source after those of another. Those that lost something when they were stored are of unit norm again. */
async function* vectorsBySource(
  rows: readonly Row[],
  dim: number,
  sources: readonly MergeSource[],
  signal: AbortSignal,
): AsyncGenerator<Pick<RowBatch, 'vectors'> & { readonly rows: Uint32Array }> {
  for (const [source, { collection }] of sources.entries()) {
    signal.throwIfAborted();
    const stored = await collection.vectors({ signal });
    const places = Uint32Array.from(rows.keys()).filter((place) => rows[place]?.source === source);
    for (let from = 0; from < places.length; from += CHUNK_ROWS) {
      const some = places.subarray(from, from + CHUNK_ROWS);
      const vectors = new Float32Array(some.length * dim);
      for (const [i, place] of some.entries()) {
        const vector = vectorOf(stored, (rows[place] as Row).row);
        vectors.set(stored.encoding === 'f32' ? vector : normalise(vector), i * dim);
      }
      yield { rows: some, vectors };
    }
  }
}
