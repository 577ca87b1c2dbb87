import { expect, test } from 'vitest';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import { type MergePorts, type MergeRequest, mergeCollections } from './merge-collections.ts';

const MODEL = { id: 'tiny', sha256: 'a'.repeat(64) };

/** Whatever comes after looking at the manifests fails in another way. */
function mergeOf(...manifests: readonly Partial<CollectionManifest>[]) {
  const sources = manifests.map((manifest, i) => {
    const pictures = { mode: 'preview', bytes: 0 };
    return { collection: { manifest: { name: `c${i}`, model: MODEL, dim: 4, pictures, ...manifest } }, location: '' };
  });
  return mergeCollections({} as MergeRequest, { sources } as unknown as MergePorts);
}

test.each<[string, Partial<CollectionManifest>, string, RegExp]>([
  ['models', { model: { ...MODEL, id: 'large' } }, 'collection-model-mismatch', /c0 and c2 .*tiny and large/],
  [
    'files of a model',
    { model: { ...MODEL, sha256: 'b'.repeat(64) } },
    'collection-model-mismatch',
    /different versions of the model /,
  ],
  ['dimensions', { dim: 8 }, 'dimension-mismatch', /c0 and c2 .*4 and 8/],
  ['kinds of pictures', { pictures: { mode: 'copy', bytes: 0 } }, 'merge-mismatch', /preview and --pictures copy/],
])('collections of different %s are refused before anything is done', async (_name, other, code, message) => {
  await expect(mergeOf({}, {}, other)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
