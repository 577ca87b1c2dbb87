/** How much of what is nearest the index of a collection finds: an extension of the manifest, named `recall`. */
import { member } from '../../formats/check.ts';
import { type CollectionManifest, INDEX_KINDS, type IndexKind } from '../types.ts';

export interface Recall {
  /** The index that was measured. Another one than the manifest's where that was taken in its place. */
  readonly index: IndexKind;
  /** Share of the ten nearest pictures that it finds, from 0 to 1; one as near as the tenth counts as found. */
  readonly found: number;
  /** How many queries it was asked. */
  readonly queries: number;
}

/** The name of the extension. */
export const RECALL = 'recall';

/** An index that finds less does not answer by itself: another one takes its place. */
export const LEAST_RECALL = 0.98;

/** What the manifest says of it; undefined where it says nothing, or nothing that can be understood. Untrusted. */
export function recallOf({ extensions }: Pick<CollectionManifest, 'extensions'>): Recall | undefined {
  const said = member(extensions, RECALL);
  const index = INDEX_KINDS.find((kind) => kind === member(said, 'index'));
  const [found, queries] = [member(said, 'found'), member(said, 'queries')];
  if (index === undefined || typeof found !== 'number' || !(found >= 0 && found <= 1)) return undefined;
  if (typeof queries !== 'number' || !Number.isSafeInteger(queries) || queries < 1) return undefined;
  return { index, found, queries };
}
