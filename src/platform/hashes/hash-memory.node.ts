import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HashMemory, SourceFile } from '../../indexing/ports.ts';

/**
 * A file changed this short a time ago may change once more without its stamp changing, where the clock of the file
 * system is coarse (as git has it: "racily clean").
 */
const RACY_MS = 2000;

type Entry = readonly [location: string, stamp: string, sha256: string];

/** Hashes by place and stamp of files, kept at `path` between runs. It is a cache: losing it costs time only. */
export async function openHashMemory(path: string): Promise<HashMemory> {
  const saved = await readEntries(path);
  const entries = new Map(saved.map(([location, stamp, sha256]) => [location, { stamp, sha256 }]));
  let changed = false;
  return {
    get({ location, stamp }) {
      const entry = entries.get(location);
      return stamp !== null && entry?.stamp === stamp ? entry.sha256 : undefined;
    },
    set({ location, stamp, modified }, sha256) {
      if (stamp === null || Date.now() - modified < RACY_MS) return;
      entries.set(location, { stamp, sha256 });
      changed = true;
    },
    async save(files) {
      const present = new Set(files.map(({ location }: SourceFile) => location));
      for (const location of entries.keys()) if (!present.has(location)) changed = entries.delete(location);
      if (!changed) return;
      changed = false;
      const lines = [...entries].map(([location, { stamp, sha256 }]) => JSON.stringify([location, stamp, sha256]));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, `${lines.join('\n')}\n`);
      await rename(`${path}.new`, path);
    },
  };
}

async function readEntries(path: string): Promise<Entry[]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Entry);
  } catch {
    return [];
  }
}
