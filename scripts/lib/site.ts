import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { PUBLIC_FOLDER, ROOT_FOLDER } from './folders.ts';
import { fingerprint } from './repository.ts';

/** Folders of `public/` that hold data: copied for hosting, served in place by `pnpm start`. */
const DATA = ['collections', 'models'];

export interface SiteOptions {
  /** Absolute path; emptied first. */
  readonly out: string;
  /** `./`, or `/repo/`: where the site will live. */
  readonly base: string;
  /** Whether collections and models are copied into `out`. */
  readonly data: boolean;
}

/** `build.json` of a built site: what it was made from and how. */
interface BuildRecord {
  readonly fingerprint: string;
  readonly base: string;
  readonly data: boolean;
}

/** True when the site in `options.out` was built from the present sources with the same options. */
export async function isCurrent(options: SiteOptions): Promise<boolean> {
  try {
    const record = JSON.parse(await readFile(join(options.out, 'build.json'), 'utf8')) as BuildRecord;
    const same = record.base === options.base && record.data === options.data;
    return same && record.fingerprint === (await fingerprint());
  } catch {
    return false;
  }
}

/** Bundle the app and copy what is served as it is. `build.json` comes last: without it a site counts as unfinished. */
export async function buildSite(options: SiteOptions): Promise<void> {
  const made: BuildRecord = { fingerprint: await fingerprint(), base: options.base, data: options.data };
  await build({
    root: ROOT_FOLDER,
    base: options.base,
    logLevel: 'warn',
    build: { outDir: options.out, emptyOutDir: true },
  });
  await copyPublic(options);
  await writeFile(join(options.out, 'build.json'), `${JSON.stringify(made)}\n`);
}

async function copyPublic({ out, data }: SiteOptions): Promise<void> {
  for (const name of await readdir(PUBLIC_FOLDER)) {
    if (!data && DATA.includes(name)) continue;
    await cp(join(PUBLIC_FOLDER, name), join(out, name), {
      recursive: true,
      // Folders that start with a dot hold unfinished work of `build-index`.
      filter: (source) => !basename(source).startsWith('.'),
    });
  }
}
