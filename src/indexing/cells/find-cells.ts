import type { CellShape } from '../../engine/index/cells/head.ts';
import {
  type Clusters,
  findClusters,
  growTree,
  planClusters,
  samplePieces,
  sortByCluster,
} from '../../engine/index/codes/cluster.ts';
import { type Code, codeBytes } from '../../engine/index/codes/code.ts';
import { inRows, type OnProgress, pointsOf } from '../indexes/make-codes.ts';
import type { WorkFolder } from '../ports.ts';
import { runSteps } from '../steps/run-steps.ts';
import { createBalancer, type RowGroup } from './balance-cells.ts';
import { FILES as CODE_FILES } from './code-rows.ts';
import { createAppender, reading, readNumbers, readRows, writeNumbers, writing } from './row-files.ts';
import { type OrderedRows, readScattered, scatterRows } from './scatter.ts';

export const FILES = {
  clusters: 'clusters',
  scattered: 'codes-by-cluster',
  order: 'order',
  cellCodes: 'cell-codes',
  sizes: 'cell-sizes',
  shapes: 'cell-shapes',
} as const;

/** Rows at a time. */
const CHUNK_ROWS = 1024;
/** A cluster of more rows, of which there are some only where pictures are all alike, is taken for several. */
const MOST_ROWS = 2 ** 16;

interface FindCellsOptions {
  readonly count: number;
  readonly code: Code;
  /** Rows of a cell, about. */
  readonly cellRows: number;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Write of each row which cluster it belongs to. @returns how many there are */
export async function clusterRows(
  folder: WorkFolder,
  options: FindCellsOptions,
): Promise<{ readonly clusters: number }> {
  const { count, code, cellRows, onProgress, signal } = options;
  const size = codeBytes(code);
  const plan = planClusters(count, cellRows);
  return reading(folder, CODE_FILES.codes, async (codes) => {
    const sample = new Float32Array(plan.sampleRows * code.width);
    let at = 0;
    for (const { from, length } of samplePieces(count, plan.sampleRows)) {
      const bytes = await codes.read(from * size, length * size);
      pointsOf(bytes, code)(0, length, sample.subarray(at, at + length * code.width));
      at += length * code.width;
    }
    const growing = growTree(sample, code.width, plan);
    const tree = await runSteps(growing, signal, inRows(onProgress, 'Learning cells', plan.sampleRows));
    const clusters = new Uint32Array(count);
    const points = new Float32Array(CHUNK_ROWS * code.width);
    for await (const { first, rows, bytes } of readRows(codes, count, size, CHUNK_ROWS)) {
      signal.throwIfAborted();
      pointsOf(bytes, code)(0, rows, points);
      findClusters(tree, points, clusters.subarray(first, first + rows));
      onProgress('Cells', first + rows, count);
    }
    await writeNumbers(folder, FILES.clusters, clusters);
    return { clusters: tree.clusters };
  });
}

/** Make cells of the clusters: write the order of rows, their codes in that order, and what cells are like. @returns how many there are */
export async function shapeCells(
  folder: WorkFolder,
  clusters: number,
  options: FindCellsOptions,
): Promise<{ readonly cells: number }> {
  const { count, code, cellRows, onProgress, signal } = options;
  const found = sortByCluster(await readNumbers(folder, FILES.clusters, count), clusters);
  const scattered = { order: found.order, sizes: codeBytes(code) };
  await reading(folder, CODE_FILES.codes, (from) =>
    writing(folder, FILES.scattered, (to) =>
      scatterRows(from, to, scattered, (rows) => {
        signal.throwIfAborted();
        onProgress('Cell members', rows, count);
      }),
    ),
  );
  const order = new Uint32Array(count);
  const sizes: number[] = [];
  await reading(folder, FILES.scattered, (from) =>
    writing(folder, FILES.cellCodes, (codeFile) =>
      writing(folder, FILES.shapes, async (shapeFile) => {
        const [codes, shapes] = [createAppender(codeFile), createAppender(shapeFile)];
        let done = 0;
        for await (const cell of cellsOf(found, readScattered(from, scattered), code, cellRows)) {
          signal.throwIfAborted();
          order.set(cell.rows, done);
          sizes.push(cell.rows.length);
          await codes.append(cell.codes);
          await shapes.append(bytesOf(shapeCell(cell.codes, code)));
          done += cell.rows.length;
          onProgress('Cell sizes', done, count);
        }
        await codes.flush();
        await shapes.flush();
      }),
    ),
  );
  await writeNumbers(folder, FILES.order, order);
  await writeNumbers(folder, FILES.sizes, Uint32Array.from(sizes));
  return { cells: sizes.length };
}

async function* cellsOf(
  { order, starts }: Clusters,
  codes: AsyncIterable<OrderedRows>,
  code: Code,
  cellRows: number,
): AsyncGenerator<RowGroup> {
  const balancer = createBalancer(code, cellRows);
  let first = 0;
  for await (const own of inGroups(codes, groupSizes(starts), codeBytes(code))) {
    const rows = order.subarray(first, first + own.length / codeBytes(code));
    yield* balancer.add({ rows, codes: own });
    first += rows.length;
  }
  yield* balancer.end();
}

function* groupSizes(starts: Uint32Array): Generator<number> {
  for (let cluster = 0; cluster + 1 < starts.length; cluster++) {
    let left = (starts[cluster + 1] as number) - (starts[cluster] as number);
    for (; left > 0; left -= MOST_ROWS) yield Math.min(left, MOST_ROWS);
  }
}

/** So many rows at a time, joined, of rows that come some at a time. */
async function* inGroups(
  source: AsyncIterable<OrderedRows>,
  sizes: Iterable<number>,
  rowBytes: number,
): AsyncGenerator<Uint8Array> {
  const wanted = sizes[Symbol.iterator]();
  let group = new Uint8Array();
  let at = 0;
  for await (const { rows } of source) {
    for (const row of rows) {
      if (at === 0) group = new Uint8Array((wanted.next().value as number) * rowBytes); // as many rows in all
      group.set(row, at);
      at += rowBytes;
      if (at < group.length) continue;
      yield group;
      at = 0;
    }
  }
}

/** The middle of a cell's rows, and at last how far they lie from it in each component, root mean square. */
export function shapeCell(codes: Uint8Array, code: Code): Float32Array {
  const { width } = code;
  const count = codes.length / codeBytes(code);
  const points = new Float32Array(count * width);
  pointsOf(codes, code)(0, count, points);
  const shape = new Float32Array(width + 1);
  for (let i = 0; i < points.length; i++) {
    shape[i % width] = (shape[i % width] as number) + (points[i] as number) / count;
  }
  let squares = 0;
  for (let i = 0; i < points.length; i++) squares += ((points[i] as number) - (shape[i % width] as number)) ** 2;
  shape[width] = Math.sqrt(squares / points.length);
  return shape;
}

/** What `shapeCells` found. */
export async function readShapes(folder: WorkFolder, cells: number, width: number): Promise<CellShape> {
  const rows = await readNumbers(folder, FILES.sizes, cells);
  const [centroids, spreads] = [new Float32Array(cells * width), new Float32Array(cells)];
  await reading(folder, FILES.shapes, async (file) => {
    for await (const { first, bytes } of readRows(file, cells, 4 * (width + 1), CHUNK_ROWS)) {
      const values = new Float32Array(bytes.buffer);
      for (let i = 0, cell = first; i < values.length; i += width + 1, cell++) {
        centroids.set(values.subarray(i, i + width), cell * width);
        spreads[cell] = values[i + width] as number;
      }
    }
  });
  return { rows, centroids, spreads };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
