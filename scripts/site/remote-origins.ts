import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { originOf, remoteOf } from '../../src/engine/collection/extensions/remote.ts';
import { parseManifest } from '../../src/engine/collection/manifest.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';

/**
 * The origins of the servers that collections name for their searches, sorted. A collection that cannot be read names none:
 * the page says what is wrong with it.
 * @param folder `…/collections`
 */
export async function remoteOrigins(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const origins = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => read(join(folder, name))),
  );
  return [...new Set(origins.flat())].sort();
}

async function read(folder: string): Promise<string[]> {
  try {
    const manifest = await parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'), sha256);
    const location = remoteOf(manifest);
    return location ? [originOf(location)] : [];
  } catch {
    return [];
  }
}
