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

/** A piece of what a folder holds. */
export interface Listed {
  readonly files: readonly FoundFile[];
  /** Folders whose content is not known, with a `/` at their ends. */
  readonly unlisted: readonly string[];
}

/** Files whose length and time are asked for at a time. */
const TOGETHER = 16;

/**
 * Pictures in a folder and all folders below it, one folder after the other. Left out is what `build-index` leaves out:
 * names that begin with a dot, what systems keep, folders with a `.nomedia`, what ignore files say.
 * @param folder of the store, of which the files say that they lie in it
 * @throws DOMException where the folder itself cannot be listed
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
      const { files, inside } = await listPlace(place, folder, isRoot);
      places.unshift(...inside);
      yield { files, unlisted: [] };
    } catch (error) {
      if (isRoot) throw error;
      yield { files: [], unlisted: [place.prefix] };
    }
  }
}

interface Place {
  readonly handle: FileSystemDirectoryHandle;
  /** Its path, with a `/` at its end; empty for the folder itself. */
  readonly prefix: string;
  readonly rules: Rules;
}

async function listPlace(place: Place, folder: number, isRoot: boolean) {
  const entries: FileSystemHandle[] = [];
  for await (const entry of place.handle.values()) entries.push(entry);
  const names = new Set(entries.map(({ name }) => name));
  if (names.has(NO_MEDIA) && !isRoot) return { files: [], inside: [] };
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
  return { files: await filesIn(taken, place, folder), inside };
}

/** @throws UnusableIgnoreFile: where nobody knows what may be taken, nothing is */
async function rulesIn({ handle, prefix, rules }: Place): Promise<Rules> {
  const file = await (await handle.getFileHandle(IGNORE_FILE)).getFile();
  if (file.size > MAX_IGNORE_BYTES) throw new UnusableIgnoreFile('It is too long.');
  return rules.within(prefix, await file.text());
}

const MAX_IGNORE_BYTES = 2 ** 20;

async function filesIn(entries: readonly FileSystemHandle[], { prefix }: Place, folder: number): Promise<FoundFile[]> {
  const mayBe = entries.filter(({ kind, name }) => kind === 'file' && (isPictureName(name) || isFilm(name)));
  const found: FoundFile[] = [];
  for (const { file, others } of pairFiles(mayBe).pictures) {
    found.push({ folder, path: prefix + file.name, bytes: 0, modified: 0, ...named(others, prefix) });
  }
  const handles = new Map(mayBe.map((entry) => [prefix + entry.name, entry as FileSystemFileHandle]));
  const factsOf = async (path: string) => {
    const { size, lastModified } = (await handles.get(path)?.getFile()) ?? {};
    return { bytes: size ?? 0, modified: lastModified ?? 0 };
  };
  const known: FoundFile[] = [];
  for (let i = 0; i < found.length; i += TOGETHER) {
    const facts = found.slice(i, i + TOGETHER).map(async (file) => {
      const otherFacts = file.others && (await Promise.all(file.others.map(factsOf)));
      return { ...file, ...(await factsOf(file.path)), ...(otherFacts && { otherFacts }) };
    });
    for (const one of await Promise.allSettled(facts)) if (one.status === 'fulfilled') known.push(one.value);
  }
  return known;
}

function named(others: readonly { readonly name: string }[], prefix: string): Pick<FoundFile, 'others'> {
  return others.length === 0 ? {} : { others: others.map(({ name }) => prefix + name) };
}
