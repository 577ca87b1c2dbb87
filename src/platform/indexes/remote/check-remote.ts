import type { RemoteLocation, Space } from '../../../engine/collection/extensions/remote.ts';
import type { CollectionManifest } from '../../../engine/collection/types.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { member } from '../../../engine/formats/check.ts';
import type { ChromaState } from './chroma.ts';

/** What `push` writes into the metadata of the server's collection. */
export const REMOTE_MODEL = 'afterimage-model';
/** The manifest's fingerprint once everything is there, and the empty text before. */
export const REMOTE_FINGERPRINT = 'afterimage-fingerprint';

export type Pushed = Pick<CollectionManifest, 'name' | 'count' | 'dim' | 'fingerprint' | 'model'>;

/**
 * Refuse what cannot answer for this collection: vectors of another model or dimension, another space, other pictures.
 * @throws AfterimageError `remote-mismatch`, `remote-outdated`
 */
export function checkRemote(state: ChromaState, location: RemoteLocation, manifest: Pushed): void {
  const at = `The collection ${location.collection} of ${location.url}`;
  if (state.space !== location.space) {
    throw mismatch(`${at} measures by ${state.space ?? 'a space that is not known'}, not by ${location.space}.`);
  }
  if (state.dim !== null && state.dim !== manifest.dim) {
    throw mismatch(`${at} holds vectors of dimension ${state.dim}, not ${manifest.dim}.`);
  }
  const model = member(state.metadata, REMOTE_MODEL);
  if (model !== manifest.model.sha256) throw mismatch(`${at} holds vectors of another model.`);
  if (member(state.metadata, REMOTE_FINGERPRINT) === manifest.fingerprint) return;
  throw new AfterimageError('remote-outdated', `${at} does not hold these pictures, or not all of them yet.`);
}

function mismatch(message: string): AfterimageError {
  return new AfterimageError('remote-mismatch', message);
}

/**
 * The cosine of two vectors of unit norm from their distance in a space, which is what hnswlib computes: `cosine` and `ip` are
 * 1 − the dot product, `l2` is the squared distance, 2 − 2 cos.
 */
export function toCosine(distance: number, space: Space): number {
  const cosine = space === 'l2' ? 1 - distance / 2 : 1 - distance;
  return Math.max(-1, Math.min(1, cosine));
}
