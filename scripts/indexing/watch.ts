import { existsSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { toAfterimageError } from '../../src/engine/errors.ts';
import { printable } from './progress.ts';

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Changes come in bursts: a build begins when nothing has happened for this long. */
const QUIET_MS = 500;
/** A file counts as written when its size has stood still for this long. */
const STABLE_MS = 300;
/** How often it is looked whether a folder that is gone is back. */
const LOOK_MS = 1000;

/**
 * Build, and again after every change in `folders`, one build at a time, until `signal` aborts. A build that fails is
 * reported and tried again after the next change; only the first one ends everything, unless the folders are empty yet.
 */
export async function watchFolders(
  folders: readonly string[],
  out: string,
  build: (signal: AbortSignal) => Promise<void>,
  { signal, log }: WatchOptions,
): Promise<void> {
  const changes = createChanges();
  const output = resolve(out);
  const watcher = watch([...folders], {
    ignored: (path) => isHidden(path, folders) || `${resolve(path)}${sep}`.startsWith(`${output}${sep}`),
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: STABLE_MS, pollInterval: 100 },
  });
  watcher.on('all', () => changes.happened());
  watcher.on('error', (error) => log(`Watching: ${printable(String(error))}`));
  signal.addEventListener('abort', () => changes.happened(), { once: true });
  const looking = setInterval(createLook(folders, watcher, changes, log), LOOK_MS);
  try {
    await new Promise<void>((ready) => watcher.once('ready', ready));
    await attempt(() => build(signal), signal, log, true);
    while (!signal.aborted) {
      log('Watching for changes. Ctrl-C ends it.');
      await changes.next(signal);
      if (!signal.aborted) await attempt(() => build(signal), signal, log);
    }
  } finally {
    clearInterval(looking);
    await watcher.close();
  }
}

/** A folder that was deleted, or whose disk was unplugged, is not watched any more: it has to be taken up again. */
function createLook(
  folders: readonly string[],
  watcher: FSWatcher,
  changes: Changes,
  log: (line: string) => void,
): () => void {
  const gone = new Set<string>();
  return () => {
    for (const folder of folders) {
      const isThere = existsSync(folder);
      if (!isThere && !gone.has(folder)) {
        gone.add(folder);
        log(`${printable(folder)} is gone. The collection stays as it was until the folder is back.`);
      } else if (isThere && gone.delete(folder)) {
        watcher.unwatch(folder);
        watcher.add(folder);
        changes.happened();
      }
    }
  };
}

async function attempt(
  build: () => Promise<void>,
  signal: AbortSignal,
  log: (line: string) => void,
  isFirst = false,
): Promise<void> {
  try {
    await build();
  } catch (error) {
    const { code, message } = toAfterimageError(error);
    if (isFirst && (signal.aborted || code !== 'nothing-to-index')) throw error;
    if (signal.aborted) return; // the next start goes on from there
    log(`${code}: ${message}${isFirst ? '' : ' The collection stays as it was.'}`);
  }
}

function isHidden(path: string, folders: readonly string[]): boolean {
  return basename(path).startsWith('.') && !folders.some((folder) => resolve(folder) === resolve(path));
}

type Changes = ReturnType<typeof createChanges>;

/** Remembers changes until somebody waits for them. */
function createChanges() {
  let last = 0;
  let pending = false;
  let wake: (() => void) | undefined;
  return {
    happened() {
      last = performance.now();
      pending = true;
      wake?.();
    },
    /** Resolves when something has changed and then nothing for a while. */
    async next(signal: AbortSignal): Promise<void> {
      if (!pending) await new Promise<void>((resolve) => (wake = resolve));
      for (let quiet = 0; quiet < QUIET_MS && !signal.aborted; quiet = performance.now() - last) {
        await new Promise((resolve) => setTimeout(resolve, QUIET_MS - quiet));
      }
      pending = false;
    },
  };
}
