import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isCollectionName } from '../../../src/engine/collection/manifest.ts';
import { LIBRARY } from '../../../src/engine/collection/types.ts';
import { AfterimageError } from '../../../src/engine/errors.ts';
import { createFolderSource } from '../../../src/platform/bytes/bytes.node.ts';
import { usage } from '../../cli/cli.ts';
import { COLLECTIONS_FOLDER } from '../../repository/folders.ts';

/** What a folder holds that a collection was written to, or is being written to. */
const OF_A_COLLECTION = ['manifest.json', '.partial'];

/** The collection's name in `out`. @throws AfterimageError `usage`. */
export function checkedName(out: string): string {
  const name = basename(out);
  if (name === LIBRARY) {
    throw usage(
      `"${LIBRARY}" is what the page calls the pictures of its visitors. Take another name as the last part of --out`,
    );
  }
  if (isCollectionName(name)) return name;
  throw usage(`The last part of --out is the collection's name and takes letters, digits, "-" and "_", not "${name}"`);
}

/**
 * Make the folder that a collection will be written to. Said at once, not after hours of embedding.
 * @throws AfterimageError `usage` for a folder with other things in it, `not-writable`.
 */
export async function makeOut(out: string): Promise<void> {
  try {
    await makeFolder(out);
    const files = await readdir(out);
    if (files.every((file) => file.startsWith('.')) || OF_A_COLLECTION.some((file) => files.includes(file))) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AfterimageError('not-writable', `Cannot write to ${out} (${code}). Choose another --out.`, {
      cause: error,
    });
  }
  throw usage(`${out} holds something else than a collection. Name a new folder with --out`);
}

/** The text of the manifest in `out`, whoever wrote it; undefined where there is none. */
export function manifestText(out: string): Promise<string | undefined> {
  return createFolderSource(out).readText('manifest.json');
}

/** One line for a person where the page will not offer a collection that lies in `out`; else undefined. */
export async function placeAdvice(out: string, offered = COLLECTIONS_FOLDER): Promise<string | undefined> {
  const parent = dirname(resolve(out));
  const [lies, should] = await Promise.all([parent, offered].map((path) => realpath(path).catch(() => resolve(path))));
  if (lies === should) return undefined;
  const listed = join(parent, 'index.json');
  const advice = `The page offers what is in public/collections: copy ${out} there, then start again.`;
  return `${advice} (Its list of collections is ${listed}.)`;
}

/** Not Node's `recursive`, which never returns where the system says ENOENT for a folder that it does not take (/proc). */
async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error; // another process was quicker
  });
}
