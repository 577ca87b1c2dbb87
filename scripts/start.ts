import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { AfterimageError } from '../src/engine/errors.ts';
import { parseCount, parseOnlyOptions, runScript } from './cli/cli.ts';
import { listModels } from './models/list-models.ts';
import { MODELS_FOLDER, PUBLIC_FOLDER, ROOT_FOLDER } from './repository/folders.ts';
import { ensureKernels } from './repository/kernels.ts';
import { addressLines } from './serve/addresses.ts';
import { findPort } from './serve/find-port.ts';
import { serve } from './serve/serve.ts';
import { listCollections } from './site/list-collections.ts';
import { buildSite, isCurrent } from './site/site.ts';

const HELP = `
Usage: pnpm start [options]

Builds the demo collection and the site where they are missing or stale, serves them and shows the address to open.
Collections that build-index makes meanwhile are there when the page is loaded again; one that is copied into public/ is
listed at the next start.

  --port <n>     first port to try (4173)
  --host [addr]  serve others too: all addresses, or this one (only this computer)
  --site <dir>   serve this built site as it is; nothing is built
  --no-build     the same for dist/, made by pnpm build
`;

const OPTIONS = {
  port: { type: 'string', default: '4173' },
  host: { type: 'string', default: '127.0.0.1' },
  site: { type: 'string' },
  'no-build': { type: 'boolean', default: false },
} as const;

await runScript(HELP, async (args) => {
  const values = parseOnlyOptions(withHostValue(args), OPTIONS);
  const wanted = parseCount(values.port, '--port');
  const given = values.site ?? (values['no-build'] ? join(ROOT_FOLDER, 'dist') : undefined);
  if (given === undefined) {
    await ensureKernels();
    process.exitCode = await buildDemo();
    if (process.exitCode !== 0) return;
  }
  await listCollections();
  await listModels(MODELS_FOLDER);
  const site = await prepareSite(given);
  const port = await findPort(wanted, values.host);
  if (port !== wanted) console.log(`Port ${wanted} is taken.`);
  await serve({ site, publicFolder: PUBLIC_FOLDER, host: values.host, port });
  for (const line of addressLines(values.host, port)) console.log(line);
});

/** `--host` alone means every address. */
function withHostValue(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    const alone = arg === '--host' && (args[i + 1] === undefined || args[i + 1]?.startsWith('-'));
    return alone ? [arg, '0.0.0.0'] : [arg];
  });
}

/** The folder to serve: `given` as it is, else the site built from the present sources. */
async function prepareSite(given: string | undefined): Promise<string> {
  if (given !== undefined) {
    if (existsSync(join(given, 'index.html'))) return given;
    throw new AfterimageError('usage', `There is no built site in ${given}. Run \`pnpm build\` first.`);
  }
  const options = { out: join(ROOT_FOLDER, '.cache/site'), base: './', data: false };
  if (await isCurrent(options)) {
    console.log('The site is up to date.');
    return options.out;
  }
  console.log('Building the site …');
  const started = performance.now();
  await buildSite(options);
  console.log(`The site is built (${((performance.now() - started) / 1000).toFixed(1)} s).`);
  return options.out;
}

/**
 * `pnpm build-demo`, in a process of its own, so that its memory is given back; it is quick when nothing changed.
 * @returns its exit code; the reason of a failure stands above, in its words.
 */
async function buildDemo(): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT_FOLDER, 'scripts/build-demo.ts')], {
    cwd: ROOT_FOLDER,
    stdio: 'inherit',
  });
  // Ctrl-C reaches both: the child ends in order, and this process with it.
  const wait = () => {};
  const pass = () => child.kill('SIGTERM');
  process.on('SIGINT', wait).on('SIGTERM', pass);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    process.off('SIGINT', wait).off('SIGTERM', pass);
  }
}
