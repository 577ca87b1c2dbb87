import { abortable } from '../async/abortable.ts';
import { AfterimageError } from '../errors.ts';
import { type Embedding, normalise } from '../numeric/embedding.ts';
import type { VectorSource } from './vector-source.ts';

/** How vectors are read that are held somewhere, as they are stored: of about unit norm. */
export interface HeldVectors {
  /** Whether there is such a row. */
  has(row: number): boolean;
  /** The vector of a row, which is copied; undefined where it has to be fetched. */
  vectorOf(row: number): Float32Array | undefined;
  /** The vectors of rows that `vectorOf` has not got, in their order. Absent: it has got all. */
  fetch?(rows: readonly number[]): Promise<Float32Array[]>;
}

/**
 * The vectors that are held, brought to unit norm: rounded ones are only nearly so.
 * `vectorsOf` rejects with `row-unknown` for a row that there is not, or not any more, with what `fetch` throws, and with
 * the signal's reason.
 */
export function createVectorSource({ has, vectorOf, fetch }: HeldVectors): VectorSource {
  const checkThere = (row: number) => {
    if (!has(row)) {
      throw new AfterimageError('row-unknown', `There is no picture in row ${row}, or there is none any more.`);
    }
  };
  return {
    async vectorsOf(rows, { signal } = {}) {
      signal?.throwIfAborted();
      rows.forEach(checkThere);
      const found = rows.map((row) => copyOf(vectorOf(row)));
      const missing = rows.filter((_, i) => found[i] === undefined);
      if (missing.length === 0) return found as Embedding[];
      const fetched = await abortable(fetch?.(missing) ?? Promise.resolve([]), signal);
      missing.forEach(checkThere); // it may have been removed meanwhile
      let next = 0;
      return found.map((vector, i) => vector ?? copyOf(fetched[next++]) ?? fail(rows[i] as number));
    },
  };
}

function copyOf(vector: Float32Array | undefined): Embedding | undefined {
  return vector && normalise(vector.slice());
}

function fail(row: number): never {
  throw new AfterimageError('internal', `The vector of row ${row} is not where it should be.`);
}
