import type { Dirent, Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import { isFilm, pairFiles } from '../../indexing/pictures/pairs.ts';
import type { LeftOut, Listing, PictureSource, Problem, SourceFile } from '../../indexing/ports.ts';
import {
  createRules,
  IGNORE_FILE,
  NO_MEDIA,
  NO_PATTERNS,
  type Patterns,
  type Rule,
  type Rules,
  UnusableIgnoreFile,
} from './leave-out.ts';
import { isGone, reasonOf } from './trouble.node.ts';

const EXTENSIONS = /\.(?:jpe?g|jpe|jfif|png|webp|avif|gif|tiff?|svg|heic|heif|hif|dng|cr2|cr3|nef|arw|raf|orf|rw2)$/i;
const ANY_EXTENSION = /\.[a-z0-9]{1,10}$/i;
const IN_LIBRARY = /library$/i;
/** What macOS leaves of a file whose content is only in iCloud. */
const IN_CLOUD = /^\.(.+)\.icloud$/;

export interface FolderSourceOptions {
  readonly folders: readonly string[];
  /** Folders that are left out, such as the one that is written to. */
  readonly exclude: readonly string[];
  /** What the command leaves out or takes in besides. */
  readonly patterns?: Patterns;
}

/**
 * Pictures in folders and all folders below them. Names are relative to their folder; with several folders they begin
 * with its name. Left out is what begins with a dot, what systems keep (bins, thumbnails), folders with a `.nomedia`, and
 * what patterns and ignore files say. Links are followed, each folder once.
 */
export function createFolderPictures({ folders, exclude, patterns = NO_PATTERNS }: FolderSourceOptions): PictureSource {
  const roots = prefixed(folders).map((root) => ({ ...root, rules: createRules(patterns, basename(root.folder)) }));
  return {
    async list(signal) {
      const walk = new Walk(new Set(await Promise.all(exclude.map(realpathOrSelf))), signal);
      for (const { folder, prefix, rules } of roots) await walk.root(folder, prefix, rules);
      return walk.listing();
    },
    isLeftOut: (name) =>
      roots.some(({ prefix, rules }) => name.startsWith(prefix) && rules.test(name.slice(prefix.length)) !== undefined),
    async read(file, signal) {
      try {
        return await readFile(file.location, { signal });
      } catch (error) {
        signal.throwIfAborted();
        const code = isGone(error) ? 'picture-unreadable' : 'picture-unavailable';
        throw new AfterimageError(code, reasonOf(error), { cause: error });
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

/** A folder on the way. */
interface Place {
  readonly path: string;
  /** What names of files in it begin with. */
  readonly prefix: string;
  /** Of the given folder that it lies in, which the rules are not told. */
  readonly rootPrefix: string;
  readonly rules: Rules;
}

class Walk {
  readonly #files: SourceFile[] = [];
  /** Films, which may belong to a picture. */
  readonly #films: { readonly name: string }[] = [];
  readonly #problems: Problem[] = [];
  readonly #unlisted: string[] = [];
  readonly #empty: string[] = [];
  readonly #unread: Problem[] = [];
  readonly #leftOut = new Map<string, LeftOut>();
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

  /** One of the given folders. It was named, so that a `.nomedia` in it says nothing. */
  async root(path: string, prefix: string, rules: Rules): Promise<void> {
    await this.#maybeEmpty(prefix, () => this.#folder({ path, prefix, rootPrefix: prefix, rules }, true));
  }

  /** A folder that may be another disk's; one that lies in another one, or holds one, is not empty because of that. */
  async #maybeEmpty(prefix: string, walk: () => Promise<void>): Promise<void> {
    const before = this.#met;
    await walk();
    if (this.#met === before) this.#empty.push(prefix);
  }

  async #folder(place: Place, isRoot = false): Promise<void> {
    this.#signal.throwIfAborted();
    const { path } = place;
    const real = await realpathOrSelf(path);
    if (this.#excluded.has(real)) return;
    if (this.#seen.has(real)) {
      this.#met++;
      return;
    }
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      this.#cannotList(place, reasonOf(error));
      return [];
    });
    if (!isRoot && entries.some(({ name }) => name === NO_MEDIA) && !place.rules.isIncluded(pathIn(place, ''))) {
      this.#met++;
      return this.#leave('nomedia', basename(path));
    }
    this.#seen.add(real);
    const rules = await this.#rulesIn(place, entries);
    // In order, so that of two links to one folder the same one wins every time.
    const sorted = rules === undefined ? [] : entries.sort((a, b) => compare(a.name, b.name));
    for (const entry of sorted) await this.#entry({ ...place, rules: rules ?? place.rules }, entry);
  }

  /** With those of the folder's ignore file. Where that cannot be read nobody knows what may be taken: undefined. */
  async #rulesIn(place: Place, entries: readonly Dirent[]): Promise<Rules | undefined> {
    if (!entries.some(({ name }) => name === IGNORE_FILE)) return place.rules;
    try {
      return place.rules.within(pathIn(place, ''), await readFile(join(place.path, IGNORE_FILE), 'utf8'));
    } catch (error) {
      const reason = error instanceof UnusableIgnoreFile ? error.message : reasonOf(error);
      this.#cannotList(place, `Its ${IGNORE_FILE} cannot be used. ${reason}`);
      return undefined;
    }
  }

  #cannotList({ path, prefix }: Place, reason: string): void {
    this.#met++;
    this.#problems.push({ name: prefix || path, reason });
    this.#unlisted.push(prefix);
  }

  async #entry(place: Place, entry: Dirent): Promise<void> {
    const { name } = entry;
    const inside: Place = { ...place, path: join(place.path, name), prefix: `${place.prefix}${name}/` };
    const [, inCloud = ''] = IN_CLOUD.exec(name) ?? [];
    if (EXTENSIONS.test(inCloud)) return this.#inCloud(place, inCloud);
    if (entry.isDirectory()) return this.#leaves(place, name, true) ? undefined : this.#folder(inside);
    const isPicture = EXTENSIONS.test(name);
    const isListed = isPicture || isFilm(name);
    const mayBeLeft = name.startsWith('.') || entry.isSymbolicLink() || (isListed && place.rules.concernsFiles);
    if (mayBeLeft && this.#leaves(place, name, false)) return;
    if (!isPicture && entry.isFile()) return isFilm(name) ? this.#film(place, name) : this.#other(name);
    const stats = await stat(inside.path).catch((error: unknown) => error as Error);
    if (stats instanceof Error) return this.#cannotLook(inside, entry, isPicture, stats);
    // A folder behind a link.
    if (stats.isDirectory()) {
      this.#met++;
      if (!this.#leaves(place, name, true)) await this.#maybeEmpty(inside.prefix, () => this.#folder(inside));
    } else if (!isPicture) this.#other(name);
    else this.#picture(toFile(place.prefix + name, inside.path, stats), stats.isFile());
  }

  #inCloud(place: Place, name: string): void {
    if (this.#leaves(place, name, false)) return;
    this.#met++;
    this.#unread.push({ name: place.prefix + name, reason: 'It is in iCloud and not downloaded.' });
  }

  #picture(file: SourceFile, isFile: boolean): void {
    this.#met++;
    if (isFile) this.#files.push(file);
    else this.#problems.push({ name: file.name, reason: 'It is not a file.' });
  }

  /** What lies behind a link that leads nowhere now may be a folder of pictures. */
  #cannotLook({ prefix }: Place, entry: Dirent, isPicture: boolean, error: Error): void {
    this.#met++;
    const isLink = entry.isSymbolicLink();
    const problem = { name: prefix.slice(0, -1), reason: reasonOf(error, isLink) };
    const mayComeBack = isLink || !isGone(error);
    if (isPicture) return void (mayComeBack ? this.#unread : this.#problems).push(problem);
    if (mayComeBack) this.#unlisted.push(prefix);
    if (mayComeBack && !ANY_EXTENSION.test(entry.name)) this.#problems.push(problem);
    else this.#other(entry.name);
  }

  #leaves(place: Place, name: string, isFolder: boolean): boolean {
    const rule = place.rules.test(`${pathIn(place, name)}${isFolder ? '/' : ''}`);
    if (rule === undefined) return false;
    // A folder with nothing but a system's bin may be a place where a disk belongs; what people leave out is there.
    if (rule.by === 'exclude' || rule.by === 'file') this.#met++;
    this.#report(rule, place, name);
    return true;
  }

  #report(rule: Rule, { path }: Place, name: string): void {
    if (rule.by === 'exclude') this.#leave('exclude', rule.pattern);
    else if (rule.by === 'file') this.#leave('file', rule.file);
    // "resources" alone says nothing: it is left out in photo libraries.
    else if (rule.by === 'system') this.#leave('system', IN_LIBRARY.test(path) ? `${basename(path)}/${name}` : name);
  }

  #leave(why: LeftOut['why'], what: string): void {
    const key = `${why}/${what}`;
    this.#leftOut.set(key, { why, what, count: (this.#leftOut.get(key)?.count ?? 0) + 1 });
  }

  #film({ prefix }: Place, name: string): void {
    this.#met++;
    this.#films.push({ name: prefix + name });
  }

  #other(name: string): void {
    this.#met++;
    this.#count(name);
  }

  #count(name: string): void {
    const [extension = ''] = ANY_EXTENSION.exec(name) ?? [];
    const key = extension.toLowerCase();
    this.#others.set(key, (this.#others.get(key) ?? 0) + 1);
  }

  /** The files that are shown, each with what belongs to it. Films that belong to nothing count as other files. */
  #paired(): SourceFile[] {
    const { pictures, films } = pairFiles<SourceFile | { readonly name: string }>([...this.#files, ...this.#films]);
    for (const { name } of films) this.#count(name);
    return pictures.flatMap(({ file, others }) => {
      if (!('location' in file)) return []; // films are never shown
      return others.length === 0 ? file : { ...file, others: others.map(({ name }) => name) };
    });
  }

  listing(): Listing {
    const files = this.#paired();
    const others = [...this.#others].sort(([a, m], [b, n]) => n - m || compare(a, b));
    const byName = (a: { name: string }, b: { name: string }) => compare(a.name, b.name);
    return {
      files: files.sort(byName),
      problems: this.#problems.sort(byName),
      others: others.reduce((sum, [, count]) => sum + count, 0),
      otherExtensions: Object.fromEntries(others),
      unlisted: this.#unlisted,
      empty: this.#empty,
      unread: this.#unread.sort(byName),
      leftOut: [...this.#leftOut.values()].sort((a, b) => b.count - a.count || compare(a.what, b.what)),
    };
  }
}

/** How rules know what is in a folder. */
function pathIn({ prefix, rootPrefix }: Place, name: string): string {
  return prefix.slice(rootPrefix.length) + name;
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
