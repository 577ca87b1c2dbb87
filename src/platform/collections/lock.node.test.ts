import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lock } from './lock.node.ts';

const hasProc = existsSync('/proc/self/stat');

async function lockPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'lock');
}

/** Write a lock like one of this process, but for `changes`. */
async function writeLock(path: string, changes: object): Promise<void> {
  const release = await lock(path, 'Taken.');
  const holder = JSON.parse(await readFile(path, 'utf8'));
  await release();
  await writeFile(path, JSON.stringify({ ...holder, ...changes }));
}

async function startOf(pid: number): Promise<string> {
  const stats = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stats.slice(stats.lastIndexOf(')') + 2).split(' ')[19] as string;
}

test('one has it at a time, also in one process; given free, it is there for the next', async () => {
  const path = await lockPath();
  const release = await lock(path, 'Taken.');
  await expect(lock(path, 'Taken.')).rejects.toMatchObject({
    code: 'not-writable',
    message: expect.stringMatching(/^Taken\. Wait/),
  });
  const waiting = lock(path, 'Taken.', true);
  await release();
  await (await waiting)();
  expect(await readdir(join(path, '..'))).toEqual([]);
});

test.runIf(hasProc)('a process of the same number that began at another time does not have it', async () => {
  const path = await lockPath();
  for (const pid of [process.pid, process.ppid]) {
    await writeLock(path, { pid, start: '1' });
    await (await lock(path, 'Taken.'))();
  }
  await writeLock(path, { pid: process.ppid, start: await startOf(process.ppid) });
  await expect(lock(path, 'Taken.')).rejects.toMatchObject({ code: 'not-writable' });
});

test.runIf(hasProc)('a process that is dead and was not waited for does not have it', async () => {
  const path = await lockPath();
  const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void parent.kill());
  const pid = Number(String((await once(parent.stdout, 'data'))[0]));
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  // A shell would wait for it; what the shell becomes does not.
  await expect.poll(() => readFile(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n');
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
  await writeLock(path, { pid, start: await startOf(pid) });
  await (await lock(path, 'Taken.'))();
});

test('where numbers say all there is, a process of this one has it only if it took it', async () => {
  const path = await lockPath();
  await writeLock(path, { start: '' });
  await (await lock(path, 'Taken.'))();
});

test('of those who find an abandoned lock one gets it', async () => {
  const path = await lockPath();
  for (let round = 0; round < 20; round++) {
    await writeLock(path, { start: '1', pid: 2 ** 30 });
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => lock(path, 'Taken.')));
    const got = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(got).toHaveLength(1);
    await got[0]?.();
  }
});

test('of another container or boot, it is held while it is touched, and taken over when it is not', async () => {
  const [touched, silent] = [await lockPath(), await lockPath()];
  for (const path of [touched, silent]) await writeLock(path, { space: 'another' });
  const timer = setInterval(() => utimes(touched, new Date(), new Date()), 500);
  onTestFinished(() => clearInterval(timer));
  await expect(lock(touched, 'Taken.')).rejects.toMatchObject({ code: 'not-writable' });
  await (await lock(silent, 'Taken.'))();
});

test('its holder touches it, and removes no lock that another one has taken since', async () => {
  const path = await lockPath();
  const release = await lock(path, 'Taken.');
  await utimes(path, 1e9, 1e9);
  await expect.poll(async () => (await stat(path)).mtimeMs).toBeGreaterThan(1e12);
  await writeFile(path, 'of another');
  await release();
  expect(await readFile(path, 'utf8')).toBe('of another');
});
