import { encodeItem } from '../../engine/collection/items/items.ts';
import type { Item } from '../../engine/collection/types.ts';
import { keptCentre, type StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { findBadRow } from '../../engine/collection/vectors/vectors.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { createMean, dequantise, GROUPS, type Quantised, quantise } from '../../engine/index/quantised/quantise.ts';
import type { OnProgress } from '../indexes/make-codes.ts';
import type { WorkFile, WorkFolder } from '../ports.ts';
import { type Appender, createAppender, writing } from './row-files.ts';

/** Some rows of what a collection is made of. */
export interface RowBatch {
  /** Whose vectors these are: the first of rows that follow each other, or each row. */
  readonly rows: number | Uint32Array;
  /** Rows × dim, unit norm. */
  readonly vectors: Float32Array;
  /** As many items, by row from those of the batch before on, whichever rows the vectors are of. */
  readonly items: readonly Item[];
}

/** What a collection is made of, as often as it is asked for, a few rows at a time, and always the same. */
export interface Rows<Found> {
  readonly count: number;
  readonly dim: number;
  /** Changes with everything that the rows depend on. */
  readonly identity: string;
  /** In any order, but always in that one. Rows × dim, unit norm. */
  vectors(signal: AbortSignal): AsyncIterable<Float32Array>;
  batches(signal: AbortSignal): AsyncIterable<RowBatch>;
  /** What was found out about them, once all batches were read; what JSON can keep. */
  found(): Found;
}

export const FILES = { vectors: 'vectors', items: 'items', lines: 'lines', ids: 'ids' } as const;

export interface StoreRowsOptions {
  /** What the collection held until now, whose centre is kept where it suits. */
  readonly before: StoredVectors | undefined;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

export interface StoredRows<Found> {
  /** What the vectors are stored around. */
  readonly centre: readonly number[];
  readonly found: Found;
}

/** Of norms: float32 sums of int8 steps, where vectors were stored before. At few dimensions a step is a large part. */
const NORM_TOLERANCE = 0.05;

/** Bytes of a row: its scales, then its codes. */
export const storedRowBytes = (dim: number): number => 2 * GROUPS + dim;

/**
 * Write to files what a collection is made of: vectors in int8, the lines of items and how long each is, and ids.
 * @throws AfterimageError `collection-invalid` for an item that a reader would refuse, `embedding-invalid`, `not-writable`
 */
export async function storeRows<Found>(
  rows: Rows<Found>,
  folder: WorkFolder,
  { before, onProgress, signal }: StoreRowsOptions,
): Promise<StoredRows<Found>> {
  const { count, dim } = rows;
  const progress = (done: number) => {
    signal.throwIfAborted();
    onProgress('Vectors', done, 2 * count);
  };
  const mean = createMean(dim);
  let done = 0;
  for await (const vectors of rows.vectors(signal)) {
    const bad = findBadRow(vectors, dim, { tolerance: NORM_TOLERANCE });
    if (bad >= 0)
      throw new AfterimageError('embedding-invalid', `The vector of row ${done + bad} is not of unit norm.`);
    mean.add(vectors);
    done += vectors.length / dim;
    progress(done);
  }
  const centre = keptCentre(before, mean) ?? mean.mean();
  await writing(folder, FILES.vectors, (vectorFile) =>
    writing(folder, FILES.items, (items) =>
      writing(folder, FILES.lines, (lines) =>
        writing(folder, FILES.ids, async (ids) => {
          const take = createItemWriter(createAppender(items), createAppender(lines), createAppender(ids));
          for await (const batch of rows.batches(signal)) {
            await writeVectors(vectorFile, batch, centre);
            await take.add(batch.items);
            done += batch.vectors.length / dim;
            progress(done);
          }
          await take.flush();
        }),
      ),
    ),
  );
  return { centre: Array.from(centre), found: rows.found() };
}

async function writeVectors(file: WorkFile, { rows, vectors }: RowBatch, centre: Float32Array): Promise<void> {
  const dim = centre.length;
  const bytes = packRows(quantise(vectors, dim, centre), dim);
  const size = storedRowBytes(dim);
  if (typeof rows === 'number') return file.write(rows * size, bytes);
  for (const [i, row] of rows.entries()) await file.write(row * size, bytes.subarray(i * size, (i + 1) * size));
}

function createItemWriter(items: Appender, lines: Appender, ids: Appender) {
  let row = 0;
  return {
    async add(some: readonly Item[]): Promise<void> {
      for (const item of some) {
        const line = encodeItem(item, row++);
        await items.append(line);
        await lines.append(new Uint8Array(Uint32Array.of(line.length).buffer));
        await ids.append(new Uint8Array(BigUint64Array.of(BigInt(`0x${item.id}`)).buffer));
      }
    },
    async flush(): Promise<void> {
      for (const one of [items, lines, ids]) await one.flush();
    },
  };
}

function packRows({ codes, scales }: Quantised, dim: number): Uint8Array {
  const size = storedRowBytes(dim);
  const rows = codes.length / dim;
  const bytes = new Uint8Array(rows * size);
  const scaleBytes = new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength);
  for (let row = 0; row < rows; row++) {
    bytes.set(scaleBytes.subarray(2 * GROUPS * row, 2 * GROUPS * (row + 1)), row * size);
    bytes.set(new Uint8Array(codes.buffer, codes.byteOffset + row * dim, dim), row * size + 2 * GROUPS);
  }
  return bytes;
}

/** The vectors that stored rows stand for. */
export function unpackRows(bytes: Uint8Array, centre: Float32Array): Float32Array {
  const dim = centre.length;
  const size = storedRowBytes(dim);
  const rows = bytes.length / size;
  const [codes, scales] = [new Int8Array(rows * dim), new Uint16Array(rows * GROUPS)];
  const scaleBytes = new Uint8Array(scales.buffer);
  for (let row = 0; row < rows; row++) {
    const own = bytes.subarray(row * size, (row + 1) * size);
    scaleBytes.set(own.subarray(0, 2 * GROUPS), 2 * GROUPS * row);
    codes.set(own.subarray(2 * GROUPS), row * dim);
  }
  return dequantise({ codes, scales }, dim, centre);
}

/** Rows as a block of a collection has them: the scales of all, then the codes of all. */
export function toBlock(rows: readonly Uint8Array[], dim: number): Uint8Array {
  const block = new Uint8Array(rows.length * storedRowBytes(dim));
  const codesAt = rows.length * 2 * GROUPS;
  for (const [i, row] of rows.entries()) {
    block.set(row.subarray(0, 2 * GROUPS), i * 2 * GROUPS);
    block.set(row.subarray(2 * GROUPS), codesAt + i * dim);
  }
  return block;
}
