import type { StoredPicture } from '../library-store.ts';

/** Pictures that were taken out while this worker lives, and can be put back or deleted from the disk. */
export interface Removals {
  add(pictures: readonly StoredPicture[]): number;
  /** None where there were none to take out; undefined where they cannot be put back from here. */
  get(removal: number): readonly StoredPicture[] | undefined;
  /** They can be put back no more. */
  forget(removal: number, keys?: ReadonlySet<number>): void;
}

export function createRemovals(): Removals {
  const removals = new Map<number, readonly StoredPicture[]>();
  let last = 0;
  const get = (removal: number) => removals.get(removal);
  return {
    add(pictures) {
      removals.set(++last, pictures);
      return last;
    },
    get,
    forget(removal, keys) {
      const left = keys ? (get(removal) ?? []).filter(({ key }) => !keys.has(key)) : [];
      if (left.length > 0) removals.set(removal, left);
      else removals.delete(removal);
    },
  };
}
