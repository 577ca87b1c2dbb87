import { encodeItem } from '../../engine/collection/items/items.ts';
import { canonicalJson } from '../../engine/collection/manifest.ts';
import type { CollectionManifest, Item } from '../../engine/collection/types.ts';
import { type StoredVectors, vectorOf } from '../../engine/collection/vectors/stored-vectors.ts';
import { type EncodedPart, encodeCollection } from '../../engine/collection/writer.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { buildCells } from '../cells/build-cells.ts';
import type { RowBatch, Rows } from '../cells/store-rows.ts';
import { cellAdvice } from '../indexes/code-shape.ts';
import { ROWS_PER_CODED_BLOCK } from '../indexes/make-codes.ts';
import type { CollectionStore } from '../ports.ts';
import { carryOver } from './carry.ts';
import { descriptionOf, type KnownRequest, pathsOf, picturePathsOf } from './description.ts';
import { type PreviousState, vectorsToKeep } from './known.ts';
import type { PublishContext, Published } from './publish.ts';

/** What a collection of cells is made of. */
export interface CellsContent<Found> {
  readonly rows: Rows<Found>;
  /** Paths of thumbnails and previews. */
  readonly pictures: ReadonlySet<string>;
}

export interface CellsContext extends Omit<PublishContext, 'previous' | 'request'> {
  readonly previous: Pick<PreviousState, 'collection' | 'vectors'> | undefined;
  readonly request: KnownRequest;
}

export interface PublishedCells<Found> extends Published {
  /** What was found out about the rows, in this run or in the one that was interrupted. */
  readonly found: Found;
  /** Of all pictures. */
  readonly ids: Iterable<string>;
}

/**
 * Build cells, and put the new state into place unless it is the old one. As much of it as was done when a run was interrupted
 * is not done again.
 * @throws AfterimageError `input-changed`, `usage` for other vectors than int8, `not-writable`
 */
export async function publishCells<Found>(
  { rows, pictures }: CellsContent<Found>,
  context: CellsContext,
): Promise<PublishedCells<Found>> {
  const { previous, carry, request, ports, stopwatch } = context;
  const { signal, model, encoding } = request;
  const { store, onEvent, sha256 } = ports;
  if (encoding !== 'int8') throw new AfterimageError('usage', 'Codes and cells go with --vectors int8.');
  const folder = await store.work();
  const built = await stopwatch.time('graph', () =>
    buildCells(rows, folder, {
      ...{ model: model.sha256, before: vectorsToKeep(previous, request), signal },
      onProgress: (task, done, total) => onEvent({ type: 'progress', task, done, total }),
      onResumed: (passes) =>
        onEvent({
          type: 'note',
          message: `Continuing a build that was interrupted: it has made ${passes.join(', ')}.`,
        }),
    }),
  );
  const { fingerprint } = built.items;
  const before = carry ?? previous?.collection;
  const others = await carryOver(before, { fingerprint, model, dim: model.dim }, signal, ports);
  const { items, vectors, cells } = built;
  const description = descriptionOf(rows.count, pictures, context);
  const content = { ...description, items, vectors, cells, others, rowsPerBlock: ROWS_PER_CODED_BLOCK, sha256 };
  const made = await stopwatch.time('write', () => writeParts(encodeCollection(content), store, signal));
  const last = previous?.collection.manifest;
  const unchanged = last !== undefined && isSame(last, made);
  const manifest = unchanged ? last : made;
  if (!unchanged) await store.commit(manifest);
  signal.throwIfAborted();
  await store.register(manifest);
  await store.clean(pathsOf(pictures, manifest));
  await folder.removeAll();
  return { manifest, unchanged, advice: cellAdvice(cells.code), found: built.found, ids: items.ids };
}

/** Whether two states differ in nothing but their date. */
function isSame(a: CollectionManifest, b: CollectionManifest): boolean {
  const content = ({ created: _created, sha256: _sha256, ...rest }: CollectionManifest) => canonicalJson(rest);
  return content(a) === content(b);
}

/** Write all parts. @returns the manifest that goes with them */
export async function writeParts(
  parts: AsyncGenerator<EncodedPart, CollectionManifest>,
  store: Pick<CollectionStore, 'writePart'>,
  signal: AbortSignal,
): Promise<CollectionManifest> {
  let step = await parts.next();
  for (; !step.done; step = await parts.next()) {
    signal.throwIfAborted();
    await store.writePart(step.value);
  }
  return step.value;
}

/** Rows at a time. */
const CHUNK_ROWS = 256;

/** Of what is in memory already. */
export async function cellsContentOf(
  { items, vectors }: { readonly items: readonly Item[]; readonly vectors: Float32Array | StoredVectors },
  { request, ports }: Pick<CellsContext, 'request' | 'ports'>,
): Promise<CellsContent<null>> {
  const { dim } = request.model;
  const rowsOf = (first: number) => {
    const last = Math.min(items.length, first + CHUNK_ROWS);
    if (!('encoding' in vectors)) return vectors.subarray(first * dim, last * dim);
    const rows = new Float32Array((last - first) * dim);
    for (let row = first; row < last; row++) rows.set(vectorOf(vectors, row), (row - first) * dim);
    return rows;
  };
  function* batches(): Generator<RowBatch & { readonly rows: number }> {
    for (let first = 0; first < items.length; first += CHUNK_ROWS) {
      yield { rows: first, vectors: rowsOf(first), items: items.slice(first, first + CHUNK_ROWS) };
    }
  }
  function* bytes(): Generator<Uint8Array> {
    for (const { rows, vectors: some, items: own } of batches()) {
      yield new Uint8Array(some.buffer, some.byteOffset, some.byteLength);
      for (const [i, item] of own.entries()) yield encodeItem(item, rows + i);
    }
  }
  const folder = await ports.store.work();
  const rows: Rows<null> = {
    count: items.length,
    dim,
    identity: await folder.hash(bytes()),
    async *vectors() {
      for (const batch of batches()) yield batch.vectors;
    },
    async *batches() {
      yield* batches();
    },
    found: () => null,
  };
  return { rows, pictures: picturePathsOf(items) };
}
