import { mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { usage } from '../cli/cli.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';

/** `build.json` of a built site: what it was made from and how. */
export interface BuildRecord {
  /** Empty while the site is being built. */
  readonly fingerprint: string;
  readonly base: string;
  readonly data: boolean;
  /** Origins beside its own that its policy names. Absent: none. */
  readonly remotes?: readonly string[];
}

/** What the site in `out` says of itself; undefined where there is none of ours. */
export async function readRecord(out: string): Promise<BuildRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(out, 'build.json'), 'utf8')) as Partial<BuildRecord>;
    return typeof record.fingerprint === 'string' ? (record as BuildRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** The origins that the policy of a built site names beside its own. */
export async function remotesOf(site: string): Promise<readonly string[]> {
  return (await readRecord(site))?.remotes ?? [];
}

export async function writeRecord(out: string, record: BuildRecord): Promise<void> {
  await writeFile(join(out, 'build.json'), `${JSON.stringify(record)}\n`);
}

/**
 * Make `out` an empty folder, but for a `build.json` that says that it is ours and unfinished.
 * @throws AfterimageError `usage` where that would delete anything but a site of ours.
 */
export async function emptyOut(out: string, root = ROOT_FOLDER): Promise<void> {
  if (isBelow(await realPlace(root), await realPlace(out))) {
    throw usage(`${out} holds the sources of Afterimage and would be emptied. Choose a folder of its own`);
  }
  await mkdir(out, { recursive: true });
  const names = await readdir(out);
  if (names.length > 0 && !(await readRecord(out))) {
    throw usage(`${out} is not empty and holds no site of Afterimage, so it is left alone. Choose an empty folder`);
  }
  const old = names.filter((name) => name !== '.git' && name !== 'build.json');
  await writeRecord(out, { fingerprint: '', base: '', data: false });
  await Promise.all(old.map((name) => rm(join(out, name), { recursive: true })));
}

/** Whether `path` is `folder` or lies in it. */
function isBelow(path: string, folder: string): boolean {
  return `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Where a path leads, links followed as far as it exists. */
async function realPlace(path: string): Promise<string> {
  const full = resolve(path);
  return realpath(full).catch(async () => join(await realPlace(dirname(full)), full.slice(dirname(full).length)));
}
