import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { listTrackedFiles } from '../repository/tracked-files.ts';
import { PNPM_COMMANDS } from './documents.ts';
import { readMarkdown } from './markdown.ts';
import { findPnpm, hiddenScripts, type Output, readOwnCommands, runPnpm } from './pnpm.ts';
import { type PnpmCommand, pnpmCommands } from './pnpm-commands.ts';

const read = (path: string) => readFileSync(join(ROOT_FOLDER, path), 'utf8');

const { scripts, packageManager } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  packageManager: string;
};
const NAMES = Object.keys(scripts);
const pnpm = await findPnpm(packageManager);
const own = readOwnCommands((await runPnpm(pnpm, ['help', '-a'], tmpdir())).stdout);

/** pnpm 12.21 has these, so that a list without them was not read as it should be. */
const KNOWN_COMMANDS = (
  'add audit change deploy docs fetch find help i import info install lane link list ln ls pack publish run s se search ' +
  'show stage start store t tasks test tst v version view'
).split(' ');

/** What pnpm might take for its own, or not give to the script as it is. */
const ARGS = [
  ...'-k 3 --json --filter x --dir x -C x -r -w -v -y --silent --color --registry=x -- --help -h * \\ $HOME'.split(' '),
  ...['two words', 'it\'s "quoted"', '`x`', ''],
];

const REACHED = 'the-script';

/**
 * A project whose scripts have the names of ours and print what they were given, so that any command can be tried in it.
 * Its script `search` is one that pnpm hides.
 */
let standIn = '';
beforeAll(async () => {
  standIn = await mkdtemp(join(tmpdir(), 'afterimage-test-'));
  const echoes = [...NAMES, 'search'].map((name) => [name, `printf '%s\\0' ${REACHED} ${name}`]);
  const manifest = { name: 'stand-in', private: true, scripts: Object.fromEntries(echoes) };
  await writeFile(join(standIn, 'package.json'), JSON.stringify(manifest));
});
afterAll(() => rm(standIn, { recursive: true, force: true }));

/** The script's name and what it is given where somebody types these words after `pnpm`; else what pnpm prints. */
async function arriving(words: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await runPnpm(pnpm, words, standIn);
  const [mark, ...given] = stdout.split('\0').slice(0, -1);
  return mark === REACHED ? given : { stdout, stderr };
}

const started = new Map<string, Promise<Output>>();

/** `pnpm <name> --help` of the real script. */
function helpOf(name: string): Promise<Output> {
  const help = started.get(name) ?? runPnpm(pnpm, [name, '--help'], ROOT_FOLDER);
  started.set(name, help);
  return help;
}

const isOurs = (name: string) => /^tsx \S+$/.test(scripts[name] ?? '');
/** Of several programs one after the other only the last would get `--help`, and the others work. */
const takesHelp = NAMES.filter((name) => !/[&|;]/.test(scripts[name] ?? ''));

describe('names', () => {
  test('pnpm lists its own commands', () => {
    expect([...own]).toEqual(expect.arrayContaining(KNOWN_COMMANDS));
    expect([...own]).toEqual(expect.arrayContaining([...PNPM_COMMANDS]));
    expect([...own].filter((name) => !/^[a-z][a-z-]*$/.test(name))).toEqual([]);
    expect(() => readOwnCommands('Usage: pnpm [OPTIONS] <COMMAND>')).toThrow('no list of commands');
  });

  test('no script has the name of a command of pnpm', () => {
    expect(hiddenScripts(NAMES, own)).toEqual([]);
    expect(hiddenScripts(['start', 'test', 'find', 'se', 'query'], own)).toEqual(['find', 'se']);
  });

  test('a script called search is not reached', async () => {
    expect(await arriving(['search', '--help'])).toMatchObject({ stdout: expect.stringContaining('registry') });
  });

  test.concurrent.each(NAMES)('pnpm %s gives the script what follows, as it is', async (name) => {
    expect(await arriving([name, '--help'])).toEqual([name, '--help']);
    expect(await arriving([name, ...ARGS])).toEqual([name, ...ARGS]);
  });
});

describe('help', () => {
  test.concurrent.each(takesHelp)('pnpm %s --help', async (name) => {
    const { code, stdout, stderr } = await helpOf(name);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    if (!isOurs(name)) return expect(stdout).toContain('Usage');
    // `prepare` is nothing that a person types: installing runs it.
    const usages = [`Usage: pnpm ${name}`, `Usage: ${scripts[name]}`];
    expect(usages.filter((usage) => stdout.startsWith(usage))).toHaveLength(1);
    const typed = stdout
      .split('\n')
      .flatMap((line) => pnpmCommands(/^\s*(?:[A-Z]\w+:\s+)?(pnpm .*)/.exec(line)?.[1] ?? ''));
    for (const command of typed.filter(isForScripts)) await expectToArrive(command);
    const named = [...stdout.matchAll(/\bpnpm ([a-z][\w-]*)/g)].map((match) => match[1]);
    expect([...NAMES, ...PNPM_COMMANDS]).toEqual(expect.arrayContaining(named));
  });
});

/** The others are commands of pnpm's own that are meant. */
const isForScripts = ({ name }: PnpmCommand) => !PNPM_COMMANDS.has(name);

async function expectToArrive({ words, name, args }: PnpmCommand): Promise<void> {
  // Asked before it runs: of pnpm's own commands some ask a registry or change it.
  expect(NAMES).toContain(name);
  expect(hiddenScripts([name], own)).toEqual([]);
  expect(await arriving(words)).toEqual([name, ...args]);
}

describe('documents', () => {
  const code = listTrackedFiles()
    .filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md')
    .flatMap((path) => readMarkdown(read(path)).code);
  const commands = code.flatMap(({ text }) => pnpmCommands(text)).filter(isForScripts);
  const byWords = new Map(commands.map((command) => [command.words.join(' '), command]));

  test('have commands', () => {
    expect([...byWords.keys()]).toEqual(expect.arrayContaining(['start', 'test', 'build-demo']));
  });

  test.concurrent.each([...byWords])('pnpm %s', async (_words, command) => {
    await expectToArrive(command);
    if (!takesHelp.includes(command.name)) return;
    const { stdout } = await helpOf(command.name);
    const options = command.args.filter((arg) => /^--?[a-z]/i.test(arg)).map((arg) => arg.split('=')[0] ?? '');
    expect(stdout.match(/(?<![\w-])--?[a-z][\w-]*/gi) ?? []).toEqual(expect.arrayContaining(options));
  });
});

/** In messages and comments a command stands in backticks, quotes or brackets, or after a colon. */
const namesInCode = (source: string) =>
  [...source.matchAll(/[`'":(] ?pnpm ([a-z][\w-]*)/g)].map(([, name = '']) => name);

test('code and workflows name commands that are there', () => {
  const problems = listTrackedFiles()
    .filter((path) => /\.(tsx?|ya?ml)$/.test(path) && !path.includes('.test.') && path !== 'pnpm-lock.yaml')
    .flatMap((path) => {
      const source = read(path);
      const names = /\.tsx?$/.test(path) ? namesInCode(source) : pnpmCommands(source).map(({ name }) => name);
      const gone = names.filter((name) => !NAMES.includes(name) && !PNPM_COMMANDS.has(name));
      return gone.map((name) => `${path}: there is no command pnpm ${name}`);
    });
  expect(problems).toEqual([]);
});
