import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { lock } from '../../src/platform/collections/lock.node.ts';
import { packageModels } from '../models/package-models.ts';
import { CACHE_FOLDER, COLLECTIONS_FOLDER, MODELS_FOLDER, PUBLIC_FOLDER, ROOT_FOLDER } from '../repository/folders.ts';
import { fingerprint } from '../repository/repository.ts';
import { REMOTES } from '../vite/vite-csp.ts';
import { hintPictures } from './hint-pictures.ts';
import { type BuildRecord, emptyOut, readRecord, writeRecord } from './out-folder.ts';
import { packCollections } from './pack-collections.ts';
import { remoteOrigins } from './remote-origins.ts';

/** Folders of `public/` that hold data: copied for hosting, served in place by `pnpm start`. */
const DATA = ['collections', 'models'];

export interface SiteOptions {
  /** Absolute path; a site that is there is replaced. */
  readonly out: string;
  /** `./`, or `/repo/`: where the site will live. */
  readonly base: string;
  /** Whether collections and models are copied into `out`. */
  readonly data: boolean;
  /** Origins beside its own that the page may talk to. Absent: those that the collections of `public/` name. */
  readonly remotes?: readonly string[];
}

/** True when the site in `options.out` was built from the present sources with the same options. */
export async function isCurrent(options: SiteOptions): Promise<boolean> {
  const record = await readRecord(options.out);
  if (record?.base !== options.base || record.data !== options.data) return false;
  if (String(record.remotes ?? []) !== String(await remotesFor(options))) return false;
  return record.fingerprint === (await fingerprint());
}

/**
 * Bundle the app, copy what is served as it is, then `finish` with the origins that the policy names. `build.json` says so last: until then the site counts as
 * unfinished.
 * @throws AfterimageError `usage` where `out` holds something else, `not-writable` while another process builds there,
 *   `model-invalid`.
 */
export async function buildSite(
  options: SiteOptions,
  finish: (remotes: readonly string[]) => Promise<void> = async () => {},
): Promise<void> {
  await mkdir(CACHE_FOLDER, { recursive: true });
  const release = await lock(lockOf(options.out), `Another process is building the site in ${options.out}.`);
  try {
    await buildAlone(options, finish);
  } finally {
    await release();
  }
}

/** Not in `out`, which is emptied, nor beside it, where nothing is ours. */
export function lockOf(out: string): string {
  return join(CACHE_FOLDER, `site-${createHash('sha256').update(out).digest('hex').slice(0, 16)}.lock`);
}

/** Sorted. */
async function remotesFor({ remotes }: SiteOptions): Promise<readonly string[]> {
  return remotes ? [...remotes].sort() : remoteOrigins(COLLECTIONS_FOLDER);
}

async function buildAlone(options: SiteOptions, finish: (remotes: readonly string[]) => Promise<void>): Promise<void> {
  const { out, base, data } = options;
  const remotes = await remotesFor(options);
  const made: BuildRecord = { fingerprint: await fingerprint(), base, data, ...(remotes.length > 0 && { remotes }) };
  await emptyOut(out);
  const define = { [REMOTES]: JSON.stringify(remotes) };
  await build({ root: ROOT_FOLDER, base, define, logLevel: 'warn', build: { outDir: out, emptyOutDir: false } });
  await copyPublic(options);
  await finish(remotes);
  await writeRecord(out, made);
}

async function copyPublic({ out, data }: SiteOptions): Promise<void> {
  for (const name of await readdir(PUBLIC_FOLDER)) {
    if (DATA.includes(name)) continue;
    await copyVisible(join(PUBLIC_FOLDER, name), join(out, name));
  }
  if (!data) return;
  await copyVisible(COLLECTIONS_FOLDER, join(out, 'collections'));
  await packCollections(join(out, 'collections'));
  await hintPictures(out);
  await packageModels(MODELS_FOLDER, join(out, 'models'));
}

/**
 * Copy a folder for hosting: links become what they lead to, for elsewhere they lead nowhere, and what leads nowhere here
 * is left out. Folders that start with a dot hold unfinished work of `build-index`.
 */
export async function copyVisible(from: string, to: string): Promise<void> {
  const filter = (source: string) => !basename(source).startsWith('.') && existsSync(source);
  if (existsSync(from)) await cp(from, to, { recursive: true, dereference: true, filter });
}
