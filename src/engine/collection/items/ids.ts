/**
 * The section `ids`, by which the row of an id is found without reading all items: for each row the first eight hex
 * digits of its id as a number and the row (uint32 both), in ascending order.
 */
const ENTRY_BYTES = 8;

/** Of the items, by row. */
export type Ids = Iterable<string> & { readonly length: number };

/** Blocks of the section's body. `first` is the first number of a block. */
export function* encodeIdBlocks(
  ids: Ids,
  blockBytes: number,
): Generator<{ readonly first: number; readonly bytes: Uint8Array }> {
  // Number and row in one, so that the sort of typed arrays does, which takes no function and no memory.
  const entries = new BigUint64Array(ids.length);
  let row = 0;
  for (const id of ids) {
    entries[row] = (BigInt(prefixOf(id)) << 32n) | BigInt(row);
    row++;
  }
  entries.sort();
  const perBlock = Math.max(1, Math.floor(blockBytes / ENTRY_BYTES));
  for (let from = 0; from < entries.length; from += perBlock) {
    const some = entries.subarray(from, from + perBlock);
    const view = new DataView(new ArrayBuffer(some.length * ENTRY_BYTES));
    some.forEach((entry, i) => {
      view.setUint32(i * ENTRY_BYTES, Number(entry >> 32n), true);
      view.setUint32(i * ENTRY_BYTES + 4, Number(entry & 0xffffffffn), true);
    });
    yield { first: view.getUint32(0, true), bytes: new Uint8Array(view.buffer) };
  }
}

/** What an id is looked up by. */
export function prefixOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16);
}

/** The rows that a block lists under `prefix`, ascending. */
export function rowsIn(block: Uint8Array, prefix: number): number[] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const count = Math.floor(block.length / ENTRY_BYTES);
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >> 1;
    if (view.getUint32(middle * ENTRY_BYTES, true) < prefix) low = middle + 1;
    else high = middle;
  }
  const rows: number[] = [];
  for (let i = low; i < count && view.getUint32(i * ENTRY_BYTES, true) === prefix; i++) {
    rows.push(view.getUint32(i * ENTRY_BYTES + 4, true));
  }
  return rows;
}
