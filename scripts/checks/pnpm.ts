import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { env } from 'node:process';

/** What a program printed, and its exit code: null where it did not start or was killed. */
export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `--help` takes a second or two; what takes so long does something else. */
const TIME_LIMIT_MS = 240_000;

/** These commands of pnpm run the script of their name. Every other hides it. */
const RUN_THEIR_SCRIPT: ReadonlySet<string> = new Set(['start', 'test']);

/** Runs pnpm (or npx) in `folder`, without pnpm's check of the installation: several of those at once would collide. */
export function runPnpm(file: string, args: readonly string[], folder: string): Promise<Output> {
  const options = { cwd: folder, timeout: TIME_LIMIT_MS, env: { ...env, pnpm_config_verify_deps_before_run: 'false' } };
  return new Promise((resolve) => {
    const child = execFile(file, args, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/**
 * The pnpm that runs this process, else that on the path, else the one that npx gets, as the README says.
 *
 * @param packageManager as in package.json, "pnpm@12.21.0": a pnpm of another major version is passed over.
 * @throws Error where there is none.
 */
export async function findPnpm(packageManager: string): Promise<string> {
  const major = packageManager.replace(/^pnpm@(\d+).*$/, '$1');
  const running = env.npm_execpath ?? '';
  for (const file of [basename(running).startsWith('pnpm') ? running : '', 'pnpm']) {
    // Outside the repository, where no pnpm becomes the version that package.json asks for.
    if (file !== '' && (await runPnpm(file, ['--version'], tmpdir())).stdout.startsWith(`${major}.`)) return file;
  }
  const { stdout } = await runPnpm('npx', ['-y', '-p', `pnpm@${major}`, '-c', 'command -v pnpm'], tmpdir());
  if (stdout.trim() === '') throw new Error(`There is no pnpm ${major}, and npx does not get one`);
  return stdout.trim();
}

/** The names of all commands of pnpm with their aliases, from what `pnpm help -a` prints. @throws Error if it reads none. */
export function readOwnCommands(help: string): Set<string> {
  const [, list = ''] = /^Commands:\n(.*?)\n\n/ms.exec(help) ?? [];
  const names = list.split(/^ {2}(?=\S)/m).flatMap((entry) => {
    const [, aliases = ''] = /\[alias(?:es)?:\s*([^\]]+)\]/.exec(entry) ?? [];
    return [...entry.split(/\s/, 1), ...aliases.split(/[,\s]+/)];
  });
  const own = new Set(names.filter((name) => name !== ''));
  if (own.size === 0) throw new Error('The output of `pnpm help -a` has no list of commands that can be read');
  return own;
}

/** Those of `scripts` that `pnpm <name>` does not reach, because pnpm has commands of these names. */
export function hiddenScripts(scripts: Iterable<string>, own: ReadonlySet<string>): string[] {
  return [...scripts].filter((name) => own.has(name) && !RUN_THEIR_SCRIPT.has(name));
}
