import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../testing.ts';
import { watchFolders } from './watch.ts';

test('a folder that goes away and comes back, and another one in its place, is watched again', async () => {
  const home = await temporaryFolder();
  const folder = join(home, 'pictures');
  await mkdir(folder);
  const stop = new AbortController();
  const lines: string[] = [];
  const build = vi.fn(async () => {});
  const { signal } = stop;
  const watching = watchFolders([folder], join(home, 'out'), build, { signal, log: (line) => void lines.push(line) });
  const builds = () => build.mock.calls.length;
  const buildsAfter = (count: number) => expect.poll(builds).toBeGreaterThan(count);
  /** It was taken up again, not only seen once: when all is quiet, a new file is noticed, and be it not the first one. */
  const isWatched = async () => {
    let settled = -1;
    while (settled !== builds()) {
      settled = builds();
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    let written = 0;
    const afterFile = () => writeFile(join(folder, `${settled}-${written++}.txt`), 'a').then(builds);
    await expect.poll(afterFile, { interval: 2500 }).toBeGreaterThan(settled);
  };
  try {
    await expect.poll(() => lines).toContain('Watching for changes. Ctrl-C ends it.');
    await rm(folder, { recursive: true });
    await expect.poll(() => lines).toContainEqual(expect.stringMatching(/pictures is gone\. The collection stays/));
    const whileGone = builds();
    await mkdir(folder);
    await buildsAfter(whileGone);
    await isWatched();
    // Another folder has its place between two looks, as where a disk is mounted.
    const before = builds();
    await mkdir(`${folder}-2`);
    await rename(folder, `${folder}-1`);
    await rename(`${folder}-2`, folder);
    await buildsAfter(before);
    await isWatched();
  } finally {
    stop.abort();
    await watching;
  }
});
