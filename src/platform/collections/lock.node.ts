import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { AfterimageError } from '../../engine/errors.ts';

const RETRY_MS = 50;
const PATIENCE_MS = 10_000;
/** A lock that says nothing is being made right now, or its maker was killed at that very moment. */
const MAKING_MS = 2000;
/** A holder touches its lock this often, for those who cannot see its process. */
const TOUCH_MS = 1000;
/** Untouched for so long, a lock whose holder cannot be seen is abandoned. */
const SILENCE_MS = 6000;

/**
 * Who has a lock. A number alone does not say it: in a container the next process gets the same one, after a restart
 * some other program does.
 */
interface Holder {
  readonly pid: number;
  /** The numbers of which boot and which container; empty where that cannot be told. */
  readonly space: string;
  /** When the process began, in ticks since the boot; empty where that cannot be told. */
  readonly start: string;
  /** Of this lock alone. */
  readonly token: string;
}

/** `unseen`: of another container or machine, or of an earlier boot. */
type Verdict = 'held' | 'abandoned' | 'unseen';

/** Locks of this process, by token. */
const own = new Set<string>();

/**
 * Take the lock at `path`, a file that says which process has it; one whose process is gone is taken over.
 * @param wait for locks that are held for moments only. Otherwise a held lock is an error at once, or after some seconds
 *   where its holder cannot be seen.
 * @returns what gives it free.
 * @throws AfterimageError `not-writable` with `message` while another process has it.
 */
export async function lock(path: string, message: string, wait = false): Promise<() => Promise<void>> {
  const until = Date.now() + PATIENCE_MS;
  const isSilent = createListener(path);
  for (;;) {
    const release = await claim(path);
    if (release) return release;
    const text = await readFile(path, 'utf8').catch((error) => (error.code === 'ENOENT' ? undefined : ''));
    if (text === undefined) continue; // It was given free in between.
    const verdict = await judge(path, text);
    const silent = verdict === 'unseen' ? await isSilent() : verdict === 'abandoned';
    if (silent === true) await takeOver(path, text);
    else if (silent === false && !(wait && Date.now() < until)) {
      throw new AfterimageError('not-writable', `${message} Wait for it, or, if there is none, delete ${path}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, silent === true ? 0 : RETRY_MS));
  }
}

async function claim(path: string): Promise<(() => Promise<void>) | undefined> {
  const token = randomUUID();
  const text = JSON.stringify({ pid: process.pid, space: SPACE, start: startOf(process.pid) ?? '', token });
  try {
    const file = await open(path, 'wx');
    own.add(token);
    await file.writeFile(text);
    await file.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  const touch = () => utimes(path, new Date(), new Date()).catch(() => {});
  const timer = setInterval(touch, TOUCH_MS).unref();
  return async () => {
    clearInterval(timer);
    own.delete(token);
    await removeIfStill(path, text);
  };
}

async function removeIfStill(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) await rm(path, { force: true });
}

/** Remove an abandoned lock, one process at a time: the second one would remove what the first has taken since. */
async function takeOver(path: string, text: string): Promise<void> {
  const gate = `${path}.over`;
  try {
    await (await open(gate, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (await isOlderThan(gate, MAKING_MS)) await rm(gate, { force: true });
    return;
  }
  await removeIfStill(path, text);
  await rm(gate, { force: true });
}

async function judge(path: string, text: string): Promise<Verdict> {
  const holder = parseHolder(text);
  if (!holder) return (await isOlderThan(path, MAKING_MS)) ? 'abandoned' : 'held';
  const { pid, space, start, token } = holder;
  if (space !== SPACE) return 'unseen';
  if (start !== '') return startOf(pid) === start ? 'held' : 'abandoned';
  if (pid === process.pid) return own.has(token) ? 'held' : 'abandoned';
  return isRunning(pid) ? 'held' : 'abandoned';
}

/** Says whether the lock was touched since it was first asked: false. True after a long silence, undefined until then. */
function createListener(path: string) {
  let first: { readonly touched: number; readonly asked: number } | undefined;
  return async (): Promise<boolean | undefined> => {
    const touched = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
    first ??= { touched, asked: performance.now() };
    if (touched !== first.touched) return false;
    return performance.now() - first.asked > SILENCE_MS ? true : undefined;
  };
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return typeof holder?.pid === 'number' && typeof holder.space === 'string' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function isOlderThan(path: string, milliseconds: number): Promise<boolean> {
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > milliseconds;
}

const SPACE = readSpace();

/** Linux only. */
function readSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/**
 * When a process began (proc(5), field 22 of `stat`); undefined where it is gone, or dead and only not waited for, or
 * where there is no /proc.
 */
function startOf(pid: number): string | undefined {
  try {
    const stats = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, with whatever is in it.
    const [state = '', ...fields] = stats.slice(stats.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
