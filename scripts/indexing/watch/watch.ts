import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FSWatcher, watch } from 'chokidar';
import { toAfterimageError } from '../../../src/engine/errors.ts';
import { NO_PATTERNS, type Patterns } from '../../../src/platform/pictures/leave-out.ts';
import { createFolderPictures, type FolderSourceOptions } from '../../../src/platform/pictures/walk.node.ts';
import { escapeControls, printable } from '../../cli/printable.ts';
import { createIgnored } from './ignored.ts';

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** From one listing to the next, where the system does not watch so many files. */
  readonly listEveryMs?: number;
  /** What the build leaves out besides the usual: it is not watched. */
  readonly patterns?: Patterns;
}

/** Changes come in bursts: a build begins when nothing has happened for this long. */
const QUIET_MS = 500;
/** A file counts as written when its size has stood still for this long. */
const STABLE_MS = 300;
/** How often it is looked whether a folder that is gone is back. */
const LOOK_MS = 1000;
const LIST_MS = 30_000;

/** What to raise where the system watches no more files: each of them takes a watch of its own. */
const LIMITS: ReadonlyMap<unknown, string> = new Map([
  ['ENOSPC', 'fs.inotify.max_user_watches (sudo sysctl fs.inotify.max_user_watches=1048576)'],
  ['EMFILE', 'the number of open files (ulimit -n), or on Linux fs.inotify.max_user_instances,'],
]);

/**
 * Build, and again after every change in `folders`, one build at a time, until `signal` aborts. A build that fails is
 * reported and tried again after the next change; only the first one ends everything, unless the folders are empty yet.
 */
export async function watchFolders(
  folders: readonly string[],
  out: string,
  build: (signal: AbortSignal) => Promise<void>,
  { signal, log, listEveryMs = LIST_MS, patterns = NO_PATTERNS }: WatchOptions,
): Promise<void> {
  const changes = createChanges();
  signal.addEventListener('abort', () => changes.happened(), { once: true });
  const lookout = createLookout(folders, resolve(out), changes, { signal, log, listEveryMs, patterns });
  try {
    await lookout.ready;
    await attempt(() => build(signal), signal, log, true);
    while (!signal.aborted) {
      log(`${lookout.describe()} Ctrl-C ends it.`);
      await changes.next(signal);
      if (!signal.aborted) await attempt(() => build(signal), signal, log);
    }
  } finally {
    await lookout.close();
  }
}

/** Watches the folders; when the system does not watch so many files, lists them now and then instead, and says so. */
function createLookout(
  folders: readonly string[],
  out: string,
  changes: Changes,
  { signal, log, listEveryMs, patterns }: Required<WatchOptions>,
) {
  const watcher = watch([...folders], {
    ignored: createIgnored(folders, out, patterns),
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: STABLE_MS, pollInterval: 100 },
  });
  const looking = setInterval(createLook(folders, watcher, changes, log), LOOK_MS);
  const every = `every ${Math.ceil(listEveryMs / 1000)} s`;
  const listing = new AbortController();
  let isListing = false;
  const stopWatching = () => {
    clearInterval(looking);
    const closed = watcher.close();
    // Closing takes all listeners away, and an error that nobody hears would end the process.
    watcher.on('error', () => {});
    return closed;
  };
  const listInstead = (limit: string) => {
    isListing = true;
    log(
      `The system does not watch so many files: the folders are listed ${every} instead. ` +
        `To hear of changes at once, raise ${limit} and start again.`,
    );
    void stopWatching();
    void listRegularly({ folders, exclude: [out], patterns }, changes, listEveryMs, listing.signal);
  };
  const ready = new Promise<void>((isReady) => {
    watcher.on('error', (error) => {
      const limit = LIMITS.get((error as NodeJS.ErrnoException).code);
      if (limit === undefined) return log(`Watching: ${printable(String(error))}`);
      listInstead(limit);
      isReady();
    });
    watcher.once('ready', isReady);
    signal.addEventListener('abort', () => isReady(), { once: true });
  });
  watcher.on('all', () => changes.happened());
  return {
    ready,
    describe: () => (isListing ? `Looking for changes ${every}.` : 'Watching for changes.'),
    async close() {
      listing.abort();
      await stopWatching();
    },
  };
}

/** Ends with `signal`. The first listing counts as a change: what happened until then was not watched. */
async function listRegularly(
  options: FolderSourceOptions,
  changes: Changes,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const source = createFolderPictures(options);
  const look = async () => {
    const { files, unlisted } = await source.list(signal);
    const hash = createHash('sha256').update(JSON.stringify(unlisted));
    for (const { name, stamp } of files) hash.update(`${name}\0${stamp}\0`);
    return hash.digest('hex');
  };
  let last: string | undefined;
  while (!signal.aborted) {
    const now = await look().catch(() => last); // aborted
    if (now !== last) changes.happened();
    last = now;
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

/**
 * A folder that was deleted, or whose disk came or went, is another one from then on, which is not watched: it has to be
 * taken up again.
 */
function createLook(
  folders: readonly string[],
  watcher: FSWatcher,
  changes: Changes,
  log: (line: string) => void,
): () => void {
  const places = new Map(folders.map((folder) => [folder, placeOf(folder)]));
  return () => {
    for (const folder of folders) {
      const place = placeOf(folder);
      if (place === places.get(folder)) continue;
      places.set(folder, place);
      if (place === undefined) {
        log(`${printable(folder)} is gone. The collection stays as it was until the folder is back.`);
      } else {
        watcher.unwatch(folder);
        watcher.add(folder);
        changes.happened();
      }
    }
  };
}

/** Which folder on which disk it is; undefined where there is none. */
function placeOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
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
    log(`${code}: ${escapeControls(message)}${isFirst ? '' : ' The collection stays as it was.'}`);
  }
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
