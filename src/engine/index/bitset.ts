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

/** Clear the bit of a row; what lies beyond the words stays not set. */
export function clearBit(bits: Bitset, row: number): void {
  if (row >>> 5 < bits.length) bits[row >>> 5] = (bits[row >>> 5] as number) & ~(1 << (row & 31));
}

/** How many bits are set. */
export function countBits(bits: Bitset): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    // As int32, which stays in a register. Sums of two, of four, of eight bits; the product adds the bytes up in the uppermost.
    const word = (bits[i] as number) | 0;
    const twos = (word - ((word >>> 1) & 0x55555555)) | 0;
    const fours = ((twos & 0x33333333) + ((twos >>> 2) & 0x33333333)) | 0;
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/**
 * Write the rows below `end` whose bit is set to `list`, ascending.
 * @returns how many, also of those that `list` has no room for; `most` + 1 where there are more than `most`
 */
export function listBits(bits: Bitset, list: Uint32Array, end: number, most = end): number {
  const words = Math.min(bits.length, Math.ceil(end / 32));
  let count = 0;
  for (let i = 0; i < words; i++) {
    let word = (bits[i] as number) | 0;
    if (i === words - 1 && end < words * 32) word &= (1 << (end & 31)) - 1;
    for (; word !== 0; word &= word - 1) {
      if (count > most) return count;
      list[count++] = 32 * i + 31 - Math.clz32(word & -word);
    }
  }
  return count;
}
