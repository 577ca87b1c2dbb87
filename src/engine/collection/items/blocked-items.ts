import { createPromiseCache } from '../../async/cached/promise-cache.ts';
import type { Block, BlockKind, BlockTable } from '../sections/block-table.ts';
import { prefixOf, rowsIn } from './ids.ts';
import { checkRow, createItemLines, type ItemLines, type ItemStore } from './items.ts';

/** Blocks that stay at hand: 8 MiB, some 25,000 items. */
const KEPT_BLOCKS = 64;
const ID = /^[0-9a-f]{16}$/;

/** Reads and verifies a block. */
export type ReadBlock = (kind: BlockKind, block: Block) => Promise<Uint8Array>;

/** Items of which only the blocks that are looked at are read. */
export function createBlockedItems({ items, ids }: BlockTable, count: number, read: ReadBlock): ItemStore {
  const lines = createPromiseCache<ItemLines>(KEPT_BLOCKS);
  const idBlocks = createPromiseCache<Uint8Array>(KEPT_BLOCKS);

  const linesAt = (place: number): Promise<ItemLines> => {
    const block = items[place] as Block;
    const rows = (items[place + 1]?.first ?? count) - block.first;
    return lines.get(String(place), async () => createItemLines(await read('items', block), rows)).value;
  };

  const get = async (row: number) => {
    checkRow(row, count);
    const place = lastAtMost(items, row);
    return (await linesAt(place)).get(row - (items[place] as Block).first);
  };

  return {
    count,
    get,
    async rowOf(id) {
      if (!ID.test(id)) return -1;
      const prefix = prefixOf(id);
      // Equal numbers may begin at the end of the block before the first that begins with them.
      for (let place = Math.max(0, lastAtMost(ids, prefix - 1)); (ids[place]?.first ?? Infinity) <= prefix; place++) {
        const block = ids[place] as Block;
        const bytes = await idBlocks.get(String(place), () => read('ids', block)).value;
        for (const row of rowsIn(bytes, prefix)) if ((await get(row)).id === id) return row;
      }
      return -1;
    },
  };
}

/** The last block that begins at `value` or before, or −1. */
function lastAtMost(blocks: readonly Block[], value: number): number {
  let low = 0;
  for (let high = blocks.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((blocks[middle] as Block).first <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
