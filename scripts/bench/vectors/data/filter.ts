/** Bit r (bit r & 31 of word r >> 5) set: row r passes. */
export type Filter = Uint32Array<ArrayBuffer>;

/** About `permille` rows of a thousand, chosen by a hash: no pattern that an engine could make use of. */
export function createFilter(count: number, permille: number): Filter {
  const filter = new Uint32Array(Math.ceil(count / 32));
  for (let row = 0; row < count; row++) {
    if (hash(row) % 1000 < permille) filter[row >> 5] = ((filter[row >> 5] as number) | (1 << (row & 31))) >>> 0;
  }
  return filter;
}

export function passes(filter: Filter, row: number): boolean {
  return (((filter[row >> 5] ?? 0) >>> (row & 31)) & 1) === 1;
}

/** Rows that pass, ascending. */
export function passingRows(filter: Filter): number[] {
  return Array.from({ length: filter.length * 32 }, (_, row) => row).filter((row) => passes(filter, row));
}

/** The filter of places, where `order` says which row lies at each. */
export function filterPlaces(filter: Filter, order: Uint32Array): Filter {
  const places = new Uint32Array(filter.length);
  for (const [place, row] of order.entries()) {
    if (passes(filter, row)) places[place >> 5] = ((places[place >> 5] as number) | (1 << (place & 31))) >>> 0;
  }
  return places;
}

/** Mixes 32 bits (the finaliser of MurmurHash3). */
function hash(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
