/** What every script does the same way: options, help, one clear line for an error, exit codes. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ENCODINGS, type Encoding, INDEX_KINDS } from '../../src/engine/collection/types.ts';
import { AfterimageError, type ErrorCode, toAfterimageError } from '../../src/engine/errors.ts';
import type { WantedIndex } from '../../src/indexing/indexes/choose-kind.ts';
import { escapeControls, escapeLines } from './printable.ts';
import { withRemedy } from './remedies.ts';

/** What the person running a script can mend: exit code 2. Everything else that fails is 1. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'usage',
  'not-writable',
  'host-limit',
  'nothing-to-index',
  'model-not-found',
  'model-invalid',
  'collection-not-found',
  'collection-invalid',
  'collection-version',
  'collection-model-mismatch',
  'dimension-mismatch',
  'npy-invalid',
  'metadata-invalid',
  'merge-mismatch',
  'input-changed',
  'import-invalid',
  'import-too-large',
  'remote-mismatch',
  'remote-version',
  'query-empty',
  'query-invalid',
  'query-version',
  'item-not-found',
]);

/** The values of `options`, and what stands beside them. @throws AfterimageError `usage` for what is not declared. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message.replaceAll('\n', ' '));
  }
}

/** The same for a script that takes nothing beside its options. @throws AfterimageError `usage` for what is there all the same. */
export function parseOnlyOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  const { values, positionals } = parseOptions(args, options);
  if (positionals[0] !== undefined) throw usage(`"${positionals[0]}" is not known here`);
  return values;
}

export function usage(message: string): AfterimageError {
  return new AfterimageError('usage', `${message.replace(/\.?$/, '.')} See --help.`);
}

/** A whole number of at least `min`. @throws AfterimageError `usage`. */
export function parseCount(value: string, option: string, min = 1): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= min && value.trim() !== '') return count;
  throw usage(`${option} takes a whole number of at least ${min}, not "${value}"`);
}

/** A whole number of at least `min` and at most `max`. @throws AfterimageError `usage`. */
export function parseNumberBetween(value: string, option: string, min: number, max: number): number {
  const number = parseCount(value, option, min);
  if (number <= max) return number;
  throw usage(`${option} takes a whole number between ${min} and ${max}, not "${value}"`);
}

/** One of `allowed`. @throws AfterimageError `usage`, naming them. */
export function parseChoice<T extends string>(value: string, option: string, allowed: readonly T[]): T {
  const choice = allowed.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw usage(`${option} takes ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}, not "${value}"`);
}

/** @throws AfterimageError `usage`. */
export const parseIndexKind = (value: string): WantedIndex =>
  parseChoice(value, '--index', [...INDEX_KINDS, 'auto'] as const);

/** @throws AfterimageError `usage`. */
export const parseEncoding = (value: string): Encoding => parseChoice(value, '--vectors', ENCODINGS);

/**
 * Run a script: `--help` prints `help`; an error becomes one line on stderr, `<code>: <message>` and what to do, and exit
 * code 2 where the person can mend it, else 1 (with the stack where it is a defect). When nobody reads its output any more
 * (`| head -1`), it ends, quietly.
 */
export async function runScript(help: string, main: (args: readonly string[]) => Promise<void>): Promise<void> {
  for (const output of [process.stdout, process.stderr]) output.on('error', endWhenClosed);
  const args = process.argv.slice(2);
  if (args[0] === '--') args.shift();
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help.trim());
    return;
  }
  try {
    await main(args);
  } catch (error) {
    const { code, message, stack } = toAfterimageError(error);
    // Messages hold names of files, which must not forge lines of ours; those of defects may have lines of their own.
    console.error(`${code}: ${code === 'internal' ? escapeLines(message) : escapeControls(withRemedy(code, message))}`);
    if (code === 'internal') console.error(escapeLines((error instanceof Error ? error.stack : stack) ?? ''));
    process.exitCode = USAGE_CODES.has(code) ? 2 : 1;
  }
}

function endWhenClosed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
