import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT_FOLDER } from './folders.ts';

const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: ROOT_FOLDER, encoding: 'utf8' });

/** Files that git has or is about to get: relative to the root, with `/`. */
export function listTrackedFiles(): string[] {
  const names = git('ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  return names.filter((name) => name !== '' && existsSync(join(ROOT_FOLDER, name)));
}

/** Also of what is not there: a pattern for folders, such as `dist/`, matches a name with a slash behind it. */
export function isIgnored(path: string): boolean {
  try {
    return git('check-ignore', path, `${path}/`) !== '';
  } catch {
    return false;
  }
}
