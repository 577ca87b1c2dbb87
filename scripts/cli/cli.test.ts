import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AfterimageError } from '../../src/engine/errors.ts';
import {
  parseChoice,
  parseCount,
  parseNumberBetween,
  parseOnlyOptions,
  parseOptions,
  runScript,
  usage,
} from './cli.ts';

const printed = { out: [] as string[], error: [] as string[] };
const argv = process.argv;

beforeEach(() => {
  printed.out = [];
  printed.error = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.out.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => void printed.error.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.argv = argv;
  process.exitCode = 0;
});

/** The exit code of a script called with `args`. */
async function exitCode(args: readonly string[], main: (args: readonly string[]) => Promise<void>) {
  process.argv = ['node', 'script', ...args];
  process.exitCode = 0;
  await runScript('Usage: script', main);
  return process.exitCode;
}

test('help is printed and nothing run', async () => {
  const main = vi.fn();
  expect(await exitCode(['x', '--help'], main)).toBe(0);
  expect(main).not.toHaveBeenCalled();
  expect(printed.out).toEqual(['Usage: script']);
});

test('what the person can mend is one line and 2, other failures are 1', async () => {
  const options = async (args: readonly string[]) => void parseOptions(args, { json: { type: 'boolean' } });
  expect(await exitCode(['--json', 'text'], options)).toBe(0);
  expect(await exitCode(['--yaml'], options)).toBe(2);
  expect(printed.error).toEqual([expect.stringMatching(/^usage: Unknown option '--yaml'.*See --help\.$/)]);
  const fail = (error: Error) => () => Promise.reject(error);
  expect(await exitCode([], fail(new AfterimageError('model-not-found', 'No model.')))).toBe(2);
  expect(await exitCode([], fail(new AfterimageError('part-corrupt', 'Damaged.')))).toBe(1);
  expect(printed.error.slice(1)).toEqual([
    'model-not-found: No model.',
    expect.stringMatching(/^part-corrupt: Damaged\. Build the collection again with `pnpm build-index`;/),
  ]);
  expect(await exitCode([], fail(new TypeError('defect')))).toBe(1);
});

test('a message is one line, whatever the name in it, and no control sequence reaches the terminal', async () => {
  const fail = (error: Error) => () => Promise.reject(error);
  const long = 'x'.repeat(1000);
  await exitCode([], fail(new AfterimageError('picture-unreadable', `bad\nusage: forged.jpg\x1b[2J ${long}`)));
  expect(printed.error).toEqual([`picture-unreadable: bad\\u{a}usage: forged.jpg\\u{1b}[2J ${long}`]);
  printed.error = [];
  await exitCode([], fail(new TypeError('first\nsecond\x1b[2J')));
  expect(printed.error[0]).toBe('internal: first\nsecond\\u{1b}[2J');
  expect(printed.error[1]).toMatch(/^TypeError: first\nsecond\\u\{1b\}\[2J\n +at /);
  printed.error = [];
  const ambiguous = async (args: readonly string[]) => void parseOptions(args, { out: { type: 'string' } });
  await exitCode(['--out', '--in'], ambiguous);
  expect(printed.error).toEqual([
    expect.stringMatching(/^usage: Option '--out' argument is ambiguous\. \S.*See --help\.$/),
  ]);
});

test('words beside the options are refused where none are taken', async () => {
  const main = async (args: readonly string[]) => void parseOnlyOptions(args, { json: { type: 'boolean' } });
  expect(await exitCode(['--json'], main)).toBe(0);
  expect(await exitCode(['vector', '--json'], main)).toBe(2);
  expect(printed.error).toEqual(['usage: "vector" is not known here. See --help.']);
});

test('counts are whole numbers from a least one', () => {
  expect(parseCount('12', '-k')).toBe(12);
  for (const value of ['0', '-1', '1.5', 'ten', '', ' ']) expect(() => parseCount(value, '-k')).toThrow(/^-k takes/);
  expect(usage('Bad.').message).toBe('Bad. See --help.');
});

test('a number has both ends, a choice names what there is', () => {
  expect(parseNumberBetween('256', '--M', 2, 256)).toBe(256);
  for (const value of ['1', '257', 'x']) expect(() => parseNumberBetween(value, '--M', 2, 256)).toThrow(/^--M takes/);
  expect(parseChoice('b', '--of', ['a', 'b', 'c'])).toBe('b');
  expect(() => parseChoice('d', '--of', ['a', 'b', 'c'])).toThrow('--of takes a, b or c, not "d"');
});

test.each(['stdout', 'stderr'] as const)('a script whose %s is closed ends, quietly', async (name) => {
  const cli = new URL('./cli.ts', import.meta.url).href;
  const write = name === 'stdout' ? 'console.log' : 'console.error';
  const main = `async () => { for (;;) { ${write}('line'); await new Promise((resolve) => setTimeout(resolve, 20)); } }`;
  const script = `const { runScript } = await import(${JSON.stringify(cli)}); await runScript('', ${main});`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'pipe' });
  let other = '';
  child[name === 'stdout' ? 'stderr' : 'stdout'].on('data', (text) => {
    other += text;
  });
  child[name].once('data', () => child[name].destroy());
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(other).toBe('');
});
