import { type Steps, share } from '../async/steps.ts';
import { type Item, perceptualHashOf, signatureOf } from '../collection/types.ts';
import { compareMerits, type KeepReason, reasonsFor } from './keep-best.ts';
import { createNearHashes, MOST_BITS } from './near-hashes.ts';
import { type NearVectorsOptions, openNearVectors } from './near-vectors.ts';
import { type NearSignatures, openNearSignatures } from './signature/near-signatures.ts';

/** Copies of a picture, the best one first: all others are as near to that one as was asked for. */
export interface CopyGroup {
  /** Places in the list of items that was given; at least two. */
  readonly members: readonly number[];
  /** Why the first is the one to keep; what decided comes first. */
  readonly reasons: readonly KeepReason[];
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

export interface NearOptions {
  /** Likeness, 0 … 1. */
  readonly least: number;
  /** Makes signatures ready, or has done so; for callers who remember what was ready. */
  readonly open?: ((signatures: readonly (string | undefined)[]) => Steps<NearSignatures>) | undefined;
}

/** More signatures than this take more memory than a tab should. */
export const MOST_SIGNATURES = 60_000;

/** By so many bits perceptual hashes may differ for each part by which likeness may fall short of 1. */
const BITS_FOR_LIKENESS = 8 / 0.02;

/**
 * Pictures that look the same, by their signatures; where one of two has none, by their perceptual hashes. Those that have
 * neither are in no group.
 */
export function* groupNear(
  items: readonly Item[],
  { least, open = openNearSignatures }: NearOptions,
): Steps<CopyGroup[]> {
  const order = byMerit(items);
  const isTooMuch = items.length > MOST_SIGNATURES;
  const signatures = Array.from(order, (index) => (isTooMuch ? undefined : signatureOf(items[index] as Item)));
  const near = yield* share(open(signatures), 0, 0.5);
  const hashes = Array.from(order, (index) => perceptualHashOf(items[index] as Item));
  const taken = new Uint8Array(order.length);
  const byHash = takeByHash(hashes, bitsFor(least), near.has);
  const take = (index: number) => {
    const alike = near.near(index, least, (other) => taken[other] === 0);
    const members = [...new Set([index, ...alike, ...byHash(index).filter((other) => taken[other] === 0)])];
    for (const member of members) taken[member] = 1;
    return members.sort((a, b) => a - b);
  };
  return yield* share(group(items, order, take), 0.5, 1);
}

function bitsFor(least: number): number {
  return Math.max(0, Math.min(MOST_BITS, Math.round((1 - least) * BITS_FOR_LIKENESS)));
}

/** Pictures near to one by hash, where one of the two has no signature. */
function takeByHash(
  hashes: readonly (string | undefined)[],
  most: number,
  hasSignature: (index: number) => boolean,
): Take {
  const isBare = (index: number) => hashes[index] !== undefined && !hasSignature(index);
  if (!hashes.some((_, index) => isBare(index))) return () => [];
  const all = createNearHashes(hashes, most);
  const bare = createNearHashes(hashes, most, isBare);
  return (index) => (hasSignature(index) ? bare : all).take(index);
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
  return { members, reasons: reasonsFor(all[0] as Item, all) };
}
