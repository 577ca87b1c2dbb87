import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Extensions } from '../../src/engine/collection/extensions/extensions.ts';
import { sealManifest } from '../../src/engine/collection/manifest.ts';
import { partPath } from '../../src/engine/collection/sections/parts.ts';
import {
  type CollectionManifest,
  type Dependence,
  FORMAT_VERSION,
  type Part,
} from '../../src/engine/collection/types.ts';
import { updateList } from '../../src/platform/collections/collection-list.node.ts';
import { createFolderStore } from '../../src/platform/collections/collection-store.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';

/** A section that no collection needs. */
export interface Replacement {
  readonly kind: string;
  /** Null: the collection has none any more. */
  readonly section: { readonly bytes: Uint8Array; readonly dependsOn: Dependence } | null;
  /** Of the manifest, where they change with it. */
  readonly extensions?: Extensions;
}

/**
 * Publish the collection in `folder` with another section of one kind, or without any.
 * @returns whether that changed anything
 * @throws AfterimageError `not-writable`
 */
export async function replaceSection(
  folder: string,
  manifest: CollectionManifest,
  { kind, section, extensions = manifest.extensions ?? {} }: Replacement,
): Promise<boolean> {
  const part = section && (await partOf(kind, section));
  const sealed = await sealManifest(changed(manifest, kind, part, extensions), sha256);
  if (sealed.sha256 === manifest.sha256) return false;
  const store = createFolderStore(folder);
  await store.open();
  try {
    if (section && part) await store.writePart({ path: part.path, bytes: section.bytes });
    await store.commit(sealed);
    const old = manifest.parts.filter((one) => one.kind === kind && one.path !== part?.path);
    for (const { path } of old) await rm(join(folder, path), { force: true });
  } finally {
    await store.close();
  }
  // The list holds the hash of the manifest; a collection that is not listed stays so.
  await updateList(dirname(folder));
  return true;
}

async function partOf(kind: string, { bytes, dependsOn }: NonNullable<Replacement['section']>): Promise<Part> {
  const hash = await sha256(bytes);
  return { kind, path: partPath(kind, hash), sha256: hash, bytes: bytes.length, dependsOn };
}

/** Members stay in the order of the format. What version 3 had is the same in version 4. */
function changed(
  { sha256: _, ...manifest }: CollectionManifest,
  kind: string,
  part: Part | null,
  extensions: Extensions,
): Omit<CollectionManifest, 'sha256'> {
  const { parts, extensions: _before, ...before } = manifest;
  const others = parts.filter((one) => one.kind !== kind);
  return {
    ...{ ...before, version: part ? FORMAT_VERSION : before.version },
    ...(Object.keys(extensions).length > 0 && { extensions }),
    parts: part ? [...others, part] : others,
  };
}
