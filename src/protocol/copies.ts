import type { KeepReason } from '../engine/similar/keep-best.ts';

export type { KeepReason };

/**
 * `exact`: of the same content. `near`: they look the same, by their signatures. `similar`: they show similar things,
 * by their embeddings.
 */
export type CopyKind = 'exact' | 'near' | 'similar';

export interface CopiesRequest {
  readonly kind: CopyKind;
  /** `near`: the least likeness, 0 … 1; `similar`: the least cosine; `exact`: nothing. */
  readonly threshold: number;
  /** Which pictures; undefined: all rows. */
  readonly rows: Uint32Array | undefined;
}

/** Pictures all of which are near to the first one, which is the one to keep. */
export interface FoundGroup {
  readonly rows: readonly number[];
  /** Of the items, in the same order. */
  readonly ids: readonly string[];
  /** Why the first is the one to keep; what decided comes first. */
  readonly reasons: readonly KeepReason[];
}

export interface FoundCopies {
  /** The largest first. */
  readonly groups: readonly FoundGroup[];
  /** How many pictures were looked at. */
  readonly pictures: number;
  /** How many of these have neither signature nor perceptual hash. */
  readonly unhashed: number;
  /** How many of these have a perceptual hash alone, by which less is found. */
  readonly hashedOnly: number;
}
