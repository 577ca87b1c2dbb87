import type { CollectionManifest } from './collection/types.ts';

/** What the vectors or the codes of a collection may take in one piece: half of what WebAssembly can address. */
export const TAB_BYTES = 2 ** 31;

type Shape = Pick<CollectionManifest, 'count' | 'dim'> & {
  readonly quantiser: Pick<CollectionManifest['quantiser'], 'encoding'>;
};

/** Bytes that all vectors take in memory where any of them may be compared. */
export function heldBytes({ count, dim, quantiser: { encoding } }: Shape): number {
  // int8: scale, score, place in a list and share of a block's maximum besides; f16: as they are stored besides.
  return count * { int8: Math.ceil(dim / 16) * 16 + 13, f16: 6 * dim, f32: 4 * dim }[encoding];
}

/** Bytes that all codes take in memory, with what a scan of them writes. */
export function codesBytes({ count, dim }: Shape): number {
  return count * (Math.min(128, dim) / 2 + 7);
}
