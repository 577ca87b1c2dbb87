import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKED } from '../../src/engine/collection/extensions/packed.ts';
import {
  entryOf,
  parseCollectionList,
  parseManifest,
  sealManifest,
  stringifyCollectionList,
  stringifyManifest,
} from '../../src/engine/collection/manifest.ts';
import type { CollectionEntry, CollectionManifest } from '../../src/engine/collection/types.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { writePacked } from './packed.ts';

/** Sections that shrink, and that are read whole. Vectors hardly do. */
const KINDS: readonly string[] = ['items', 'graph', 'blocks', 'ids'];

/**
 * Compress parts of the collections of a site, beside them, and say so in their manifests and in the list.
 * @param folder with `index.json`: a copy, which may be changed
 */
export async function packCollections(folder: string): Promise<void> {
  const path = join(folder, 'index.json');
  const list = await readFile(path, 'utf8').catch(() => undefined);
  if (list === undefined) return;
  const { collections, ...rest } = parseCollectionList(list);
  const entries: CollectionEntry[] = [];
  for (const entry of collections) entries.push(await packCollection(entry, join(folder, entry.name)));
  await writeFile(path, stringifyCollectionList({ ...rest, collections: entries }));
}

/** One that cannot be read stays as it is: the page says what is wrong with it. */
async function packCollection(entry: CollectionEntry, folder: string): Promise<CollectionEntry> {
  const path = join(folder, 'manifest.json');
  const read = readFile(path, 'utf8').then((text) => parseManifest(text, sha256));
  const manifest = await read.catch(() => undefined);
  // Version 3 has no extensions.
  if (manifest === undefined || manifest.version < 4) return entry;
  const packed: Record<string, number> = {};
  for (const part of manifest.parts.filter(({ kind }) => KINDS.includes(kind))) {
    const bytes = await writePacked(join(folder, part.path));
    if (bytes !== undefined) packed[part.path] = bytes;
  }
  if (Object.keys(packed).length === 0) return entry;
  const sealed = await sealManifest(withPacked(manifest, packed), sha256);
  await writeFile(path, stringifyManifest(sealed));
  return entryOf(sealed);
}

/** Members stay in the order of the format. */
function withPacked({ sha256: _, ...manifest }: CollectionManifest, packed: Record<string, number>) {
  const { parts, extensions, ...before } = manifest;
  return { ...before, extensions: { ...extensions, [PACKED]: packed }, parts };
}
