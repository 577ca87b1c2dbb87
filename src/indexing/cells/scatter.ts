/**
 * Rows of a file in another order, in two walks over them whatever their number: each row goes to the bucket in which its
 * place lies, buckets are read one at a time, and are put in order in memory.
 */
import type { WorkFile } from '../ports.ts';
import { createAppender } from './row-files.ts';

/** Bytes of a row, or of each of them. */
export type Sizes = number | Uint32Array;

export interface Scattered {
  /** `order[place]` is the row that comes there. */
  readonly order: Uint32Array;
  readonly sizes: Sizes;
}

export interface ScatterLimits {
  /** Of a bucket, about: what is in memory when it is read. */
  readonly bucketBytes: number;
  /** Of all that is held back before it is written. */
  readonly heldBytes: number;
}

const LIMITS: ScatterLimits = { bucketBytes: 2 ** 26, heldBytes: 2 ** 27 };
/** Places of a bucket are whole blocks of vectors. */
const GRAIN = 1024;
/** Bytes that are read at a time. */
const CHUNK_BYTES = 2 ** 20;
const MOST_BUCKETS = 2 ** 16;

const sizeOf = (sizes: Sizes, row: number) => (typeof sizes === 'number' ? sizes : (sizes[row] as number));

/** How many places a bucket has. */
function bucketRows({ order, sizes }: Scattered, { bucketBytes }: ScatterLimits): number {
  const total = typeof sizes === 'number' ? sizes * order.length : sizes.reduce((sum, size) => sum + size, 0);
  const rows = (bucketBytes * order.length) / Math.max(1, total);
  return GRAIN * Math.max(1, Math.floor(rows / GRAIN), Math.ceil(order.length / GRAIN / MOST_BUCKETS));
}

/** Where each bucket begins in the file, and at last its end. */
function bucketStarts({ order, sizes }: Scattered, rows: number): number[] {
  const starts = [0];
  for (let from = 0; from < order.length; from += rows) {
    let bytes = 0;
    for (const row of order.subarray(from, from + rows)) bytes += sizeOf(sizes, row);
    starts.push((starts.at(-1) as number) + bytes);
  }
  return starts;
}

/**
 * Put the rows of a file into the buckets of another one.
 * @param each is told how many rows are done
 */
export async function scatterRows(
  from: WorkFile,
  to: WorkFile,
  scattered: Scattered,
  each: (rows: number) => void,
  limits: ScatterLimits = LIMITS,
): Promise<void> {
  const { order, sizes } = scattered;
  const rows = bucketRows(scattered, limits);
  const starts = bucketStarts(scattered, rows);
  const buckets = new Uint16Array(order.length);
  for (let place = 0; place < order.length; place++) buckets[order[place] as number] = Math.floor(place / rows);
  const bufferBytes = Math.floor(limits.heldBytes / starts.length);
  const appenders = starts.map((start) => createAppender(to, start, Math.min(CHUNK_BYTES, bufferBytes)));
  let [row, at] = [0, 0];
  while (row < order.length) {
    const { rows: many, bytes: length } = chunkFrom(row, order.length, sizes);
    const bytes = await from.read(at, length);
    let within = 0;
    for (const end = row + many; row < end; row++) {
      const size = sizeOf(sizes, row);
      const appender = appenders[buckets[row] as number];
      await appender?.append(bytes.subarray(within, within + size));
      within += size;
    }
    at += length;
    each(row);
  }
  for (const appender of appenders) await appender.flush();
}

/** As many rows as are read at a time. */
function chunkFrom(row: number, count: number, sizes: Sizes): { rows: number; bytes: number } {
  let [rows, bytes] = [0, 0];
  while (row + rows < count && (rows === 0 || bytes + sizeOf(sizes, row + rows) <= CHUNK_BYTES)) {
    bytes += sizeOf(sizes, row + rows);
    rows++;
  }
  return { rows, bytes };
}

/** The rows at some places that follow each other. */
export interface OrderedRows {
  /** Of the first of them. */
  readonly first: number;
  readonly rows: readonly Uint8Array[];
}

/** Read what `scatterRows` wrote, with the same limits, in the new order; a bucket at a time. */
export async function* readScattered(
  file: WorkFile,
  scattered: Scattered,
  limits: ScatterLimits = LIMITS,
): AsyncGenerator<OrderedRows> {
  const { order, sizes } = scattered;
  const rows = bucketRows(scattered, limits);
  const starts = bucketStarts(scattered, rows);
  for (let first = 0, bucket = 0; first < order.length; first += rows, bucket++) {
    const [start, end] = [starts[bucket] as number, starts[bucket + 1] as number];
    const bytes = await file.read(start, end - start);
    const own = order.subarray(first, first + rows);
    const ordered = new Array<Uint8Array>(own.length);
    let at = 0;
    for (const place of placesByRow(own)) {
      const size = sizeOf(sizes, own[place] as number);
      ordered[place] = bytes.subarray(at, at + size);
      at += size;
    }
    yield { first, rows: ordered };
  }
}

/** The places of a bucket in the order of their rows, in which the rows were written. */
function placesByRow(order: Uint32Array): number[] {
  const keys = Float64Array.from(order, (row, place) => row * order.length + place).sort();
  return Array.from(keys, (key) => key % order.length);
}
