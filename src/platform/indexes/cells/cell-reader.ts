import { createByteCache } from '../../../engine/async/cached/byte-cache.ts';
import type { Block, BlockKind } from '../../../engine/collection/sections/block-table.ts';
import { placeCells } from '../../../engine/collection/sections/cell-places.ts';
import type { CollectionManifest } from '../../../engine/collection/types.ts';
import { vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import { decodeRows } from '../../../engine/collection/vectors/vector-blocks.ts';
import type { HeldCells } from '../../../engine/index/cells/cells-index.ts';
import { type CellsHead, cellOf } from '../../../engine/index/cells/head.ts';
import { type Members, parseMembers } from '../../../engine/index/cells/members.ts';
import { codeBytes } from '../../../engine/index/codes/code.ts';
import type { Quantised } from '../../../engine/index/quantised/quantise.ts';
import type { ReadOptions } from '../../../engine/ports.ts';
import { createSharedReads } from '../../async/shared-reads.ts';

export interface CellReaderOptions {
  readonly manifest: CollectionManifest;
  readonly head: CellsHead;
  /** Of the int8 vectors. */
  readonly centre: Float32Array;
  readBlock(kind: BlockKind | 'members', block: Block, options?: ReadOptions): Promise<Uint8Array>;
  /** What is held of members, and of vectors, at most. */
  readonly memberBytes: number;
  readonly vectorBytes: number;
}

/** Reads cells and vectors of a collection, verified, and holds those that were used last. */
export interface CellReader extends HeldCells {
  /** Cells whose codes are held. */
  heldCells(): number[];
  readCell(cell: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The vector of a row of the collection. */
  readVector(row: number, signal?: AbortSignal): Promise<Float32Array>;
  dispose(): void;
}

/** @throws AfterimageError `part-corrupt` where the parts do not hold such cells */
export function createCellReader({ manifest, head, centre, readBlock, ...limits }: CellReaderOptions): CellReader {
  const { dim, quantiser } = manifest;
  const { rowsPerBlock } = quantiser;
  const places = placeCells(head, manifest);
  const cells = createByteCache<Members>(limits.memberBytes);
  const blocks = createByteCache<Quantised>(limits.vectorBytes);
  const [cellReads, blockReads] = [createSharedReads<Members>(), createSharedReads<Quantised>()];

  async function members(cell: number, signal?: AbortSignal): Promise<Members> {
    const held = cells.get(cell);
    if (held) return held;
    const read = async (shared: AbortSignal) => {
      const bytes = await readBlock('members', places.members(cell), { signal: shared });
      const [first, rows] = [head.firsts[cell] as number, head.rows[cell] as number];
      const parsed = parseMembers(bytes, { first, rows, rowsPerBlock, codeBytes: codeBytes(head.code) });
      cells.put(cell, parsed, bytes.length);
      return parsed;
    };
    return cellReads.get(cell, read, signal);
  }

  /** The block that a row lies in. */
  async function block(row: number, signal?: AbortSignal): Promise<Quantised> {
    const number = Math.floor(row / rowsPerBlock);
    const held = blocks.get(number);
    if (held) return held;
    const read = async (shared: AbortSignal) => {
      const known = await members(cellOf(head, row), shared);
      const bytes = await readBlock('vectors', places.vectors(number, known), { signal: shared });
      const rows = decodeRows(bytes, manifest);
      blocks.put(number, rows, bytes.length);
      return rows;
    };
    return blockReads.get(number, read, signal);
  }

  const rowOf = (rows: Quantised, row: number) =>
    vectorOf({ ...rows, encoding: 'int8', count: rowsPerBlock, dim, centre }, row % rowsPerBlock);

  return {
    codesOf: (cell) => cells.get(cell)?.codes,
    vectorOf(row) {
      const held = row < head.count ? blocks.get(Math.floor(row / rowsPerBlock)) : undefined;
      return held && rowOf(held, row);
    },
    heldCells: cells.keys,
    readCell: async (cell, signal) => (await members(cell, signal)).codes,
    readVector: async (row, signal) => rowOf(await block(row, signal), row),
    dispose() {
      cells.clear();
      blocks.clear();
    },
  };
}
