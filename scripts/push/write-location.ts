import { type RemoteLocation, SAMPLE, withRemote } from '../../src/engine/collection/extensions/remote.ts';
import type { Collection } from '../../src/engine/collection/reader.ts';
import { vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { encodeSample, sampleRows } from '../../src/platform/indexes/remote/sample.ts';
import { replaceSection } from '../indexing/replace-section.ts';

/**
 * Write into the manifest of the collection in `folder` where else it is searched, with the sample that this takes; null: nowhere
 * else. @returns whether that changed anything
 * @throws AfterimageError `not-writable`, and what reading the vectors throws
 */
export async function writeLocation(
  folder: string,
  collection: Collection,
  location: RemoteLocation | null,
): Promise<boolean> {
  const { manifest } = collection;
  const section = location && ({ bytes: await makeSample(collection), dependsOn: 'rows' } as const);
  const extensions = withRemote(manifest.extensions, location);
  return replaceSection(folder, manifest, { kind: SAMPLE, section, extensions });
}

async function makeSample(collection: Collection): Promise<Uint8Array> {
  const { manifest } = collection;
  const vectors = await collection.vectors();
  return encodeSample(
    sampleRows(manifest.count).map((row) => vectorOf(vectors, row)),
    manifest,
  );
}
