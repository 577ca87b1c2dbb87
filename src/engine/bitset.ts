/** Bit r (bit r & 31 of word r >> 5) stands for row r; what lies beyond the words is not set. */
export type Bitset = Uint32Array;

/** A bitset with room for `length` rows, none set. */
export function createBitset(length: number): Bitset {
  return new Uint32Array((length + 31) >>> 5);
}

export function hasBit(bits: Bitset, row: number): boolean {
  return (((bits[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
}

/** Set the bit of a row that the bitset has room for. */
export function setBit(bits: Bitset, row: number): void {
  bits[row >>> 5] = (bits[row >>> 5] ?? 0) | (1 << (row & 31));
}
