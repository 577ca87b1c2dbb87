import { isFilm, pairFiles } from '../../../indexing/pictures/pairs.ts';
import { isPictureName } from '../../pictures/extensions.ts';
import {
  createRules,
  IGNORE_FILE,
  NO_MEDIA,
  NO_PATTERNS,
  type Rules,
  UnusableIgnoreFile,
} from '../../pictures/leave-out.ts';
import type { FoundFile } from '../library-store.ts';
import { isNamed, unavailable } from './folder-access.browser.ts';

/** A piece of what a folder holds. */
export interface Listed {
  readonly files: readonly FoundFile[];
  /** Folders whose content is not known, with a `/` at their ends. */
  readonly unlisted: readonly string[];
  /** Files that are there and cannot be read, with the reason of each; nothing is known of them but their paths. */
  readonly unreadable: readonly UnreadableFile[];
}

export interface UnreadableFile {
  readonly file: FoundFile;
  readonly reason: string;
}

/** Files whose length and time are asked for at a time. */
const TOGETHER = 16;
/** Files of a piece: the first ones are read while the others are listed. */
const PIECE = 512;

/**
 * Pictures in a folder and all folders below it, one folder after the other. Left out is what `build-index` leaves out:
 * names that begin with a dot, what systems keep, folders with a `.nomedia`, what ignore files say.
 * @param folder of the store, of which the files say that they lie in it
 * @throws AfterimageError `picture-unavailable` where the folder itself cannot be listed
 */
export async function* listFolder(
  root: FileSystemDirectoryHandle,
  folder: number,
  signal: AbortSignal,
): AsyncGenerator<Listed> {
  const places: Place[] = [{ handle: root, prefix: '', rules: createRules(NO_PATTERNS, root.name) }];
  for (let place = places.shift(); place && !signal.aborted; place = places.shift()) {
    const isRoot = place.handle === root;
    try {
      const { entries, inside } = await listPlace(place, isRoot);
      places.unshift(...inside);
      yield* filesIn(entries, place, folder, signal);
    } catch (error) {
      if (isRoot) throw unavailable(error);
      yield { files: [], unlisted: [place.prefix], unreadable: [] };
    }
  }
}

interface Place {
  readonly handle: FileSystemDirectoryHandle;
  /** Its path, with a `/` at its end; empty for the folder itself. */
  readonly prefix: string;
  readonly rules: Rules;
}

/** What of a place is taken. */
async function listPlace(place: Place, isRoot: boolean) {
  const entries: FileSystemHandle[] = [];
  for await (const entry of place.handle.values()) entries.push(entry);
  const names = new Set(entries.map(({ name }) => name));
  if (names.has(NO_MEDIA) && !isRoot) return { entries: [], inside: [] };
  const rules = names.has(IGNORE_FILE) ? await rulesIn(place) : place.rules;
  const isTaken = ({ kind, name }: FileSystemHandle) =>
    rules.test(`${place.prefix}${name}${kind === 'directory' ? '/' : ''}`) === undefined;
  const taken = entries.filter(isTaken).sort((a, b) => (a.name < b.name ? -1 : 1));
  const inside = taken
    .filter((entry) => entry.kind === 'directory')
    .map((handle) => ({
      handle: handle as FileSystemDirectoryHandle,
      prefix: `${place.prefix}${handle.name}/`,
      rules,
    }));
  return { entries: taken, inside };
}

/** @throws UnusableIgnoreFile: where nobody knows what may be taken, nothing is */
async function rulesIn({ handle, prefix, rules }: Place): Promise<Rules> {
  const file = await (await handle.getFileHandle(IGNORE_FILE)).getFile();
  if (file.size > MAX_IGNORE_BYTES) throw new UnusableIgnoreFile('It is too long.');
  return rules.within(prefix, await file.text());
}

const MAX_IGNORE_BYTES = 2 ** 20;

/** @throws DOMException where the place went away meanwhile: nobody knows what is in it */
async function* filesIn(
  entries: readonly FileSystemHandle[],
  { handle, prefix }: Place,
  folder: number,
  signal: AbortSignal,
): AsyncGenerator<Listed> {
  const mayBe = entries.filter(({ kind, name }) => kind === 'file' && (isPictureName(name) || isFilm(name)));
  const handles = new Map(mayBe.map((entry) => [entry.name, entry as FileSystemFileHandle]));
  const { pictures } = pairFiles(mayBe);
  for (let i = 0; i < pictures.length && !signal.aborted; i += PIECE) {
    const piece = pictures.slice(i, i + PIECE).map(({ file: { name }, others }) => ({
      at: handles.get(name),
      beside: others.flatMap((other) => handles.get(other.name) ?? []),
      found: { folder, path: prefix + name, bytes: 0, modified: 0, ...named(others, prefix) },
    }));
    const listed = await factsOf(piece);
    if (listed.isAnyGone) await handle.keys().next(); // throws where all of the place is gone
    yield { ...listed, unlisted: [] };
  }
}

interface Entry {
  readonly at: FileSystemFileHandle | undefined;
  /** The other files of the picture. */
  readonly beside: readonly FileSystemFileHandle[];
  readonly found: FoundFile;
}

/** Length and time of files. Those that went away meanwhile are left out. */
async function factsOf(entries: readonly Entry[]) {
  const files: FoundFile[] = [];
  const unreadable: UnreadableFile[] = [];
  let isAnyGone = false;
  for (let i = 0; i < entries.length; i += TOGETHER) {
    for (const one of await Promise.all(entries.slice(i, i + TOGETHER).map(factOf))) {
      if (one === 'gone') isAnyGone = true;
      else if ('reason' in one) unreadable.push(one);
      else files.push(one);
    }
  }
  return { files, unreadable, isAnyGone };
}

async function factOf({ at, beside, found }: Entry): Promise<FoundFile | UnreadableFile | 'gone'> {
  try {
    const otherFacts = await Promise.all(beside.map(sizeOf)).catch(() => []);
    return { ...found, ...(await sizeOf(at)), ...(otherFacts.length > 0 && { otherFacts }) };
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return 'gone';
    return { file: found, reason: unavailable(error).message };
  }
}

async function sizeOf(handle: FileSystemFileHandle | undefined) {
  const { size, lastModified } = (await handle?.getFile()) ?? { size: 0, lastModified: 0 };
  return { bytes: size, modified: lastModified };
}

function named(others: readonly { readonly name: string }[], prefix: string): Pick<FoundFile, 'others'> {
  return others.length === 0 ? {} : { others: others.map(({ name }) => prefix + name) };
}
