import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { watchFolders } from './watch.ts';

test('a folder that goes away and comes back, and another one in its place, is watched again', {
  timeout: 30_000,
}, async () => {
  const home = await mkdtemp(join(tmpdir(), 'afterimage-watch-'));
  const folder = join(home, 'pictures');
  await mkdir(folder);
  const stop = new AbortController();
  const lines: string[] = [];
  const build = vi.fn(async () => {});
  const { signal } = stop;
  const watching = watchFolders([folder], join(home, 'out'), build, { signal, log: (line) => void lines.push(line) });
  const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 50 });
  try {
    await until(() => expect(lines).toContain('Watching for changes. Ctrl-C ends it.'));
    await rm(folder, { recursive: true });
    await until(() => expect(lines).toContainEqual(expect.stringMatching(/pictures is gone\. The collection stays/)));
    await mkdir(folder);
    await writeFile(join(folder, 'a.txt'), 'a');
    const before = build.mock.calls.length;
    await until(() => expect(build.mock.calls.length).toBeGreaterThan(before));
    // It was taken up again, not only seen once.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const settled = build.mock.calls.length;
    await writeFile(join(folder, 'b.txt'), 'b');
    await until(() => expect(build.mock.calls.length).toBeGreaterThan(settled));
    // Another folder has its place between two looks, as where a disk is mounted.
    await mkdir(`${folder}-2`);
    await rename(folder, `${folder}-1`);
    await rename(`${folder}-2`, folder);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const swapped = build.mock.calls.length;
    await writeFile(join(folder, 'c.txt'), 'c');
    await until(() => expect(build.mock.calls.length).toBeGreaterThan(swapped));
  } finally {
    stop.abort();
    await watching;
    await rm(home, { recursive: true, force: true });
  }
});
