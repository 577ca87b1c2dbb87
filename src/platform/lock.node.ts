import { open, readFile, rm, stat } from 'node:fs/promises';
import { AfterimageError } from '../engine/errors.ts';

const RETRY_MS = 50;
const PATIENCE_MS = 10_000;
/** A lock without a number is being made right now, or its maker was killed at that very moment. */
const MAKING_MS = 2000;

/**
 * Take the lock at `path`, a file with the process's number in it; one whose process is gone is taken over.
 * @param wait for locks that are held for moments only. Otherwise a held lock is an error at once.
 * @returns what gives it free.
 * @throws AfterimageError `not-writable` with `message` while another process has it.
 */
export async function lock(path: string, message: string, wait = false): Promise<() => Promise<void>> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    if (await claim(path)) return () => rm(path, { force: true });
    if (await isAbandoned(path)) await rm(path, { force: true });
    else if (wait && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    else throw new AfterimageError('not-writable', `${message} Wait for it, or, if there is none, delete ${path}.`);
  }
}

async function claim(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const holder = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!(Number.isInteger(holder) && holder > 0)) {
    const made = await stat(path).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > MAKING_MS;
  }
  try {
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
