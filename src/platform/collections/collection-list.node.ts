import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EMPTY_LIST,
  entryOf,
  isCollectionName,
  parseCollectionList,
  parseManifest,
  stringifyCollectionList,
} from '../../engine/collection/manifest.ts';
import { type CollectionEntry, type CollectionList, LIBRARY } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { sha256 } from '../hashes/sha256.ts';
import { lock } from './lock.node.ts';

/** In a collection's folder, this file keeps it off the list: a shard is not for the page. */
const UNLISTED = '.unlisted';

/** Names of collections. */
export interface ListChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Add a collection to the list in the folder `collections`, and bring the rest of it in step with the folders. */
export async function register(collections: string, name: string): Promise<void> {
  await rm(join(collections, name, UNLISTED), { force: true });
  await updateList(collections);
}

/** Keep the collection in `folder` off the list. */
export async function leaveUnlisted(folder: string): Promise<void> {
  await writeFile(join(folder, UNLISTED), '');
}

/**
 * Bring the list in the folder `collections` in step with the folders beside it: collections without a manifest that can
 * be read leave, others enter at the end, by name. A missing or damaged list is made anew.
 * @param rerankers ids of the site's rerankers; those that are listed stay where absent
 * @throws AfterimageError `not-writable` where the list is a file of something else, and what the file system refuses.
 */
export async function updateList(collections: string, rerankers?: readonly string[]): Promise<ListChanges> {
  const { text, after, ...changes } = await compare(collections, rerankers);
  if (text === after) return changes;
  const path = listPath(collections);
  const release = await lock(join(collections, '.index.lock'), `Another build-index is writing to ${path}.`, true);
  try {
    const now = await compare(collections, rerankers); // Another one may have written it since.
    if (now.after === undefined || now.after === now.text) return changes;
    const draft = join(collections, '.index.new');
    await writeFile(draft, now.after);
    await rename(draft, path);
    return { added: now.added, removed: now.removed };
  } finally {
    await release();
  }
}

/** The list as it is and as it should be; where there are neither list nor collections, both are undefined. */
async function compare(
  collections: string,
  rerankers: readonly string[] | undefined,
): Promise<ListChanges & { text?: string; after?: string }> {
  const text = await readList(collections);
  const { collections: before, rerankers: listedRerankers = [] } = parseList(text);
  const there = await readEntries(collections);
  const kept = before.flatMap(({ name }) => there.get(name) ?? []);
  const listed = new Set(before.map(({ name }) => name));
  const added = [...there.values()].filter(({ name }) => !listed.has(name));
  if (text === undefined && added.length === 0) return { added: [], removed: [] };
  const rerank = rerankers ?? listedRerankers;
  const list = { ...EMPTY_LIST, collections: [...kept, ...added], ...(rerank.length > 0 && { rerankers: rerank }) };
  return {
    ...(text !== undefined && { text }),
    after: stringifyCollectionList(list),
    added: added.map(({ name }) => name),
    removed: [...listed].filter((name) => !there.has(name)),
  };
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
    `${path} is no list of collections, and the list has to be there. Move the file away, or choose another --out.`,
  );
}

/** A list that is damaged says nothing: it is made anew of the collections beside it. */
function parseList(text: string | undefined): CollectionList {
  try {
    return text === undefined ? EMPTY_LIST : parseCollectionList(text);
  } catch {
    return EMPTY_LIST;
  }
}

/** What stands for each collection that can be read, in the order of names. */
async function readEntries(collections: string): Promise<Map<string, CollectionEntry>> {
  const entries = new Map<string, CollectionEntry>();
  for (const name of (await readdir(collections).catch(() => [])).filter(isCollectionName).sort()) {
    if (name === LIBRARY || existsSync(join(collections, name, UNLISTED))) continue;
    try {
      const manifest = await parseManifest(await readFile(join(collections, name, 'manifest.json'), 'utf8'), sha256);
      if (manifest.name === name) entries.set(name, entryOf(manifest));
    } catch {
      // No collection, or a damaged one: it enters the list when it is built again.
    }
  }
  return entries;
}
