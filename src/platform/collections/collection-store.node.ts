import { copyFile, link, mkdir, open, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { stringifyManifest } from '../../engine/collection/manifest.ts';
import { readCollection } from '../../engine/collection/reader.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { CollectionStore } from '../../indexing/ports.ts';
import { createFolderSource } from '../bytes/bytes.node.ts';
import { sha256 } from '../hashes/sha256.ts';
import { leaveUnlisted, refuseForeignList, register } from './collection-list.node.ts';
import { openJournal } from './journal.node.ts';
import { lock } from './lock.node.ts';
import { openWorkFolder } from './work-folder.node.ts';

/** What an unfinished run leaves for the next one. */
const PARTIAL = '.partial';
/** Of whatever kind, known or not. */
const PART = /^[a-z][a-z0-9.-]*-[0-9a-f]{16}\.bin$/;
const PICTURE = /^[0-9a-f]{16}\.[a-z]{1,5}$/;
const PICTURE_FOLDERS = ['thumbs', 'previews'];
/** All 200,000 of a collection of 100,000 pictures at once would take 600 MiB of memory. */
const STATS_AT_ONCE = 1000;

/**
 * A collection in a folder on disk, `<collections>/<name>`; its neighbour `<collections>/index.json` lists it. Manifest and
 * parts are written under another name and renamed into place.
 * @param listed false keeps it off the list.
 */
export function createFolderStore(folder: string, listed = true): CollectionStore {
  const root = resolve(folder);
  const collections = dirname(root);
  const name = basename(root);
  const partial = join(root, PARTIAL);
  const releases: (() => Promise<void>)[] = [];
  let written = 0;

  /** Whole or not at all: bytes to disk first, then the name. */
  const put = (path: string, bytes: Uint8Array | string) =>
    writing(path, async () => {
      const draft = join(partial, `${process.pid}-${written++}.new`);
      await writeDraft(draft, bytes);
      await renameInto(draft, join(root, path));
    });

  return {
    open: () =>
      writing(root, async () => {
        await mkdir(partial, { recursive: true });
        releases.push(await lock(join(partial, 'lock'), `Another build-index is writing to ${root}.`));
        await refuseForeignList(collections); // Said now, not after hours of embedding.
      }),
    async previous() {
      const source = createFolderSource(dirname(collections));
      try {
        return await readCollection(source, sha256, name, basename(collections));
      } catch (error) {
        if (error instanceof AfterimageError && error.code === 'collection-not-found') return undefined;
        throw error;
      }
    },
    async pictures() {
      const found = await listPictures(root);
      const sizes = new Map<string, number>();
      for (let from = 0; from < found.length; from += STATS_AT_ONCE) {
        const some = found.slice(from, from + STATS_AT_ONCE).map(async (path) => {
          sizes.set(path, (await stat(join(root, path))).size);
        });
        await Promise.all(some);
      }
      return sizes;
    },
    // Under its name at once: nobody looks there before the manifest says so, and what a kill cut short has another size.
    writePicture: (path, bytes) => writing(path, () => writeInto(join(root, path), bytes)),
    adoptPicture: (path, from) =>
      writing(path, async () => {
        const draft = join(partial, `${process.pid}-${written++}.new`);
        // The same file under two names, where both are on one disk: nothing of ours is ever written to in place.
        await link(join(from, path), draft).catch(() => copyFile(join(from, path), draft));
        await renameInto(draft, join(root, path));
      }),
    journal: (key) =>
      writing(partial, async () => {
        const path = join(partial, 'journal');
        const journal = await openJournal(path, key).catch((cause: NodeJS.ErrnoException) => {
          const advice = 'Delete it to embed anew what it holds.';
          throw new AfterimageError('not-writable', `${path} cannot be continued: ${cause.code}. ${advice}`, { cause });
        });
        releases.push(() => journal.close());
        return { read: journal.read, append: (batch) => writing(partial, () => journal.append(batch)) };
      }),
    work: async () => openWorkFolder(join(partial, 'cells'), writing),
    writePart: ({ path, bytes }) => put(path, bytes),
    commit: (manifest) => put('manifest.json', stringifyManifest(manifest)),
    register: () => writing(collections, () => (listed ? register(collections, name) : leaveUnlisted(root))),
    clean: (keep) => writing(root, () => clean(root, keep)),
    async close() {
      for (const release of releases.splice(0).reverse()) await release();
      // Gone when the run was completed; otherwise the journal is in it.
      await rmdir(partial).catch(() => {});
    },
  };
}

async function writeDraft(draft: string, bytes: Uint8Array | string): Promise<void> {
  const file = await open(draft, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

const writeInto = (target: string, bytes: Uint8Array) => intoFolder(target, () => writeFile(target, bytes));
const renameInto = (draft: string, target: string) => intoFolder(target, () => rename(draft, target));

/** The folder is made when it is missing, which it seldom is. */
async function intoFolder(target: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(target), { recursive: true });
    await work();
  }
}

/** Paths like `thumbs/0a/0a1b….webp`; nothing else that someone may have put there. */
async function listPictures(root: string): Promise<string[]> {
  const paths: string[] = [];
  for (const kind of PICTURE_FOLDERS) {
    for (const shard of await namesIn(join(root, kind))) {
      if (!/^[0-9a-f]{2}$/.test(shard)) continue;
      for (const file of await namesIn(join(root, kind, shard))) {
        if (PICTURE.test(file)) paths.push(`${kind}/${shard}/${file}`);
      }
    }
  }
  return paths;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function clean(root: string, keep: ReadonlySet<string>): Promise<void> {
  const parts = (await namesIn(root)).filter((file) => PART.test(file));
  const gone = [...parts, ...(await listPictures(root))].filter((path) => !keep.has(path));
  for (const path of gone) await rm(join(root, path), { force: true });
  // Folders that may be empty now; the others refuse.
  for (const folder of new Set(gone.map((path) => dirname(path)))) await rmdir(join(root, folder)).catch(() => {});
  for (const kind of PICTURE_FOLDERS) await rmdir(join(root, kind)).catch(() => {});
  const leftovers = (await namesIn(join(root, PARTIAL))).filter((file) => file === 'journal' || file.endsWith('.new'));
  for (const file of leftovers) await rm(join(root, PARTIAL, file), { force: true });
}

/** Run `call`; what the file system refuses becomes a coded error that names the place. */
async function writing<T>(place: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof AfterimageError || typeof code !== 'string') throw error;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const what = full ? 'there is no space left' : code === 'EACCES' || code === 'EPERM' ? 'no permission' : code;
    throw new AfterimageError('not-writable', `Cannot write to ${place}: ${what}. Make room or choose another --out.`, {
      cause: error,
    });
  }
}
