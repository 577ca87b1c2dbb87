/** A system that watches no more files: each watch that is asked for fails. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../testing.ts';
import { watchFolders } from './watch.ts';

const limit = vi.hoisted(() => ({ code: '' }));
vi.mock('chokidar', async (original) => {
  const chokidar = await original<typeof import('chokidar')>();
  const watch: typeof chokidar.watch = (...args) => {
    const watcher = chokidar.watch(...args);
    const fail = () => void watcher.emit('error', Object.assign(new Error('no more'), { code: limit.code }));
    for (const ms of [0, 0, 50]) setTimeout(fail, ms); // a line a file is what it must not become
    return watcher;
  };
  return { ...chokidar, watch };
});

test.each([
  ['ENOSPC', /raise fs\.inotify\.max_user_watches \(sudo sysctl /],
  ['EMFILE', /raise the number of open files \(ulimit -n\)/],
])('after %s the folders are listed, and one line says so and what to raise', async (code, advice) => {
  limit.code = code;
  const home = await temporaryFolder();
  const folder = join(home, 'pictures');
  await mkdir(join(folder, 'sub'), { recursive: true });
  await writeFile(join(folder, 'sub/a.jpg'), 'a');
  await writeFile(join(home, 'b.jpg'), 'b');
  const stop = new AbortController();
  const lines: string[] = [];
  const build = vi.fn(async () => {});
  const options = { signal: stop.signal, log: (line: string) => void lines.push(line), listEveryMs: 100 };
  const watching = watchFolders([folder], join(home, 'out'), build, options);
  const builds = (count: number) => expect.poll(() => build.mock.calls.length, { interval: 20 }).toBe(count);
  try {
    await builds(2); // the first one, and one for what happened until the first listing
    await rename(join(home, 'b.jpg'), join(folder, 'sub/b.jpg')); // in one piece: half a file is another change
    await builds(3);
    await rm(join(folder, 'sub/a.jpg'));
    await builds(4);
    await new Promise((resolve) => setTimeout(resolve, 800)); // for a fifth, if it came
    expect(build).toHaveBeenCalledTimes(4);
  } finally {
    stop.abort();
    await watching;
  }
  expect(lines[0]).toMatch(/^The system does not watch so many files: the folders are listed every 1 s instead\. /);
  expect(lines[0]).toMatch(advice);
  expect(new Set(lines.slice(1))).toEqual(new Set(['Looking for changes every 1 s. Ctrl-C ends it.']));
});
