import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkCollections, checkSizes } from './check-site.ts';
import { emptyOut, readRecord, writeRecord } from './out-folder.ts';

let work = '';
const at = (...path: string[]) => join(work, ...path);
const refused = expect.objectContaining({ code: 'usage' });

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-out-'));
  await mkdir(at('repository/src'), { recursive: true });
  await writeFile(at('repository/src/main.ts'), '');
});
afterEach(() => rm(work, { recursive: true }));

const empty = (...path: string[]) => emptyOut(at(...path), at('repository'));

test('the repository, what it lies in and folders of something else are never emptied', async () => {
  await writeRecord(at('repository'), { fingerprint: 'f', base: './', data: true });
  await symlink(at('repository'), at('link'));
  for (const path of ['repository', 'repository/..', 'link', 'repository/src']) {
    await expect(empty(path)).rejects.toEqual(refused);
  }
  await expect(emptyOut('/', at('repository'))).rejects.toEqual(refused);
  expect(await readdir(at('repository/src'))).toEqual(['main.ts']);
});

test('new and empty folders are taken, and a site is replaced, an unfinished one too', async () => {
  await empty('repository/dist');
  expect(await readRecord(at('repository/dist'))).toMatchObject({ fingerprint: '' });
  await mkdir(at('repository/dist/assets'));
  await empty('repository/dist');
  expect(await readdir(at('repository/dist'))).toEqual(['build.json']);
});

test('a file that is too large is our mistake, unless it is a picture of theirs', async () => {
  const large = Buffer.alloc(25 * 2 ** 20 + 1);
  await mkdir(at('dist/collections/x/previews/ab'), { recursive: true });
  await writeFile(at('dist/collections/x/previews/ab/abcd.jpg'), large);
  await writeFile(at('dist/app.js'), large);
  const { own, pictures } = await checkSizes(at('dist'));
  expect(own).toEqual([expect.stringContaining('app.js')]);
  expect(pictures).toEqual([expect.stringMatching(/abcd\.jpg has \d+ bytes; Cloudflare Pages/)]);
});

test('a site without a collection says how to make one', async () => {
  expect(await checkCollections(work)).toEqual([expect.stringContaining('pnpm build-demo')]);
  await mkdir(at('collections'));
  const none = { format: 'afterimage-collections', version: 1, collections: [] };
  await writeFile(at('collections/index.json'), JSON.stringify(none));
  expect(await checkCollections(work)).toHaveLength(1);
});
