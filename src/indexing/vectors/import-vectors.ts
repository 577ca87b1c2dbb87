import { DATE_SOURCE, type Item } from '../../engine/collection/types.ts';
import { createVectorStore, keptCentre, type StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { createMean } from '../../engine/index/quantised/quantise.ts';
import type { Rows } from '../cells/store-rows.ts';
import { withAdditions, withKnownAdditions } from '../collection/carry.ts';
import { type KnownRequest, withKind } from '../collection/description.ts';
import { countGone, readEarlier } from '../collection/earlier.ts';
import { countRemoved } from '../collection/ids.ts';
import { readPrevious, vectorsToKeep } from '../collection/known.ts';
import { lastState, noteOfUnreadable } from '../collection/last-state.ts';
import { type Published, publish } from '../collection/publish.ts';
import { publishCells } from '../collection/publish-cells.ts';
import { codeWidth, isCoded } from '../indexes/code-shape.ts';
import { partBytes } from '../pictures/index-pictures.ts';
import type { CollectionPorts, CollectionRequest, PublishedSummary } from '../request.ts';
import { createStopwatch, type Stopwatch } from '../steps/stopwatch.ts';
import { createGivenRows, type GivenFacts, type VectorSource } from './given-rows.ts';
import type { TableReport } from './table-report.ts';

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
  const known = withKind(count, request, ports);
  await ports.store.open();
  try {
    const identity = await ports.source.identity();
    const rows = createGivenRows(ports.source, { count, dim, identity }, ports.sha256);
    const work = { request: known, ports, stopwatch };
    const { found, published, removed } = await (known.index === 'cells' ? importCells : importWhole)(rows, work);
    const { manifest, unchanged, advice } = published;
    return {
      collection: manifest.name,
      ...{ count, dim, removed, unchanged, advice, index: manifest.index },
      ...{ copies: found.copies, normalised: found.normalised, tables: found.tables },
      bytes: { ...partBytes(manifest), pictures: 0 },
      seconds: (performance.now() - start) / 1000,
      milliseconds: stopwatch.timings,
    };
  } finally {
    await ports.store.close();
  }
}

interface ImportWork {
  readonly request: KnownRequest<ImportRequest>;
  readonly ports: ImportPorts;
  readonly stopwatch: Stopwatch;
}

interface Imported {
  readonly found: GivenFacts;
  readonly published: Published;
  /** Pictures of the last state that are gone. */
  readonly removed: number;
}

/** All of it in memory, as a graph or codes are made. */
async function importWhole(rows: Rows<GivenFacts>, { request, ports, stopwatch }: ImportWork): Promise<Imported> {
  const last = await lastState(request, ports, readPrevious);
  for (const message of noteOfUnreadable(last)) ports.onEvent({ type: 'note', message });
  const { previous } = last;
  const { items, vectors, ...found } = await stopwatch.time('read', () =>
    readContent(rows, vectorsToKeep(previous, request), request, ports),
  );
  const content = { items: withAdditions(items, previous, [DATE_SOURCE]), vectors, copies: found.copies };
  const published = await publish(content, { ...last, existing: new Map(), request, ports, stopwatch });
  return { found, published, removed: countRemoved(previous?.items, content.items) };
}

/** A few rows at a time. */
async function importCells(rows: Rows<GivenFacts>, { request, ports, stopwatch }: ImportWork): Promise<Imported> {
  const last = await lastState(request, ports, readEarlier);
  for (const message of noteOfUnreadable(last)) ports.onEvent({ type: 'note', message });
  const { previous } = last;
  const dressed: Rows<GivenFacts> = {
    ...rows,
    async *batches(signal) {
      const known = previous?.additions ?? new Map();
      for await (const batch of rows.batches(signal)) {
        yield { ...batch, items: withKnownAdditions(batch.items, known, [DATE_SOURCE]) };
      }
    },
  };
  const context = { ...last, existing: new Map(), request, ports, stopwatch };
  const { found, ids, ...published } = await publishCells({ rows: dressed, pictures: new Set() }, context);
  return { found, published, removed: previous ? countGone(previous, ids) : 0 };
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
  rows: Rows<GivenFacts>,
  before: StoredVectors | undefined,
  { encoding, signal }: ImportRequest,
  { onEvent }: ImportPorts,
) {
  const { count, dim } = rows;
  const passes = encoding === 'int8' ? 2 : 1;
  const progress = (done: number) => {
    signal.throwIfAborted();
    onEvent({ type: 'progress', task: 'Vectors', done, total: passes * count });
  };
  const mean = createMean(dim);
  let done = 0;
  if (passes === 2) {
    for await (const vectors of rows.vectors(signal)) {
      mean.add(vectors);
      done += vectors.length / dim;
      progress(done);
    }
  }
  const centre = passes === 2 ? (keptCentre(before, mean) ?? mean.mean()) : new Float32Array(dim);
  const store = allocating(count * dim, () => createVectorStore(encoding, count, dim, centre));
  const items: Item[] = [];
  for await (const batch of rows.batches(signal)) {
    store.put(items.length, batch.vectors);
    for (const item of batch.items) items.push(item);
    progress((passes - 1) * count + items.length);
  }
  return { items, vectors: store.stored, ...rows.found() };
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
