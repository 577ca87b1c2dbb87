import type { Stats } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import { createRules, IGNORE_FILE, NO_MEDIA, type Patterns } from '../../../src/platform/pictures/leave-out.ts';

/** What says what a folder leaves out begins with a dot, and matters. */
const TELLING = new Set([IGNORE_FILE, NO_MEDIA]);

/**
 * Whether a path is not watched: it lies in `out`, or the names of it and of the folders above it say that the build
 * leaves it out. What ignore files leave out is watched all the same: a build that finds nothing new is short.
 * @returns for chokidar, which asks before and after it knows what a path is.
 */
export function createIgnored(folders: readonly string[], out: string, patterns: Patterns) {
  const roots = folders.map((folder) => {
    const root = resolve(folder);
    return { root, rules: createRules(patterns, basename(root)) };
  });
  return (path: string, stats?: Stats): boolean => {
    const full = resolve(path);
    if (`${full}${sep}`.startsWith(`${out}${sep}`)) return true;
    if (TELLING.has(basename(full)) || roots.some(({ root }) => root === full)) return false;
    const above = roots.filter(({ root }) => full.startsWith(`${root}${sep}`));
    // Of folders in one another, one may take what the other one leaves out.
    return above.length === 0
      ? basename(full).startsWith('.')
      : above.every(({ root, rules }) => {
          const name = relative(root, full).split(sep).join('/');
          return rules.test(stats?.isFile() ? name : `${name}/`) !== undefined;
        });
  };
}
