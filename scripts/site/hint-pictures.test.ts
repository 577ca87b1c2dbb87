import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Files, sampleContent, writeCollection } from '../../src/engine/collection/testing.ts';
import { updateList } from '../../src/platform/collections/collection-list.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { hintPictures } from './hint-pictures.ts';
import { packCollections } from './pack-collections.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'afterimage-hint-'));
  await writeFile(join(root, 'index.html'), '<head><script src="./boot.js"></script></head>');
});
afterEach(() => rm(root, { recursive: true }));

const hinted = async () => {
  await hintPictures(root);
  return /data-pictures="([^"]*)"/.exec(await readFile(join(root, 'index.html'), 'utf8'))?.[1];
};

test('the page names the file that it reads first, compressed where it is', async () => {
  const files: Files = new Map();
  await writeCollection(sampleContent(sha256, 300, 8), files);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
  await updateList(join(root, 'collections'));
  await packCollections(join(root, 'collections'));
  const path = (await hinted()) ?? '';
  expect(path).toMatch(/^\.\/collections\/[^/]+\/items-[0-9a-f]{16}\.bin\.gz$/);
  expect((await stat(join(root, path))).isFile()).toBe(true);
  expect(await readFile(join(root, 'index.html'), 'utf8')).toContain('src="./boot.js"></script>');
});

test('without collections, or with one that cannot be read, it names none', async () => {
  expect(await hinted()).toBeUndefined();
  await mkdir(join(root, 'collections'));
  await writeFile(join(root, 'collections/index.json'), 'nonsense');
  expect(await hinted()).toBeUndefined();
});
