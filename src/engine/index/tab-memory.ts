import type { CollectionManifest } from '../collection/types.ts';
import { GROUPS } from './quantised/quantise.ts';

/** What the vectors or the codes of a collection may take in one piece: half of what WebAssembly can address. */
export const TAB_BYTES = 2 ** 31;

type Shape = Pick<CollectionManifest, 'count' | 'dim'> & {
  readonly quantiser: Pick<CollectionManifest['quantiser'], 'encoding'>;
};

/** Bytes that all vectors take in memory where any of them may be compared. */
export function heldBytes({ count, dim, quantiser: { encoding } }: Shape): number {
  if (encoding === 'f32') return count * 4 * dim;
  const [rowBytes, scaleBytes] = encoding === 'f16' ? [2 * dim, 2] : [dim, 2 * GROUPS];
  // Score, place in a list and share of a block's maximum besides.
  return count * (Math.ceil(rowBytes / 16) * 16 + scaleBytes + 9);
}

/** Bytes that all codes take in memory, with what a scan of them writes; those of single bits more above 512 dimensions. */
export function codesBytes({ count, dim }: Shape): number {
  return count * (Math.min(128, dim) / 2 + 7);
}
