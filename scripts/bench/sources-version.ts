import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT_FOLDER } from '../repository/folders.ts';

/** Changes with any of these source files and those in these folders, tests apart. Paths from the repository's root. */
export function sourcesVersion(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const whole = join(ROOT_FOLDER, path);
    const names = path.endsWith('.ts')
      ? ['']
      : readdirSync(whole, { recursive: true, encoding: 'utf8' }).filter(isSource);
    for (const name of names.sort()) hash.update(name).update(readFileSync(join(whole, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

function isSource(name: string): boolean {
  return name.endsWith('.ts') && !name.includes('.test.');
}
