import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lock } from '../../src/platform/collections/lock.node.ts';
import { CACHE_FOLDER } from '../repository/folders.ts';
import { buildSite, copyVisible, lockOf } from './site.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'afterimage-site-'));
});
afterEach(() => rm(root, { recursive: true }));

test('what is hosted holds no links and nothing unfinished', async () => {
  const from = join(root, 'collections');
  await mkdir(join(root, 'elsewhere/thumbs'), { recursive: true });
  await mkdir(join(from, '.partial-demo'), { recursive: true });
  await writeFile(join(root, 'elsewhere/manifest.json'), '{}');
  await writeFile(join(root, 'elsewhere/thumbs/a.webp'), 'a');
  await symlink(join(root, 'elsewhere'), join(from, 'mine'));
  await symlink(join(root, 'elsewhere/thumbs'), join(root, 'elsewhere/previews'));
  await symlink(join(root, 'nowhere'), join(from, 'gone'));
  const to = join(root, 'out');
  await copyVisible(from, to);
  expect(await readdir(to)).toEqual(['mine']);
  for (const path of ['mine', 'mine/previews']) expect((await lstat(join(to, path))).isDirectory()).toBe(true);
  expect(await readFile(join(to, 'mine/previews/a.webp'), 'utf8')).toBe('a');
});

test('a site that another process is building is left alone', async () => {
  const out = join(root, 'site');
  await mkdir(out);
  await writeFile(join(out, 'build.json'), '{"fingerprint":""}');
  await writeFile(join(out, 'half.js'), '');
  await mkdir(CACHE_FOLDER, { recursive: true });
  const release = await lock(lockOf(out), '');
  try {
    await expect(buildSite({ out, base: './', data: false })).rejects.toMatchObject({ code: 'not-writable' });
    expect((await readdir(out)).sort()).toEqual(['build.json', 'half.js']);
  } finally {
    await release();
  }
});
