/** Reads pnpm commands from documents and help texts. */

/** A command that starts pnpm, as a person would type it. */
export interface PnpmCommand {
  /** Without quotes, redirections and what comes before pnpm. */
  readonly words: readonly string[];
  /** The script, or pnpm's own command. */
  readonly name: string;
  /** What follows the name. */
  readonly args: readonly string[];
  /** Of `npx -y pnpm@12 start`: "12". */
  readonly version: string | undefined;
}

const TOKENS = /\s+|(#.*)|([;|&<>()]+)|((?:"(?:\\.|[^"\\])*"?|'[^']*'?|\\.|[^\s"'\\;|&<>()])+)/g;

/** The pnpm commands of a piece of shell, in any of its lines. What stands for something, as `<folder>…`, becomes a word. */
export function pnpmCommands(shell: string): PnpmCommand[] {
  const lines = fillIn(shell).replaceAll('\\\n', ' ').split('\n');
  return lines.flatMap(simpleCommands).flatMap((words) => toPnpmCommand(words) ?? []);
}

/** `<folder>…` → `something`, `[--fresh]` → `--fresh`, `[options]` → nothing. */
function fillIn(usage: string): string {
  return usage
    .replace(/<[^\s<>][^<>\n]*>/g, 'something')
    .replace(/\[options\]|…|\.\.\./g, '')
    .replace(/\[(-[^\]\n]*)\]/g, '$1');
}

/** The words of each command of a line: split where the shell splits, without comments and redirections. */
function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  let redirected = false;
  for (const [, comment, operator, word] of line.matchAll(TOKENS)) {
    if (comment !== undefined) break;
    if (operator !== undefined) {
      redirected = /[<>]/.test(operator);
      if (!redirected) commands.push([]);
    } else if (word !== undefined) {
      if (!redirected) commands.at(-1)?.push(unquote(word));
      redirected = false;
    }
  }
  return commands;
}

function unquote(word: string): string {
  return word.replace(/"((?:\\.|[^"\\])*)"?|'([^']*)'?|\\(.)/g, (_all, double, single, escaped) =>
    double === undefined ? (single ?? escaped) : double.replace(/\\(["\\$`])/g, '$1'),
  );
}

function toPnpmCommand(words: readonly string[]): PnpmCommand | undefined {
  const start = words.findIndex((word) => word === 'pnpm' || word.startsWith('pnpm@'));
  const version = words[start]?.split('@')[1];
  // `npm install -g pnpm@12` does not start it.
  if (start < 0 || (version !== undefined && !words.slice(0, start).includes('npx'))) return undefined;
  const own = words.slice(start + 1);
  let at = own.findIndex((word) => !word.startsWith('-'));
  if (own[at] === 'run' && own.length > at + 1) at++;
  const name = own[at];
  return name === undefined ? undefined : { words: own, name, args: own.slice(at + 1), version };
}
