import { posix } from 'node:path';
import type { CodeText, Document, Link } from './markdown.ts';
import { pnpmCommands } from './pnpm-commands.ts';

/** What documents may name. Paths are relative to the root, with `/`. */
export interface Surroundings {
  /** Files that git has. */
  readonly files: ReadonlySet<string>;
  /** Whether git ignores this file or folder, so that a script or a person may make it. */
  readonly isIgnored: (path: string) => boolean;
  readonly scripts: ReadonlySet<string>;
  /** "12" */
  readonly pnpmMajor: string;
}

/**
 * What documents and messages may name of pnpm's own commands. Add one where it is meant. Most names in pnpm's list would
 * be mistakes: a reader who runs `search` for our `query` sends the words to a registry.
 */
export const PNPM_COMMANDS: ReadonlySet<string> = new Set([
  'add',
  'approve-builds',
  'exec',
  'help',
  'install',
  'outdated',
  'patch',
  'patch-commit',
  'update',
  'why',
]);

/** These name what was there once. */
const HISTORY: ReadonlySet<string> = new Set(['CHANGELOG.md']);

/** What is wrong in documents (by path), one line each: `docs/models.md:12: there is no …`. */
export function checkDocuments(documents: ReadonlyMap<string, Document>, surroundings: Surroundings): string[] {
  const folders = foldersOf(surroundings.files);
  const exists = (path: string) => surroundings.files.has(path) || folders.has(path) || path === '.';
  return [...documents].flatMap(([path, { links, code }]) => {
    const say = (line: number) => (problem: string) => `${path}:${line}: ${problem}`;
    return [
      ...links.flatMap((link) => checkLink(path, link, documents, exists).map(say(link.line))),
      ...(HISTORY.has(path) ? [] : code).flatMap((text) => {
        const missing = pathsIn(text, folders).filter((name) => !exists(name) && !surroundings.isIgnored(name));
        const problems = [...checkCommands(text.text, surroundings), ...missing.map((name) => `there is no ${name}`)];
        return problems.map(say(text.line));
      }),
    ];
  });
}

function foldersOf(files: ReadonlySet<string>): Set<string> {
  const folders = new Set<string>();
  for (const file of files) {
    for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder);
  }
  return folders;
}

function checkLink(
  from: string,
  { target }: Link,
  documents: ReadonlyMap<string, Document>,
  exists: (path: string) => boolean,
): string[] {
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return [];
  const [path = '', anchor] = decodeURI(target).split('#');
  // As GitHub does it, a path that begins with / begins at the root.
  const there =
    path === '' ? from : posix.join(path.startsWith('/') ? '.' : posix.dirname(from), path).replace(/\/$/, '');
  if (!exists(there.replace(/^\//, ''))) return [`the link to ${target} leads nowhere: there is no ${there}`];
  const document = documents.get(there.replace(/^\//, ''));
  if (!anchor || !document || document.anchors.has(anchor)) return [];
  return [`the link to ${target} leads nowhere: ${there} has no heading for #${anchor}`];
}

function checkCommands(shell: string, { scripts, pnpmMajor }: Surroundings): string[] {
  return pnpmCommands(shell).flatMap(({ name, version }) => [
    ...(scripts.has(name) || PNPM_COMMANDS.has(name) ? [] : [`there is no command pnpm ${name}`]),
    ...(version === undefined || version === pnpmMajor ? [] : [`pnpm@${version} is not the version of package.json`]),
  ]);
}

/**
 * The paths of the repository that code within a line or a block of shell names: words that begin with one of its folders.
 * Of `public/models/<id>/onnx` and `scripts/*.ts` what comes before the part that stands for something.
 */
function pathsIn({ text, language }: CodeText, folders: ReadonlySet<string>): string[] {
  if (language !== undefined && !['sh', 'bash', 'console'].includes(language)) return [];
  return text.split(/[\s"'=]+/).flatMap((word) => {
    const [name = ''] = word.replace(/^\.\//, '').split('#');
    if (!name.includes('/') || !folders.has(name.slice(0, name.indexOf('/')))) return [];
    const open = name.search(/[<>…*{[$]|\.\.\./);
    const known = open < 0 ? name : name.slice(0, name.lastIndexOf('/', open));
    return [known.replace(/(:\d+)?[,.;:)]*$/, '').replace(/\/$/, '')];
  });
}
