import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { ROOT_FOLDER } from './folders.ts';

/** What the built site depends on, relative to the root. Collections and models are data and are served as they are. */
const SITE_SOURCES = [
  'index.html',
  'src',
  'workers',
  'patches',
  'public',
  'vite.config.ts',
  'scripts/build.ts',
  'scripts/cli',
  'scripts/models',
  'scripts/repository',
  'scripts/serve',
  'scripts/site',
  'scripts/vite',
  'package.json',
  'pnpm-lock.yaml',
] as const;

const DATA_FOLDERS = new Set(['public/collections', 'public/models']);

/** Files below `path` (a file or a folder, absolute) as sorted absolute paths; nothing that starts with a dot. */
async function listFiles(root: string, path: string): Promise<string[]> {
  if (DATA_FOLDERS.has(relative(root, path).split(sep).join('/'))) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries === undefined) return [path];
  const kept = entries.filter((entry) => !entry.name.startsWith('.') && !entry.name.includes('.test.'));
  const nested = await Promise.all(kept.map((entry) => listFiles(root, join(path, entry.name))));
  return nested.flat().sort();
}

/** SHA-256 (hex) over names and contents of `sources` below `root`: changes when anything that is built changes. */
export async function fingerprint(root = ROOT_FOLDER, sources: readonly string[] = SITE_SOURCES): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await listFiles(root, join(root, source))) {
      const content = await readFile(file);
      hash.update(`${relative(root, file).split(sep).join('/')}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

const require = createRequire(import.meta.url);

/** The installed version of a dependency. Read from its folder, because some packages do not export package.json. */
export function installedVersion(packageName: string): string {
  const folder = require.resolve.paths(packageName)?.map((path) => join(path, packageName, 'package.json')) ?? [];
  for (const path of folder) {
    try {
      return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
    } catch {
      // The next folder up, as Node itself looks for packages.
    }
  }
  return 'unknown';
}
