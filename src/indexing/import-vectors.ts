import type { Item } from '../engine/collection/types.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { Sha256 } from '../engine/ports.ts';
import type { GivenPicture } from './given-picture.ts';
import { copyId, itemId } from './ids.ts';
import { countRemoved, lastState, partBytes } from './index-pictures.ts';
import type { CollectionPorts, CollectionRequest, IndexSummary } from './request.ts';
import { settle } from './settle.ts';
import { createStopwatch } from './stopwatch.ts';

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
  /** All rows in order, some at a time. @throws AfterimageError `npy-invalid`, `metadata-invalid` */
  batches(signal: AbortSignal): AsyncIterable<GivenRows>;
}

export interface ImportRequest extends CollectionRequest {
  /** More rows than this are refused before any is read. */
  readonly maxPictures: number;
}

export interface ImportPorts extends CollectionPorts {
  readonly source: VectorSource;
}

export interface ImportSummary
  extends Pick<
    IndexSummary,
    'collection' | 'count' | 'copies' | 'removed' | 'unchanged' | 'bytes' | 'seconds' | 'milliseconds'
  > {
  readonly dim: number;
  /** Rows that were not of unit norm and were scaled to it. */
  readonly normalised: number;
}

/**
 * A collection of given vectors, rows in the given order, without pictures. Nothing is in place before all of it is.
 * @throws AfterimageError `dimension-mismatch` where the model's vectors have another length, `npy-invalid`,
 *   `metadata-invalid`, `nothing-to-index`, `index-too-large`, `collection-too-large`, `not-writable`.
 */
export async function importVectors(request: ImportRequest, ports: ImportPorts): Promise<ImportSummary> {
  const start = performance.now();
  const stopwatch = createStopwatch();
  const { count, dim } = await stopwatch.time('list', () => ports.source.measure());
  checkSize(count, dim, request);
  await ports.store.open();
  try {
    const previous = await lastState(request, ports);
    const content = await stopwatch.time('read', () => readContent(count, request, ports));
    const context = { previous, existing: new Map(), request, ports, stopwatch };
    const { manifest, unchanged } = await settle(content, context);
    return {
      collection: manifest.name,
      count,
      dim,
      copies: content.copies,
      removed: countRemoved(previous, content.items),
      normalised: content.normalised,
      unchanged,
      bytes: { ...partBytes(manifest), pictures: 0 },
      seconds: (performance.now() - start) / 1000,
      milliseconds: stopwatch.timings,
    };
  } finally {
    await ports.store.close();
  }
}

function checkSize(count: number, dim: number, { model, maxPictures, hnsw }: ImportRequest): void {
  if (dim !== model.dim) {
    throw new AfterimageError(
      'dimension-mismatch',
      `The vectors are of dimension ${dim}, those of the model ${model.id} of ${model.dim}. Say with --model which one made them.`,
    );
  }
  if (count === 0)
    throw new AfterimageError('nothing-to-index', 'There are no vectors to index: the arrays have no rows.');
  if (count <= maxPictures) return;
  throw new AfterimageError(
    'index-too-large',
    `${count} vectors are more than the ${maxPictures} that an HNSW graph of dimension ${dim} with M = ${hnsw.M} can hold ` +
      '(2 GiB of memory). Take --index exact, a smaller --M, or import fewer.',
  );
}

async function readContent(count: number, { model, signal }: ImportRequest, { source, sha256, onEvent }: ImportPorts) {
  const { dim } = model;
  const vectors = allocateVectors(count * dim);
  const items: Item[] = [];
  const ids = createIds(sha256);
  let normalised = 0;
  for await (const { vectors: given, pictures } of source.batches(signal)) {
    signal.throwIfAborted();
    for (const [i, picture] of pictures.entries()) {
      const row = items.length;
      const vector = given.subarray(i * dim, (i + 1) * dim);
      const id = await ids.of(picture.id ?? (await hashOf(vector, sha256)));
      items.push(toItem(picture, id, row));
      if (writeUnit(vector, vectors.subarray(row * dim, (row + 1) * dim), row)) normalised++;
    }
    onEvent({ type: 'progress', task: 'Vectors', done: items.length, total: count });
  }
  return { items, vectors, copies: ids.copies(), normalised };
}

/** @throws AfterimageError `collection-too-large` */
export function allocateVectors(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    throw new AfterimageError(
      'collection-too-large',
      `There is not enough memory here for ${Math.ceil((length * 4) / 2 ** 20)} MiB of vectors. Take fewer at a time.`,
    );
  }
}

/** Pictures with the same content are items of their own, as when they are indexed. */
export function createIds(sha256: Sha256) {
  const taken = new Set<string>();
  let copies = 0;
  return {
    async of(id: string): Promise<string> {
      let unique = id;
      for (let copy = 2; taken.has(unique); copy++) unique = await copyId(id, copy, sha256);
      if (unique !== id) copies++;
      taken.add(unique);
      return unique;
    },
    copies: () => copies,
  };
}

/** The id of a picture of which nothing but the vector is known. */
async function hashOf(vector: Float32Array, sha256: Sha256): Promise<string> {
  return itemId(await sha256(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)));
}

function toItem({ id: _id, name, title, licence, ...facts }: GivenPicture, id: string, row: number): Item {
  const text = { name: name ?? `row ${row}`, title: title ?? null, licence: licence ?? null };
  return { id, ...text, ...facts, thumbnail: null, preview: null };
}

/** Write `vector` to `unit`, scaled to unit norm; true where it was not of unit norm before. */
function writeUnit(vector: Float32Array, unit: Float32Array, row: number): boolean {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const norm = Math.sqrt(sum);
  if (!(norm > 0)) {
    throw new AfterimageError(
      'npy-invalid',
      `Row ${row} (counted from 0) is a vector of zeros, which has no direction.`,
    );
  }
  for (let i = 0; i < vector.length; i++) unit[i] = (vector[i] as number) / norm;
  return Math.abs(norm - 1) > NORM_TOLERANCE;
}
