import type { Dirent, Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import type { Listing, PictureSource, Problem, SourceFile } from '../../indexing/ports.ts';

/** HEIC is among them so that it gets a message instead of silence. */
const EXTENSIONS = /\.(?:jpe?g|jpe|jfif|png|webp|avif|gif|tiff?|svg|heic|heif|hif)$/i;

export interface FolderSourceOptions {
  readonly folders: readonly string[];
  /** Folders that are left out, such as the one that is written to. */
  readonly exclude: readonly string[];
}

/**
 * Pictures in folders and all folders below them. Names are relative to their folder; with several folders they begin
 * with its name. What begins with a dot is left out; links are followed, each folder once.
 */
export function createFolderPictures({ folders, exclude }: FolderSourceOptions): PictureSource {
  return {
    async list(signal) {
      const walk = new Walk(new Set(await Promise.all(exclude.map(realpathOrSelf))), signal);
      for (const { folder, prefix } of prefixed(folders)) await walk.root(folder, prefix);
      return walk.listing();
    },
    async read(file, signal) {
      try {
        return await readFile(file.location, { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw new AfterimageError('picture-unreadable', reasonOf(error), { cause: error });
      }
    },
  };
}

/** Folders with what their names begin with: nothing for a single one. */
function prefixed(folders: readonly string[]): { folder: string; prefix: string }[] {
  if (folders.length === 1) return folders.map((folder) => ({ folder: resolve(folder), prefix: '' }));
  const taken = new Set<string>();
  return folders.map((one) => {
    const folder = resolve(one);
    const name = basename(folder) || 'root';
    let unique = name;
    for (let i = 2; taken.has(unique); i++) unique = `${name}-${i}`;
    taken.add(unique);
    return { folder, prefix: `${unique}/` };
  });
}

class Walk {
  readonly #files: SourceFile[] = [];
  readonly #problems: Problem[] = [];
  readonly #unlisted: string[] = [];
  readonly #empty: string[] = [];
  /** Whatever was met that is no folder, and folders that had been entered before. */
  #met = 0;
  /** Files that are no pictures, by extension. */
  readonly #others = new Map<string, number>();
  /** Real paths of folders that were entered: a link back into one of them ends there. */
  readonly #seen = new Set<string>();
  /** Real paths. */
  readonly #excluded: ReadonlySet<string>;
  readonly #signal: AbortSignal;

  constructor(exclude: ReadonlySet<string>, signal: AbortSignal) {
    this.#excluded = exclude;
    this.#signal = signal;
  }

  /** One of the given folders; one that lies in another one, or holds one, is not empty because of that. */
  async root(path: string, prefix: string): Promise<void> {
    const before = this.#met;
    await this.#folder(path, prefix);
    if (this.#met === before) this.#empty.push(prefix);
  }

  async #folder(path: string, prefix: string): Promise<void> {
    this.#signal.throwIfAborted();
    const real = await realpathOrSelf(path);
    if (this.#excluded.has(real)) return;
    if (this.#seen.has(real)) {
      this.#met++;
      return;
    }
    this.#seen.add(real);
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      this.#met++;
      this.#problems.push({ name: prefix || path, reason: reasonOf(error) });
      this.#unlisted.push(prefix);
      return [];
    });
    const visible = entries.filter(({ name }) => !name.startsWith('.'));
    // In order, so that of two links to one folder the same one wins every time.
    for (const entry of visible.sort((a, b) => compare(a.name, b.name))) await this.#entry(path, prefix, entry);
  }

  async #entry(folder: string, prefix: string, entry: Dirent): Promise<void> {
    const location = join(folder, entry.name);
    const name = prefix + entry.name;
    if (entry.isDirectory()) return this.#folder(location, `${name}/`);
    this.#met++;
    const isPicture = EXTENSIONS.test(entry.name);
    if (!isPicture && entry.isFile()) return this.#other(entry.name);
    const stats = await stat(location).catch((error: unknown) => reasonOf(error));
    if (typeof stats === 'string') {
      if (isPicture) this.#problems.push({ name, reason: stats });
      else this.#other(entry.name);
    } else if (stats.isDirectory()) await this.#folder(location, `${name}/`);
    else if (stats.isFile() && isPicture) this.#files.push(toFile(name, location, stats));
    else if (isPicture) this.#problems.push({ name, reason: 'It is not a file.' });
    else this.#other(entry.name);
  }

  #other(name: string): void {
    const [extension = ''] = /\.[a-z0-9]{1,10}$/i.exec(name) ?? [];
    const key = extension.toLowerCase();
    this.#others.set(key, (this.#others.get(key) ?? 0) + 1);
  }

  listing(): Listing {
    const others = [...this.#others].sort(([a, m], [b, n]) => n - m || compare(a, b));
    const byName = (a: { name: string }, b: { name: string }) => compare(a.name, b.name);
    return {
      files: this.#files.sort(byName),
      problems: this.#problems.sort(byName),
      others: others.reduce((sum, [, count]) => sum + count, 0),
      otherExtensions: Object.fromEntries(others),
      unlisted: this.#unlisted,
      empty: this.#empty,
    };
  }
}

function toFile(name: string, location: string, { size, mtimeMs, ctimeMs, ino }: Stats): SourceFile {
  return { name, location, bytes: size, modified: mtimeMs, stamp: `${size}:${mtimeMs}:${ctimeMs}:${ino}` };
}

/** By code units: the same order on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function realpathOrSelf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'There is no permission to read it.';
    case 'ENOENT':
      return 'It is gone, or it is a link to nothing, or its name is not valid Unicode.';
    case 'ELOOP':
      return 'It is a link that leads back to itself.';
    default:
      return `It cannot be read (${code ?? String(error)}).`;
  }
}
