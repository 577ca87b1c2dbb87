import { seededRandom } from '../../../src/engine/numeric/testing-vectors.ts';

/** Choices that are the same for the same seed. */
export interface Chance {
  /** From 0 to `below`, without it. */
  whole(below: number): number;
  /** True in this share of calls. */
  happens(share: number): boolean;
  /** @param list not empty */
  pick<T>(list: readonly T[]): T;
  /** One of a list in which each has a weight. @param list not empty */
  weighed<T extends { readonly weight: number }>(list: readonly T[]): T;
}

/** Choices of one file: those of no other file change them. */
export function createChance(seed: number, file: number): Chance {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) + Math.imul(file, 0x85ebca6b));
  const whole = (below: number) => Math.floor(random() * below);
  const pick = <T>(list: readonly T[]) => list[whole(list.length)] as T;
  return {
    whole,
    pick,
    happens: (share) => random() < share,
    weighed(list) {
      let left = random() * list.reduce((sum, { weight }) => sum + weight, 0);
      for (const one of list) {
        left -= one.weight;
        if (left < 0) return one;
      }
      return pick(list);
    },
  };
}
