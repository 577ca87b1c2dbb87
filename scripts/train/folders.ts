/** The Node side of folders.py: the folder WORK, which every script takes first. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { usage } from '../cli/cli.ts';

export interface Work {
  readonly share: string;
  readonly judged: string;
  readonly raw: string;
  readonly packs: string;
  readonly meaning: string;
}

/** The paths in WORK, the only positional argument. @throws AfterimageError `usage` for any other number of them. */
export function workFolder(positionals: readonly string[]): Work {
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('This script takes one folder, WORK');
  const inside = (name: string) => join(resolve(folder), name);
  const work = {
    share: inside('share'),
    judged: inside('judged'),
    raw: inside('raw'),
    packs: inside('packs'),
    meaning: inside('meaning'),
  };
  for (const made of [work.raw, work.packs, work.meaning]) mkdirSync(made, { recursive: true });
  return work;
}

export function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as T;
}

export function writeJson(folder: string, name: string, value: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(value));
}

const require = createRequire(import.meta.url);

/** JSON of a package. @throws AfterimageError `usage` where it is not installed. */
export function packageData<T>(path: string): T {
  try {
    return require(path) as T;
  } catch {
    throw usage(
      `${path} is not there: pnpm add -D ${path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/')}`,
    );
  }
}
