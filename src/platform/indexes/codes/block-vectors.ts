import type { Block, BlockTable } from '../../../engine/collection/sections/block-table.ts';
import { vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import { decodeRows } from '../../../engine/collection/vectors/vector-blocks.ts';
import type { Quantised } from '../../../engine/index/quantised/quantise.ts';
import type { CodesParts } from './load-codes.ts';

/**
 * Reads int8 vectors from their blocks, each block once a call. Nothing is put where an index looks: arriving parts go by
 * what is there, and single rows are no reason for an index to forget others.
 * @returns the vectors of rows, in their order. It throws what reading a block throws.
 */
export function createBlockVectors(
  { manifest, readBlock }: Pick<CodesParts, 'manifest' | 'readBlock'>,
  table: BlockTable,
  centre: Float32Array,
): (rows: readonly number[]) => Promise<Float32Array[]> {
  const { dim, quantiser } = manifest;
  const [, ...blocks] = table.vectors; // the first holds no rows
  const read = async (place: number) =>
    decodeRows(await readBlock('vectors', blocks[place] as Block /* rows are of the collection */), manifest);

  return async (rows) => {
    const reading = new Map<number, Promise<Quantised>>();
    const vectors = rows.map(async (row) => {
      const place = Math.floor(row / quantiser.rowsPerBlock);
      const block = reading.get(place) ?? read(place);
      reading.set(place, block);
      const stored = { ...(await block), encoding: 'int8', count: quantiser.rowsPerBlock, dim, centre } as const;
      return vectorOf(stored, row % quantiser.rowsPerBlock);
    });
    return Promise.all(vectors);
  };
}
