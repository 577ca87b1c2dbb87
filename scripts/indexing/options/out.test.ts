import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkedName, makeOut, placeAdvice } from './out.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'afterimage-out-'));
});
afterEach(() => rm(home, { recursive: true }));

test('the last part of the path is the name', () => {
  expect(checkedName('/a/b/holiday-2026')).toBe('holiday-2026');
  for (const path of ['/', '/a/b c', '/a/.hidden', '/a/x.json']) expect(() => checkedName(path)).toThrow(/--out/);
});

test('no collection has the name of the pictures of visitors', () => {
  expect(() => checkedName('public/collections/library')).toThrow(/visitors.*another name.*--out/);
});

test('a folder is made, and taken again while it is a collection or empty', async () => {
  const out = join(home, 'collections/new');
  await makeOut(out);
  await makeOut(out);
  await mkdir(join(out, '.partial'));
  await writeFile(join(out, 'vectors.bin'), '');
  await makeOut(out);
});

test('a folder with other things is not written into', async () => {
  await writeFile(join(home, 'diary.txt'), '');
  await expect(makeOut(home)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('--out') });
});

test('what is no folder, and where none can be made, is told', async () => {
  await writeFile(join(home, 'file'), '');
  await expect(makeOut(join(home, 'file'))).rejects.toMatchObject({ code: 'not-writable' });
  await expect(makeOut(join(home, 'file/x'))).rejects.toMatchObject({ code: 'not-writable' });
});

test.runIf(process.platform === 'linux')('a place where no folder can be made, whoever asks', async () => {
  await expect(makeOut('/proc/afterimage')).rejects.toMatchObject({ code: 'not-writable' });
});

test('a place that the page does not offer is told, with its list', async () => {
  const offered = join(home, 'collections');
  await mkdir(offered);
  await symlink(offered, join(home, 'link'));
  expect(await placeAdvice(join(offered, 'x'), offered)).toBeUndefined();
  expect(await placeAdvice(join(home, 'link/x'), offered)).toBeUndefined();
  for (const out of [join(home, 'x'), join(offered, 'deeper/x')]) {
    const advice = await placeAdvice(out, offered);
    expect(advice).toContain(`copy ${out} there, then start again.`);
    expect(advice).toContain(join(out, '../index.json'));
  }
});
