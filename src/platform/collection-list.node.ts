import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EMPTY_LIST,
  entryOf,
  isCollectionName,
  parseCollectionList,
  parseManifest,
  removeCollection,
  stringifyCollectionList,
  upsertCollection,
} from '../engine/collection/manifest.ts';
import type { CollectionList, CollectionManifest } from '../engine/collection/types.ts';
import { AfterimageError } from '../engine/errors.ts';
import { lock } from './lock.node.ts';
import { sha256 } from './sha256.ts';

/**
 * Add a collection to the list in the folder `collections`, or bring its line up to date; collections whose folder is
 * gone leave it.
 * @throws AfterimageError `not-writable` where the list is a file of something else.
 */
export async function register(collections: string, manifest: CollectionManifest): Promise<void> {
  const path = listPath(collections);
  const release = await lock(join(collections, '.index.lock'), `Another build-index is writing to ${path}.`, true);
  try {
    const before = await readList(collections);
    let list = upsertCollection(await parseList(before, collections), entryOf(manifest));
    for (const { name } of list.collections) {
      const isThere = await stat(join(collections, name, 'manifest.json')).catch(() => undefined);
      if (!isThere) list = removeCollection(list, name);
    }
    const after = stringifyCollectionList(list);
    if (after === before) return;
    const draft = join(collections, '.index.new');
    await writeFile(draft, after);
    await rename(draft, path);
  } finally {
    await release();
  }
}

/** @throws AfterimageError `not-writable` where `index.json` is there and is no list of collections. */
export async function refuseForeignList(collections: string): Promise<void> {
  await readList(collections);
}

function listPath(collections: string): string {
  return join(collections, 'index.json');
}

/** The text of the list, damaged or not; undefined where there is none. */
async function readList(collections: string): Promise<string | undefined> {
  const path = listPath(collections);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  // Damaged or of another version, it still says what it is; an empty one is what a full disk leaves.
  if (text === undefined || text.trim() === '' || text.includes(`"${EMPTY_LIST.format}"`)) return text;
  throw new AfterimageError(
    'not-writable',
    `${path} is no list of collections, and the list has to be there. Choose another --out, or move the file away.`,
  );
}

/** A list that is damaged is made anew of the collections beside it. */
async function parseList(text: string | undefined, collections: string): Promise<CollectionList> {
  if (text === undefined) return EMPTY_LIST;
  try {
    return parseCollectionList(text);
  } catch {
    return rebuildList(collections);
  }
}

async function rebuildList(collections: string): Promise<CollectionList> {
  let list = EMPTY_LIST;
  for (const name of (await readdir(collections)).filter(isCollectionName).sort()) {
    try {
      const text = await readFile(join(collections, name, 'manifest.json'), 'utf8');
      const manifest = await parseManifest(text, sha256);
      if (manifest.name === name) list = upsertCollection(list, entryOf(manifest));
    } catch {
      // No collection, or a damaged one: it enters the list when it is built again.
    }
  }
  return list;
}
