import { DATE_SOURCE, type Item } from '../../engine/collection/types.ts';
import { createVectorStore, keptCentre, type StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { createMean, type Mean } from '../../engine/index/quantised/quantise.ts';
import type { Sha256 } from '../../engine/ports.ts';
import { withAdditions } from '../collection/carry.ts';
import { withDateSource } from '../collection/dates.ts';
import { createIds, itemId } from '../collection/ids.ts';
import { vectorsToKeep } from '../collection/known.ts';
import { lastState, noteOfUnreadable } from '../collection/last-state.ts';
import { publish } from '../collection/publish.ts';
import { codeWidth, isCoded } from '../indexes/code-shape.ts';
import { countRemoved, partBytes } from '../pictures/index-pictures.ts';
import type { CollectionPorts, CollectionRequest, PublishedSummary } from '../request.ts';
import { createStopwatch } from '../steps/stopwatch.ts';
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
  /** All rows in order, some at a time, as often as they are asked for. @throws AfterimageError `npy-invalid` */
  vectors(signal: AbortSignal): AsyncIterable<Float32Array>;
  /** With what is known of them. @throws AfterimageError `npy-invalid`, `metadata-invalid` */
  batches(signal: AbortSignal): AsyncIterable<GivenRows>;
  /** What was understood of the tables, once all batches are read; null: there are none. */
  tables(): TableReport | null;
}

export interface ImportRequest extends CollectionRequest {
  /** More rows than this are refused before any is read. */
  readonly maxPictures: number;
}

export interface ImportPorts extends CollectionPorts {
  readonly source: VectorSource;
}

export interface ImportSummary extends PublishedSummary {
  readonly dim: number;
  /** Rows that were not of unit norm and were scaled to it. */
  readonly normalised: number;
  /** What was understood of the tables that came with the vectors; null: there were none. */
  readonly tables: TableReport | null;
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
    const last = await lastState(request, ports);
    for (const message of noteOfUnreadable(last)) ports.onEvent({ type: 'note', message });
    const { previous } = last;
    const { items, ...rest } = await stopwatch.time('read', () =>
      readContent(count, vectorsToKeep(previous, request), request, ports),
    );
    const content = { items: withAdditions(items, previous, [DATE_SOURCE]), ...rest };
    const context = { ...last, existing: new Map(), request, ports, stopwatch };
    const { manifest, unchanged, advice } = await publish(content, context);
    return {
      collection: manifest.name,
      count,
      dim,
      copies: content.copies,
      removed: countRemoved(previous, content.items),
      normalised: content.normalised,
      tables: ports.source.tables(),
      unchanged,
      index: manifest.index,
      advice,
      bytes: { ...partBytes(manifest), pictures: 0 },
      seconds: (performance.now() - start) / 1000,
      milliseconds: stopwatch.timings,
    };
  } finally {
    await ports.store.close();
  }
}

function checkSize(count: number, dim: number, { model, maxPictures, hnsw, index }: ImportRequest): void {
  if (dim !== model.dim) {
    throw new AfterimageError(
      'dimension-mismatch',
      `The vectors are of dimension ${dim}, those of the model ${model.id} of ${model.dim}.`,
    );
  }
  if (count === 0)
    throw new AfterimageError('nothing-to-index', 'There are no vectors to index: the arrays have no rows.');
  if (isCoded(index)) codeWidth(dim);
  if (count <= maxPictures) return;
  throw new AfterimageError(
    'index-too-large',
    `${count} vectors are more than the ${maxPictures} that an HNSW graph of dimension ${dim} with M = ${hnsw.M} can hold ` +
      '(2 GiB of memory).',
  );
}

/** Vectors are stored as they come: with int8 they come twice, because what they are stored around has to be known first. */
async function readContent(
  count: number,
  before: StoredVectors | undefined,
  { model: { dim }, encoding, signal }: ImportRequest,
  { source, sha256, onEvent }: ImportPorts,
) {
  const passes = encoding === 'int8' ? 2 : 1;
  const progress = (rows: number) => {
    signal.throwIfAborted();
    onEvent({ type: 'progress', task: 'Vectors', done: rows, total: passes * count });
  };
  const mean = passes === 2 ? await readMean(source, dim, progress, signal) : undefined;
  const centre = mean ? (keptCentre(before, mean) ?? mean.mean()) : new Float32Array(dim);
  const store = allocating(count * dim, () => createVectorStore(encoding, count, dim, centre));
  const items: Item[] = [];
  const ids = createIds(sha256);
  let normalised = 0;
  for await (const { vectors: given, pictures } of source.batches(signal)) {
    const { unit, scaled } = toUnit(given, dim, items.length);
    store.put(items.length, unit);
    normalised += scaled;
    for (const [i, picture] of pictures.entries()) {
      const id = await ids.of(picture.id ?? (await hashOf(given.subarray(i * dim, (i + 1) * dim), sha256)));
      items.push(toItem(picture, id, items.length));
    }
    progress((passes - 1) * count + items.length);
  }
  return { items, vectors: store.stored, copies: ids.copies(), normalised };
}

async function readMean(
  source: VectorSource,
  dim: number,
  progress: (rows: number) => void,
  signal: AbortSignal,
): Promise<Mean> {
  const mean = createMean(dim);
  let rows = 0;
  for await (const vectors of source.vectors(signal)) {
    mean.add(toUnit(vectors, dim, rows).unit);
    rows += vectors.length / dim;
    progress(rows);
  }
  return mean;
}

/** @throws AfterimageError `collection-too-large` */
export function allocateVectors(length: number): Float32Array {
  return allocating(length, () => new Float32Array(length));
}

function allocating<T>(length: number, allocate: () => T): T {
  try {
    return allocate();
  } catch {
    throw new AfterimageError('collection-too-large', `There is not enough memory here for ${length} numbers.`);
  }
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
