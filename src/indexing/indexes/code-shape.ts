import { AfterimageError } from '../../engine/errors.ts';
import { GROUP, MAX_WIDTH, type Shape } from '../../engine/index/codes/code.ts';
import { heldBytes, TAB_BYTES } from '../../engine/index/tab-memory.ts';
import type { WantedIndex } from './choose-kind.ts';

/** Whether an index goes by codes of int8 vectors. */
export const isCoded = (index: WantedIndex): index is 'codes' | 'cells' => index === 'codes' || index === 'cells';

/** Components of codes at 4 bits, where the vectors have as many: 64 bytes a row. */
const WIDTH = 128;

/**
 * Share of the variance that these have to see. Where they see less, they miss some of the best of hundreds of thousands,
 * and a bit of every component does not: see "How much structure codes need" in docs/decisions/0002-first-pass-codes.md.
 */
export const LEAST_EXPLAINED = 0.8;

/**
 * How many components the codes of vectors have at 4 bits.
 * @throws AfterimageError `usage` for fewer than 32 dimensions
 */
export function codeWidth(dim: number): number {
  const width = Math.min(WIDTH, wholeGroups(dim));
  if (width > 0) return width;
  throw new AfterimageError('usage', `Vectors of ${dim} dimensions are too short for codes. Take --index exact.`);
}

/**
 * A few components at 4 bits for vectors that vary in few directions, a bit of all of them for those that vary in all.
 * @param explained share of the variance that so many components see
 * @throws AfterimageError `usage` for fewer than 32 dimensions
 */
export function codeShape(dim: number, explained: (width: number) => number): Shape {
  const width = codeWidth(dim);
  return explained(width) >= LEAST_EXPLAINED
    ? { width, bits: 4 }
    : { width: Math.min(MAX_WIDTH, wholeGroups(dim)), bits: 1 };
}

/**
 * Single bits need the vectors of thousands of candidates, which a page holds or has to fetch for each query.
 * @returns one line for people where they are too many to be held; else null
 */
export function codeAdvice({ bits }: Shape, { count, dim }: { count: number; dim: number }): string | null {
  if (bits !== 1 || heldBytes({ count, dim, quantiser: { encoding: 'int8' } }) <= TAB_BYTES) return null;
  return `These vectors differ in all directions alike, and ${count.toLocaleString('en')} of them are more than a tab can hold: searches will miss many of the best pictures. Divide the collection.`;
}

/**
 * Vectors without structure have no cells to speak of: what is near a query lies in all of them.
 * @returns one line for people where that is so; else null
 */
export function cellAdvice({ bits }: Shape): string | null {
  if (bits !== 1) return null;
  return 'These vectors differ in all directions alike, so that no few cells hold what is near a query: searches will miss many of the best pictures. Take --index codes.';
}

const wholeGroups = (dim: number): number => dim - (dim % GROUP);
