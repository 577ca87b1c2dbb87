/** Which files and folders are left out of a collection: by their names, by patterns, by an ignore file in a folder. */
import ignore from 'ignore';
import { DERIVED, LIBRARIES, SYSTEM_FOLDERS } from './system-folders.ts';

/** Lines as in a `.gitignore`, for the folder that it lies in and those below. */
export const IGNORE_FILE = '.afterimageignore';
/** Android's: the folder that holds one and those below are not for galleries. */
export const NO_MEDIA = '.nomedia';

/** What the command says, as patterns of gitignore(5) relative to each given folder; upper and lower case are the same. */
export interface Patterns {
  readonly exclude: readonly string[];
  /** Stronger than `exclude`, than ignore files and than what is left out by default. */
  readonly include: readonly string[];
}

export const NO_PATTERNS: Patterns = { exclude: [], include: [] };

/**
 * Why something is left out: its name begins with a dot; it is a folder of a system or of a photo program; the command says
 * so; an ignore file says so.
 */
export type Rule =
  | { readonly by: 'hidden' | 'system' }
  | { readonly by: 'exclude'; readonly pattern: string }
  | { readonly by: 'file'; readonly file: string };

export interface Rules {
  /**
   * Why `path` is left out, or undefined, as for what is no relative path. What is below a folder that is left out is left out as well.
   * @param path relative to the given folder, with `/` between; that of a folder ends with one.
   */
  test(path: string): Rule | undefined;
  /** Whether --include names `path` or a folder above it. */
  isIncluded(path: string): boolean;
  /** False where only names of folders and leading dots matter. */
  readonly concernsFiles: boolean;
  /**
   * These rules and those of an ignore file's text.
   * @param folder that it lies in, as `test` takes it; empty for the given one.
   * @throws UnusableIgnoreFile
   */
  within(folder: string, text: string): Rules;
}

/** @param name of the given folder itself: a photo library may be given as well. */
export function createRules({ exclude, include }: Patterns, name: string): Rules {
  const isLibrary = ignore()
    .add(LIBRARIES.map((library) => `${library}/`))
    .ignores(`${normal(name) || '-'}/`);
  const system = [...SYSTEM_FOLDERS, ...DERIVED, ...(isLibrary ? ['/*', '!/originals/', '!/masters/'] : [])];
  const defaults = [marked('.*', 'hidden'), ...system.map((pattern) => marked(pattern, 'system'))];
  const command = [
    ...exclude.map((pattern) => marked(literalStart(pattern), 'exclude')),
    ...include.map((pattern) => marked(`!${literalStart(pattern)}`, 'include')),
  ];
  const included = ignore().add(include.map(literalStart));
  const compose = (files: readonly Marked[]): Rules => {
    const all = ignore().add([...defaults, ...files, ...command]);
    return {
      concernsFiles: files.length + command.length > 0,
      test: (path) => (ignore.isPathValid(path) ? toRule(all.test(normal(path)).rule) : undefined),
      isIncluded: (path) => included.ignores(normal(path)),
      within: (folder, text) => compose([...files, ...linesOf(text, normal(folder))]),
    };
  };
  return compose([]);
}

interface Marked {
  readonly pattern: string;
  readonly mark: string;
}

const marked = (pattern: string, mark: string): Marked => ({ pattern: normal(pattern), mark });

/** File systems of macOS take letters apart that others, and people, write as one. */
function normal(text: string): string {
  return text.normalize('NFC');
}

/** In an ignore file `#` begins a comment and `!` an exception; in an option they are part of a name. */
function literalStart(pattern: string): string {
  return pattern.replace(/^(?=[#!])/, '\\');
}

const OF_FILE = 'file:';

/** An ignore file may come with pictures of somebody else: matching it takes no time without end. */
const MAX_LINES = 1000;
const MAX_LINE = 1000;
const MAX_GLOBSTARS = 3;

/** The message is a sentence for a person. */
export class UnusableIgnoreFile extends Error {}

/** The lines of an ignore file, as patterns relative to the given folder. @throws UnusableIgnoreFile */
function linesOf(text: string, folder: string): Marked[] {
  const all = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const lines = all.filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length > MAX_LINES) throw new UnusableIgnoreFile(`It has more than ${MAX_LINES} patterns.`);
  for (const line of lines) {
    if (line.length > MAX_LINE) throw new UnusableIgnoreFile(`It has a line of more than ${MAX_LINE} characters.`);
    if (line.split('**').length - 1 > MAX_GLOBSTARS) {
      throw new UnusableIgnoreFile(`It has a line with more than ${MAX_GLOBSTARS} times “**”.`);
    }
  }
  return lines.map((line) => marked(relocate(line, folder), `${OF_FILE}${folder}${IGNORE_FILE}`));
}

/** A line of an ignore file in `folder` as one that means the same in the folder above all. */
function relocate(line: string, folder: string): string {
  if (folder === '') return line;
  const negative = line.startsWith('!') ? '!' : '';
  const body = line.slice(negative.length).replace(/^\\(?=[#!])/, '');
  const isAnchored = body.trimEnd().slice(0, -1).includes('/');
  const place = folder.replace(/[\\*?[\]]/g, '\\$&');
  return `${negative}/${place}${isAnchored ? '' : '**/'}${body.replace(/^\//, '')}`;
}

function toRule(rule: { readonly pattern: string; readonly mark?: string | undefined } | undefined): Rule | undefined {
  const mark = rule?.mark;
  if (rule === undefined || mark === undefined) return undefined;
  if (mark.startsWith(OF_FILE)) return { by: 'file', file: mark.slice(OF_FILE.length) };
  if (mark === 'exclude') return { by: mark, pattern: rule.pattern.replace(/^\\/, '') };
  return { by: mark === 'hidden' ? 'hidden' : 'system' };
}
