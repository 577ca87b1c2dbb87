import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RemoteLocation, SAMPLE, withRemote } from '../../src/engine/collection/extensions/remote.ts';
import { sealManifest } from '../../src/engine/collection/manifest.ts';
import type { Collection } from '../../src/engine/collection/reader.ts';
import { partPath } from '../../src/engine/collection/sections/parts.ts';
import { type CollectionManifest, FORMAT_VERSION, type Part } from '../../src/engine/collection/types.ts';
import { vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { updateList } from '../../src/platform/collections/collection-list.node.ts';
import { createFolderStore } from '../../src/platform/collections/collection-store.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { encodeSample, sampleRows } from '../../src/platform/indexes/remote/sample.ts';

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
  const sample = location && (await makeSample(collection));
  const sealed = await sealManifest(changed(manifest, location, sample?.part), sha256);
  if (sealed.sha256 === manifest.sha256) return false;
  const store = createFolderStore(folder);
  await store.open();
  try {
    if (sample) await store.writePart({ path: sample.part.path, bytes: sample.bytes });
    await store.commit(sealed);
    const old = manifest.parts.filter(({ kind, path }) => kind === SAMPLE && path !== sample?.part.path);
    for (const { path } of old) await rm(join(folder, path), { force: true });
  } finally {
    await store.close();
  }
  // The list holds the hash of the manifest; a collection that is not listed stays so.
  await updateList(dirname(folder));
  return true;
}

async function makeSample(collection: Collection): Promise<{ readonly part: Part; readonly bytes: Uint8Array }> {
  const { manifest } = collection;
  const vectors = await collection.vectors();
  const bytes = encodeSample(
    sampleRows(manifest.count).map((row) => vectorOf(vectors, row)),
    manifest,
  );
  const hash = await sha256(bytes);
  const part: Part = {
    kind: SAMPLE,
    path: partPath(SAMPLE, hash),
    sha256: hash,
    bytes: bytes.length,
    dependsOn: 'rows',
  };
  return { part, bytes };
}

/** Members stay in the order of the format. What version 3 had is the same in version 4. */
function changed(
  { sha256: _, ...manifest }: CollectionManifest,
  location: RemoteLocation | null,
  sample: Part | undefined,
): Omit<CollectionManifest, 'sha256'> {
  const { parts, extensions, ...before } = manifest;
  const others = parts.filter(({ kind }) => kind !== SAMPLE);
  const said = withRemote(extensions, location);
  return {
    ...{ ...before, version: location ? FORMAT_VERSION : before.version },
    ...(Object.keys(said).length > 0 && { extensions: said }),
    parts: sample ? [...others, sample] : others,
  };
}
