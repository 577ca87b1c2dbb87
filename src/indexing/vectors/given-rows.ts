import type { Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Sha256 } from '../../engine/ports.ts';
import type { Rows } from '../cells/store-rows.ts';
import { withDateSource } from '../collection/dates.ts';
import { createIds, itemId } from '../collection/ids.ts';
import type { GivenPicture } from './given-picture.ts';
import type { TableReport } from './table-report.ts';

/** A further apart norm is said to have been mended. */
const NORM_TOLERANCE = 1e-3;

export interface GivenRows {
  /** rows × dim, as they were given. */
  readonly vectors: Float32Array;
  /** One a row. */
  readonly pictures: readonly GivenPicture[];
}

/** Where vectors that were made elsewhere come from. */
export interface VectorSource {
  /** How many there are. @throws AfterimageError `npy-invalid`, `metadata-invalid`, `nothing-to-index` */
  measure(): Promise<{ readonly count: number; readonly dim: number }>;
  /** Changes with the files that they come from. */
  identity(): Promise<string>;
  /** All rows in order, some at a time, as often as they are asked for. @throws AfterimageError `npy-invalid` */
  vectors(signal: AbortSignal): AsyncIterable<Float32Array>;
  /** With what is known of them. @throws AfterimageError `npy-invalid`, `metadata-invalid` */
  batches(signal: AbortSignal): AsyncIterable<GivenRows>;
  /** What was understood of the tables, once all batches are read; null: there are none. */
  tables(): TableReport | null;
}

/** What was found out when the rows were read. */
export interface GivenFacts {
  readonly copies: number;
  /** Rows that were not of unit norm and were scaled to it. */
  readonly normalised: number;
  readonly tables: TableReport | null;
}

/** What a source gives, as rows of a collection: vectors at unit norm, and items with ids of their own. */
export function createGivenRows(
  source: VectorSource,
  { count, dim, identity }: Pick<Rows<never>, 'count' | 'dim' | 'identity'>,
  sha256: Sha256,
): Rows<GivenFacts> {
  let facts: GivenFacts = { copies: 0, normalised: 0, tables: null };
  return {
    ...{ count, dim, identity },
    async *vectors(signal) {
      let first = 0;
      for await (const vectors of source.vectors(signal)) {
        yield toUnit(vectors, dim, first).unit;
        first += vectors.length / dim;
      }
    },
    async *batches(signal) {
      const ids = createIds(sha256);
      let [first, normalised] = [0, 0];
      for await (const { vectors: given, pictures } of source.batches(signal)) {
        const { unit, scaled } = toUnit(given, dim, first);
        normalised += scaled;
        const items: Item[] = [];
        for (const [i, picture] of pictures.entries()) {
          const id = await ids.of(picture.id ?? (await hashOf(given.subarray(i * dim, (i + 1) * dim), sha256)));
          items.push(toItem(picture, id, first + i));
        }
        yield { rows: first, vectors: unit, items };
        first += items.length;
      }
      facts = { copies: ids.copies(), normalised, tables: source.tables() };
    },
    found: () => facts,
  };
}

/** The id of a picture of which nothing but the vector is known. */
async function hashOf(vector: Float32Array, sha256: Sha256): Promise<string> {
  return itemId(await sha256(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)));
}

function toItem({ id: _id, name, title, licence, dateSource, ...facts }: GivenPicture, id: string, row: number): Item {
  const text = { name: name ?? `row ${row}`, title: title ?? null, licence: licence ?? null };
  return withDateSource({ id, ...text, ...facts, thumbnail: null, preview: null }, dateSource);
}

/** The vectors at unit norm, and how many of them were not; `first` is the row of the first one. */
function toUnit(vectors: Float32Array, dim: number, first: number): { unit: Float32Array; scaled: number } {
  const unit = new Float32Array(vectors.length);
  let scaled = 0;
  for (let start = 0; start < vectors.length; start += dim) {
    let sum = 0;
    for (let i = start; i < start + dim; i++) sum += (vectors[i] as number) ** 2;
    const norm = Math.sqrt(sum);
    if (!(norm > 0)) {
      throw new AfterimageError(
        'npy-invalid',
        `Row ${first + start / dim} (counted from 0) is a vector of zeros, which has no direction.`,
      );
    }
    for (let i = start; i < start + dim; i++) unit[i] = (vectors[i] as number) / norm;
    if (Math.abs(norm - 1) > NORM_TOLERANCE) scaled++;
  }
  return { unit, scaled };
}
