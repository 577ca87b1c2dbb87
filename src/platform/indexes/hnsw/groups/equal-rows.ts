import type { Steps } from '../../../../engine/async/steps.ts';
import type { StoredVectors } from '../../../../engine/collection/vectors/stored-vectors.ts';
import { GROUPS } from '../../../../engine/index/quantised/quantise.ts';

/** For each row the row that it is listed behind; −1 where it is a node of its own. A row that others are behind is a node. */
export type Behind = Int32Array;

/** Rows of a step, some milliseconds. */
const CHUNK = 4096;

/** The numbers that make up the rows of some vectors, so many a row; equal rows have equal ones. */
interface Column {
  readonly values: Int8Array | Uint16Array | Uint32Array;
  readonly width: number;
}

/**
 * Each row that is stored as an earlier one is, behind the first of those. Time and memory grow with the number of rows,
 * whatever they hold: a row is compared with one other at most.
 */
export function* findEqualRows(vectors: StoredVectors): Steps<Behind> {
  const columns = columnsOf(vectors);
  const behind = new Int32Array(vectors.count).fill(-1);
  const firsts = new Map<number, number>();
  for (let row = 0; row < vectors.count; row++) {
    const key = keyOf(columns, row);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, row);
    else if (isEqual(columns, first, row)) behind[row] = first;
    if (row % CHUNK === 0) yield row / vectors.count;
  }
  return behind;
}

function columnsOf(vectors: StoredVectors): Column[] {
  const { dim } = vectors;
  if (vectors.encoding === 'f16') return [{ values: vectors.halves, width: dim }];
  if (vectors.encoding === 'f32') {
    const { buffer, byteOffset, length } = vectors.floats;
    return [{ values: new Uint32Array(buffer, byteOffset, length), width: dim }];
  }
  return [
    { values: vectors.scales, width: GROUPS },
    { values: vectors.codes, width: dim },
  ];
}

/** 53 bits of two sums that multiply and mix (as FNV-1a does): other rows hardly ever have the same. */
function keyOf(columns: readonly Column[], row: number): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (const { values, width } of columns) {
    for (let i = row * width; i < (row + 1) * width; i++) {
      const value = values[i] as number;
      a = Math.imul(a ^ value, 0x01000193);
      b = Math.imul((b << 5) ^ (b >>> 27) ^ value, 0x85ebca6b);
    }
  }
  a = Math.imul(a ^ (a >>> 15), 0xc2b2ae35);
  return ((a ^ (a >>> 16)) >>> 0) * 2 ** 21 + ((b ^ (b >>> 15)) >>> 11);
}

function isEqual(columns: readonly Column[], a: number, b: number): boolean {
  return columns.every(({ values, width }) => {
    for (let i = 0; i < width; i++) if (values[a * width + i] !== values[b * width + i]) return false;
    return true;
  });
}
