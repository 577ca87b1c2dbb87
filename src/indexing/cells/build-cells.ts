/**
 * Cells of more rows than the memory holds: passes over files on disk, each of which can be gone on with after a kill
 * (passes.ts). Memory is taken for the sample that clusters are learnt from, for what is on its way to and from the disk, and
 * some 20 bytes a row. The same rows give the same bytes, whether the build was interrupted or not.
 */
import { fingerprintOf } from '../../engine/collection/fingerprint.ts';
import type { StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import type { WrittenCells, WrittenItems, WrittenVectors } from '../../engine/collection/writer.ts';
import { type Code, codeBytes } from '../../engine/index/codes/code.ts';
import { drawRows } from '../../engine/search/cutoff.ts';
import type { OnProgress } from '../indexes/make-codes.ts';
import type { WorkFolder } from '../ports.ts';
import { FILES as CODE_FILES, codeRows, readCode } from './code-rows.ts';
import { FILES as CELL_FILES, clusterRows, readShapes, shapeCells } from './find-cells.ts';
import { orderedIds, orderedLines, orderedVectors, scatterContent } from './ordered-content.ts';
import { openPasses } from './passes.ts';
import { reading, readNumbers } from './row-files.ts';
import { FILES as ROW_FILES, type Rows, storeRows } from './store-rows.ts';

/** Raise it when passes come to write other bytes, or when what they write down changes. */
const RECIPE = 2;
/** Rows of a cell, about: 16 KiB of codes, one request. */
export const CELL_ROWS = 256;

export interface BuildCellsOptions {
  /** The manifest's `model.sha256`. */
  readonly model: string;
  /** What the collection held until now, whose centre is kept where it suits. */
  readonly before?: StoredVectors | undefined;
  readonly onProgress: OnProgress;
  /** Told of the passes that an interrupted build had finished. */
  readonly onResumed?: (passes: readonly string[]) => void;
  readonly signal: AbortSignal;
  readonly cellRows?: number;
}

/** What a collection of cells is written from, for `encodeCollection`, as long as the folder is there. */
export interface BuiltCells<Found> {
  readonly items: WrittenItems;
  readonly vectors: WrittenVectors;
  readonly cells: WrittenCells;
  /** `order[place]` is the row that came there. */
  readonly order: Uint32Array;
  /** What was found out about the rows. */
  readonly found: Found;
}

/**
 * @throws AfterimageError `input-changed` where the folder holds a build of other rows; `usage` for vectors of fewer than 32
 *   dimensions; `not-writable`; what reading the rows throws; the signal's reason
 */
export async function buildCells<Found>(
  rows: Rows<Found>,
  folder: WorkFolder,
  { model, before, onProgress, onResumed, signal, cellRows = CELL_ROWS }: BuildCellsOptions,
): Promise<BuiltCells<Found>> {
  const { count, dim } = rows;
  const recipe = JSON.stringify({ recipe: RECIPE, cellRows });
  const passes = await openPasses(folder, { recipe, input: rows.identity });
  if (passes.before.length > 0) onResumed?.(passes.before);
  const drop = async (...names: readonly string[]) => {
    for (const name of names) await folder.remove(name);
  };
  const steps = { count, onProgress, signal };
  const stored = await passes.run('vectors', () => storeRows(rows, folder, { before, ...steps }));
  const centre = Float32Array.from(stored.centre);
  const { width } = await passes.run('codes', () => codeRows(folder, { centre, ...steps }));
  const code = await readCode(folder, dim, width);
  const cellSteps = { code, cellRows, ...steps };
  const { clusters } = await passes.run('clusters', () => clusterRows(folder, cellSteps));
  const { cells } = await passes.run('cells', () => shapeCells(folder, clusters, cellSteps));
  await drop(CODE_FILES.codes, CELL_FILES.clusters, CELL_FILES.scattered);
  const order = await readNumbers(folder, CELL_FILES.order, count);
  await passes.run('order', () => scatterContent(folder, order, dim, steps));
  await drop(ROW_FILES.vectors, ROW_FILES.items);
  const ids = await orderedIds(folder, order);
  const shape = await readShapes(folder, cells, width);
  return {
    items: {
      length: count,
      ids,
      fingerprint: await fingerprintOf(model, ids, folder.hash),
      lines: () => orderedLines(folder, order),
    },
    vectors: {
      ...{ encoding: 'int8', count, dim, centre },
      blocks: (rowsPerBlock) => orderedVectors(folder, order, dim, rowsPerBlock),
    },
    cells: {
      ...{ shape, code, sample: await sampleCodes(folder, count, code) },
      codes: () => codesByCell(folder, shape.rows, code),
    },
    order,
    found: stored.found,
  };
}

async function sampleCodes(folder: WorkFolder, count: number, code: Code): Promise<Uint8Array> {
  const size = codeBytes(code);
  const drawn = drawRows(count);
  const sample = new Uint8Array(drawn.length * size);
  await reading(folder, CELL_FILES.cellCodes, async (file) => {
    for (const [i, row] of drawn.entries()) sample.set(await file.read(row * size, size), i * size);
  });
  return sample;
}

/** Cells at a time. */
const CHUNK_CELLS = 64;

async function* codesByCell(folder: WorkFolder, rows: Uint32Array, code: Code): AsyncGenerator<Uint8Array> {
  const size = codeBytes(code);
  const file = await folder.open(CELL_FILES.cellCodes);
  try {
    let at = 0;
    for (let cell = 0; cell < rows.length; cell += CHUNK_CELLS) {
      const some = rows.subarray(cell, cell + CHUNK_CELLS);
      const bytes = await file.read(at, size * some.reduce((sum, one) => sum + one, 0));
      let within = 0;
      for (const own of some) {
        yield bytes.subarray(within, within + own * size);
        within += own * size;
      }
      at += bytes.length;
    }
  } finally {
    await file.close();
  }
}
