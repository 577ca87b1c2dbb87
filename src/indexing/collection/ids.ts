import type { Item } from '../../engine/collection/types.ts';
import type { Sha256 } from '../../engine/ports.ts';
import { createIdSet } from './id-set.ts';

const HEX = 16;

/** Where a picture of ours lies, relative to the collection's folder: named by its own content. */
export function picturePath(kind: 'thumbs' | 'previews', sha256: string, extension: string): string {
  return `${kind}/${sha256.slice(0, 2)}/${sha256.slice(0, HEX)}.${extension}`;
}

/** The id of a picture: the same under every name. */
export function itemId(sha256: string): string {
  return sha256.slice(0, HEX);
}

/** The id of the second, third … file with the same content. */
export async function copyId(id: string, copy: number, sha256: Sha256): Promise<string> {
  return itemId(await sha256(new TextEncoder().encode(`${id} copy ${copy}`)));
}

/**
 * Gives items their ids: those of the same content are items of their own. The number of the last copy is kept for each
 * content, so that each copy takes one hash, however many there are.
 */
export function createIds(sha256: Sha256) {
  const taken = createIdSet();
  const lastCopies = new Map<string, number>();
  let copies = 0;
  return {
    /** The id of the next item whose content has `id`. */
    async of(id: string): Promise<string> {
      let unique = id;
      while (taken.has(unique)) {
        const copy = (lastCopies.get(id) ?? 1) + 1;
        lastCopies.set(id, copy);
        unique = await copyId(id, copy, sha256);
      }
      if (unique !== id) copies++;
      taken.add(unique);
      return unique;
    },
    /** How many items had the content of an earlier one. */
    copies: () => copies,
  };
}

/** How many of the items that were there are not among those that there are now. */
export function countRemoved(before: Iterable<Pick<Item, 'id'>> = [], now: Iterable<Pick<Item, 'id'>>): number {
  const ids = createIdSet();
  for (const { id } of now) ids.add(id);
  let removed = 0;
  for (const { id } of before) if (!ids.has(id)) removed++;
  return removed;
}
