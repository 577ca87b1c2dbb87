import { heldBytes, TAB_BYTES } from '../engine/tab-memory.ts';

/**
 * Share of the variance that codes have to see. With 0.71 of it the codes engine has a recall@10 of 0.99 among 100,000
 * pictures of 512 dimensions and of 0.96 among 400,000; with 0.54 of it, of 0.94 among 100,000. See "How much structure
 * codes need" in scripts/bench/synthetic/CODES.md.
 */
export const LEAST_EXPLAINED = 0.7;

/** What becomes of a collection that was to be searched by codes. */
export interface Verdict {
  readonly index: 'codes' | 'exact';
  /** One line for people where it is not what was asked for, or not what was hoped for; else null. */
  readonly advice: string | null;
}

/**
 * Whether codes that see so much of the variance will do. Vectors without structure, of which every direction says as
 * much as any other, are compared one by one instead, as long as a tab can hold them.
 * @param explained 0 … 1, see `Trained`
 */
export function judgeCodes(explained: number, { count, dim }: { count: number; dim: number }): Verdict {
  if (explained >= LEAST_EXPLAINED) return { index: 'codes', advice: null };
  const share = `The codes would see ${Math.floor(100 * explained)} % of what tells these vectors apart, and ${100 * LEAST_EXPLAINED} % are needed`;
  if (heldBytes({ count, dim, quantiser: { encoding: 'int8' } }) <= TAB_BYTES) {
    return { index: 'exact', advice: `${share}: written for --index exact, which compares every picture.` };
  }
  return {
    index: 'codes',
    advice: `${share}: written with codes all the same, because ${count.toLocaleString('en')} pictures are too many to compare every one. Searches will miss some of the best ones.`,
  };
}
