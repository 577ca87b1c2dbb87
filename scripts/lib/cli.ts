/** What every script does the same way: options, help, one clear line for an error, exit codes. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ENCODINGS, ENGINES, type Encoding, type Engine } from '../../src/engine/collection/types.ts';
import { AfterimageError, type ErrorCode, toAfterimageError } from '../../src/engine/errors.ts';

/** What the person running a script can mend: exit code 2. Everything else that fails is 1. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'usage',
  'not-writable',
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
]);

/** The values of `options`, and what stands beside them. @throws AfterimageError `usage` for what is not declared. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
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

/** @throws AfterimageError `usage`. */
export function parseEngine(value: string, option = '--index'): Engine {
  const engine = ENGINES.find((one) => one === value);
  if (engine === undefined) throw usage(`${option} takes ${ENGINES.join(', ')}, not "${value}"`);
  return engine;
}

/** @throws AfterimageError `usage`. */
export function parseEncoding(value: string, option = '--vectors'): Encoding {
  const encoding = ENCODINGS.find((one) => one === value);
  if (encoding === undefined) throw usage(`${option} takes ${ENCODINGS.join(', ')}, not "${value}"`);
  return encoding;
}

/**
 * Run a script: `--help` prints `help`; an error becomes one line on stderr, `<code>: <message>`, and exit code 2 where
 * the person can mend it, else 1 (with the stack where it is a defect).
 */
export async function runScript(help: string, main: (args: readonly string[]) => Promise<void>): Promise<void> {
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
    console.error(`${code}: ${message}`);
    if (code === 'internal') console.error(error instanceof Error ? error.stack : stack);
    process.exitCode = USAGE_CODES.has(code) ? 2 : 1;
  }
}
