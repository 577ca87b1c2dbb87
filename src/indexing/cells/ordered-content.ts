/** Vectors, items and ids in the order of the cells. */
import type { Ids } from '../../engine/collection/items/ids.ts';
import type { OnProgress } from '../indexes/make-codes.ts';
import type { WorkFolder } from '../ports.ts';
import { reading, readNumbers, readRows, writing } from './row-files.ts';
import { readScattered, type Scattered, scatterRows } from './scatter.ts';
import { FILES as ROW_FILES, storedRowBytes, toBlock } from './store-rows.ts';

const FILES = { vectors: 'vectors-by-cell', items: 'items-by-cell' } as const;

interface ScatterOptions {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Bring the vectors and items that `storeRows` wrote into another order. */
export async function scatterContent(
  folder: WorkFolder,
  order: Uint32Array,
  dim: number,
  { onProgress, signal }: ScatterOptions,
): Promise<Record<string, never>> {
  const count = order.length;
  const scatter = (from: string, to: string, scattered: Scattered, before: number) =>
    reading(folder, from, (source) =>
      writing(folder, to, (target) =>
        scatterRows(source, target, scattered, (rows) => {
          signal.throwIfAborted();
          onProgress('Order', before + rows, 2 * count);
        }),
      ),
    );
  await scatter(ROW_FILES.vectors, FILES.vectors, { order, sizes: storedRowBytes(dim) }, 0);
  await scatter(ROW_FILES.items, FILES.items, { order, sizes: await lineSizes(folder, count) }, count);
  return {};
}

const lineSizes = (folder: WorkFolder, count: number) => readNumbers(folder, ROW_FILES.lines, count);

/** Blocks of vectors. */
export async function* orderedVectors(
  folder: WorkFolder,
  order: Uint32Array,
  dim: number,
  rowsPerBlock: number,
): AsyncGenerator<Uint8Array> {
  const file = await folder.open(FILES.vectors);
  try {
    let waiting: Uint8Array[] = [];
    for await (const { rows } of readScattered(file, { order, sizes: storedRowBytes(dim) })) {
      for (const row of rows) {
        waiting.push(row);
        if (waiting.length < rowsPerBlock) continue;
        yield toBlock(waiting, dim);
        waiting = [];
      }
    }
    if (waiting.length > 0) yield toBlock(waiting, dim);
  } finally {
    await file.close();
  }
}

export async function* orderedLines(folder: WorkFolder, order: Uint32Array): AsyncGenerator<Uint8Array> {
  const sizes = await lineSizes(folder, order.length);
  const file = await folder.open(FILES.items);
  try {
    for await (const { rows } of readScattered(file, { order, sizes })) yield* rows;
  } finally {
    await file.close();
  }
}

/** Ids at a time. */
const CHUNK_IDS = 2 ** 16;
const ID_BYTES = 8;
const HEX = 16;

/** As numbers, of which texts are made as they are asked for. */
export async function orderedIds(folder: WorkFolder, order: Uint32Array): Promise<Ids> {
  const given = new BigUint64Array(order.length);
  const bytes = new Uint8Array(given.buffer);
  await reading(folder, ROW_FILES.ids, async (file) => {
    for await (const { first, bytes: some } of readRows(file, order.length, ID_BYTES, CHUNK_IDS)) {
      bytes.set(some, first * ID_BYTES);
    }
  });
  return {
    length: order.length,
    *[Symbol.iterator]() {
      for (const row of order) yield (given[row] as bigint).toString(16).padStart(HEX, '0');
    },
  };
}
