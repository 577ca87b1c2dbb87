import { MAX_PART_BYTES } from '../../src/engine/collection/types.ts';
import { AfterimageError } from '../../src/engine/errors.ts';
import { HOST, type HostId, type Limit } from './hosts.ts';
import type { SiteFile } from './site-files.ts';

/** How many files a message names. */
const NAMED = 3;

/**
 * Whether a host takes these files.
 * @returns what a person should know: limits of smaller plans, files that other hosts refuse
 * @throws AfterimageError `host-limit` with everything that the host refuses
 */
export function checkLimits(host: HostId, files: readonly SiteFile[]): readonly string[] {
  const beyond = HOST[host].limits.flatMap((limit) => {
    const excess = excessOf(limit, files);
    return excess === undefined ? [] : [{ strict: limit.strict, text: `${excess}; ${limit.by}.` }];
  });
  const refused = beyond.filter(({ strict }) => strict).map(({ text }) => text);
  if (refused.length > 0) throw new AfterimageError('host-limit', `This site is too large. ${refused.join(' ')}`);
  const large = largeFiles(files, MAX_PART_BYTES);
  const portable = large && `${large}; some hosts refuse that.`;
  return [...beyond.map(({ text }) => text), ...(portable === undefined ? [] : [portable])];
}

/** By how much the files go beyond a limit, as the beginning of a sentence; undefined where they do not. */
function excessOf({ of, most }: Limit, files: readonly SiteFile[]): string | undefined {
  if (of === 'file') return largeFiles(files, most);
  if (of === 'folder') return fullFolder(files, most);
  const sum = of === 'files' ? files.length : files.reduce((total, { bytes }) => total + bytes, 0);
  if (sum <= most) return undefined;
  return of === 'files' ? `It has ${sum.toLocaleString('en')} files` : `It has ${megabytes(sum)}`;
}

function largeFiles(files: readonly SiteFile[], most: number): string | undefined {
  const large = files.filter(({ bytes }) => bytes > most).sort((a, b) => b.bytes - a.bytes);
  if (large.length === 0) return undefined;
  const named = large.slice(0, NAMED).map(({ path, bytes }) => `${path} (${megabytes(bytes)})`);
  const more = large.length > NAMED ? ` and ${(large.length - NAMED).toLocaleString('en')} more files` : '';
  return `${named.join(', ')}${more} ${large.length === 1 ? 'is' : 'are'} large`;
}

/** A folder with too many entries, folders among them. */
function fullFolder(files: readonly SiteFile[], most: number): string | undefined {
  const entries = new Map<string, Set<string>>();
  for (const { path } of files) {
    const parts = path.split('/');
    for (const [depth, part] of parts.entries()) {
      const folder = parts.slice(0, depth).join('/');
      entries.set(folder, (entries.get(folder) ?? new Set()).add(part));
    }
  }
  const full = [...entries].find(([, names]) => names.size > most);
  return full && `The folder ${full[0] || 'itself'} has ${full[1].size.toLocaleString('en')} entries`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
