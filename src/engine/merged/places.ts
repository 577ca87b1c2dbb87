import { checkRow } from '../collection/items/items.ts';
import { type Bitset, createBitset } from '../index/bitset.ts';

/** One of several collections, and a row in it. */
export interface Place {
  readonly part: number;
  readonly row: number;
}

/** The rows of several collections as rows of one: first those of the first, then those of the second, and so on. */
export interface Places {
  /** Rows of all. */
  readonly count: number;
  /** @throws AfterimageError `internal` for a row that there is not */
  placeOf(row: number): Place;
  rowAt(place: Place): number;
  /** The bits of one part out of those of all. */
  sliceOf(bits: Bitset, part: number): Bitset;
}

/** @param parts of which only the last may get more rows later */
export function createPlaces(parts: readonly { readonly count: number }[]): Places {
  const starts: number[] = [];
  let start = 0;
  for (const { count } of parts) {
    starts.push(start);
    start += count;
  }
  const last = parts.length - 1;
  const startOf = (part: number) => starts[part] ?? 0;
  const count = () => startOf(last) + (parts[last]?.count ?? 0);
  return {
    get count() {
      return count();
    },
    placeOf(row) {
      checkRow(row, count());
      let part = last;
      while (part > 0 && startOf(part) > row) part--;
      return { part, row: row - startOf(part) };
    },
    rowAt: ({ part, row }) => startOf(part) + row,
    sliceOf: (bits, part) => sliceBits(bits, startOf(part), parts[part]?.count ?? 0),
  };
}

/** The bits `from` … `from + length − 1` as a bitset of their own. */
function sliceBits(bits: Bitset, from: number, length: number): Bitset {
  const slice = createBitset(length);
  const shift = from & 31;
  for (let i = 0; i < slice.length; i++) {
    const word = (from >>> 5) + i;
    const low = (bits[word] ?? 0) >>> shift;
    slice[i] = shift === 0 ? low : low | ((bits[word + 1] ?? 0) << (32 - shift));
  }
  const over = length & 31;
  if (over > 0) slice[slice.length - 1] = (slice[slice.length - 1] as number) & ((1 << over) - 1);
  return slice;
}
