import type { Pair } from './learn-adapter.ts';

export interface Split {
  readonly learn: readonly Pair[];
  /** Of pictures that no pair of `learn` has. */
  readonly heldOut: readonly Pair[];
}

/** Which of `folds` a picture is in: the same on each machine and for each order of the pairs. */
export function foldOf({ id }: Pick<Pair, 'id'>, folds: number): number {
  let hash = 0x811c9dc5; // FNV-1a, 32 bits: ids of imported vectors and of copies are hashes too, but others' may be in a row
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  return (hash >>> 8) % folds;
}

/** All pictures of one fold held out. */
export function splitFold(pairs: readonly Pair[], fold: number, folds: number): Split {
  return {
    learn: pairs.filter((pair) => foldOf(pair, folds) !== fold),
    heldOut: pairs.filter((pair) => foldOf(pair, folds) === fold),
  };
}

const SLOTS = 2 ** 24;

/** Of each text `count` pictures learned from, in the order of a hash, and all others held out. */
export function splitByCount(pairs: readonly Pair[], count: number): Split {
  const order = [...pairs].sort((a, b) => foldOf(a, SLOTS) - foldOf(b, SLOTS) || (a.id < b.id ? -1 : 1));
  const taken = new Map<string, number>();
  const learn = order.filter(({ words }) => {
    const before = taken.get(words) ?? 0;
    taken.set(words, before + 1);
    return before < count;
  });
  const learned = new Set(learn.map(({ id }) => id));
  return { learn, heldOut: pairs.filter(({ id }) => !learned.has(id)) };
}
