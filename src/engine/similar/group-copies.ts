import { type Steps, share } from '../async/steps.ts';
import { type Item, perceptualHashOf } from '../collection/types.ts';
import { compareMerits, type KeepReason, reasonFor } from './keep-best.ts';
import { createNearHashes } from './near-hashes.ts';
import { type NearVectorsOptions, openNearVectors } from './near-vectors.ts';

/** Copies of a picture, the best one first: all others are as near to that one as was asked for. */
export interface CopyGroup {
  /** Places in the list of items that was given; at least two. */
  readonly members: readonly number[];
  /** Why the first is the one to keep. */
  readonly reason: KeepReason;
}

/** Groups that are taken in one step. */
const GROUPS = 16;

/** Takes a picture and all that belong to it out of what is left. Pictures are numbered from the best one on. */
type Take = (index: number) => readonly number[];

/** Pictures of the same content: their files are equal, byte by byte, but for what names and dates of files say. */
export function* groupExact(items: readonly Item[]): Steps<CopyGroup[]> {
  const order = byMerit(items);
  const same = new Map<string, number[]>();
  order.forEach((index, place) => {
    const key = contentOf(items[index] as Item);
    const places = same.get(key);
    if (places) places.push(place);
    else same.set(key, [place]);
  });
  return yield* group(items, order, (place) => same.get(contentOf(items[order[place] as number] as Item)) ?? []);
}

/**
 * What two items of the same content have in common. Collections give the second one another id, but its thumbnail is the
 * same one, which is named by its content.
 */
function contentOf({ id, thumbnail, width, height, bytes }: Item): string {
  return thumbnail === null ? id : JSON.stringify([thumbnail.path, width, height, bytes]);
}

/**
 * Pictures that look the same: their perceptual hashes differ in at most `most` bits. Those without one are in no group.
 * @param most at most `MOST_BITS`
 */
export function* groupNear(items: readonly Item[], most: number): Steps<CopyGroup[]> {
  const order = byMerit(items);
  const hashes = Array.from(order, (index) => perceptualHashOf(items[index] as Item));
  return yield* group(items, order, createNearHashes(hashes, most).take);
}

/**
 * Pictures that show similar things: cosines of their embeddings are at least `least`.
 * @param vectors of the items, in their order, of unit norm
 * @throws AfterimageError `index-too-large`, `dimension-mismatch`
 */
export function* groupSimilar(
  items: readonly Item[],
  vectors: readonly Float32Array[],
  options: NearVectorsOptions,
): Steps<CopyGroup[]> {
  const order = byMerit(items);
  const opened = yield* share(openNearVectors(inOrder(vectors, order, options.dim), options), 0, 0.1);
  try {
    return yield* share(group(items, order, opened.take), 0.1, 1);
  } finally {
    opened.dispose();
  }
}

function inOrder(vectors: readonly Float32Array[], order: Uint32Array, dim: number): Float32Array {
  const flat = new Float32Array(order.length * dim);
  order.forEach((index, place) => {
    flat.set(vectors[index] as Float32Array, place * dim);
  });
  return flat;
}

/** Places of items, the one to keep first. */
function byMerit(items: readonly Item[]): Uint32Array {
  const places = Uint32Array.from(items, (_, i) => i);
  return places.sort((a, b) => compareMerits(items[a] as Item, items[b] as Item) || a - b);
}

/**
 * The best picture that is left takes those near to it, and so on (leader clustering). So all of a group are near to the one
 * that is kept; groups that are joined wherever two of their members are near (connected components) chain pictures together
 * that have nothing in common.
 */
function* group(items: readonly Item[], order: Uint32Array, take: Take): Steps<CopyGroup[]> {
  const groups: CopyGroup[] = [];
  const isTaken = new Uint8Array(order.length);
  let [left, steps] = [order.length, 0];
  for (let place = 0; place < order.length; place++) {
    if (isTaken[place] === 1) continue;
    const members = take(place);
    for (const member of members) isTaken[member] = 1;
    left -= members.length;
    if (members.length > 1)
      groups.push(
        toGroup(
          items,
          members.map((member) => order[member] as number),
        ),
      );
    // Later pictures are compared with fewer.
    if (++steps % GROUPS === 0) yield 1 - (left / order.length) ** 2;
  }
  return groups.sort((a, b) => b.members.length - a.members.length || (a.members[0] ?? 0) - (b.members[0] ?? 0));
}

function toGroup(items: readonly Item[], members: readonly number[]): CopyGroup {
  const all = members.map((member) => items[member] as Item);
  return { members, reason: reasonFor(all[0] as Item, all) };
}
