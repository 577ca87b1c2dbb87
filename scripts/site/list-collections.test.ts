import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { stringifyManifest } from '../../src/engine/collection/manifest.ts';
import { sampleContent, writeCollection } from '../../src/engine/collection/testing.ts';
import { register } from '../../src/platform/collections/collection-list.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { temporaryFolder } from '../indexing/testing.ts';
import { addReranker } from '../models/rerankers/add-reranker.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { listCollections } from './list-collections.ts';

/** A folder of collections, of which only the manifests matter. */
async function collectionsOf(...names: readonly string[]) {
  const folder = join(await temporaryFolder(), 'collections');
  await mkdir(folder);
  const add = async (name: string) => {
    const manifest = await writeCollection({ ...sampleContent(sha256, 2, 4), name }, new Map());
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'manifest.json'), stringifyManifest(manifest));
  };
  for (const name of names) {
    await add(name);
    await register(folder, name);
  }
  const list = join(folder, 'index.json');
  const listed = async () =>
    JSON.parse(await readFile(list, 'utf8')).collections.map((one: { name: string }) => one.name);
  const said: string[] = [];
  return { folder, add, list, listed, said, update: () => listCollections(folder, (line) => said.push(line)) };
}

test('a collection whose folder is gone leaves the list, even as the first and as the last one', async () => {
  const { folder, listed, update, said } = await collectionsOf('mine', 'demo');
  await rm(join(folder, 'mine'), { recursive: true });
  await update();
  expect(await listed()).toEqual(['demo']);
  expect(said).toEqual([expect.stringMatching(/mine is no longer listed/)]);
  await rm(join(folder, 'demo'), { recursive: true });
  await update();
  expect(await listed()).toEqual([]);
});

test('so does one whose manifest cannot be read; one that is not listed enters', async () => {
  const { folder, add, listed, update } = await collectionsOf('b', 'c', 'a');
  await writeFile(join(folder, 'c', 'manifest.json'), '{');
  await add('copied');
  await update();
  expect(await listed()).toEqual(['b', 'a', 'copied']);
  await add('c');
  await register(folder, 'c');
  expect(await listed()).toEqual(['b', 'a', 'copied', 'c']);
});

test.each([undefined, '', '{"format": "afterimage-collections", "vers'])('a list of %j is made anew', async (text) => {
  const { list, listed, update } = await collectionsOf('b', 'a');
  if (text === undefined) await rm(list);
  else await writeFile(list, text);
  await update();
  expect(await listed()).toEqual(['a', 'b']);
});

test('a list of something else is refused and stays', async () => {
  const { list, update } = await collectionsOf('a');
  await writeFile(list, '{"my": "data"}');
  await expect(update()).rejects.toMatchObject({ code: 'not-writable' });
  expect(await readFile(list, 'utf8')).toBe('{"my": "data"}');
});

test('the rerankers in the folder of models beside it are named, in the order of their names, and leave the list', async () => {
  const { folder, list, update } = await collectionsOf('a');
  const models = join(dirname(folder), 'models');
  const TINY = join(ROOT_FOLDER, 'src/platform/rerankers/fixtures/random-blip-itm');
  const named = async () => JSON.parse(await readFile(list, 'utf8')).rerankers;
  expect(await named()).toBeUndefined();
  for (const id of ['tiny', 'another']) await addReranker({ folder: TINY, modelsFolder: models, id });
  await update();
  expect(await named()).toEqual(['another', 'tiny']);
  await register(folder, 'a');
  expect(await named()).toEqual(['another', 'tiny']);
  await rm(models, { recursive: true });
  await update();
  expect(await named()).toBeUndefined();
});

test('nothing is written where there is nothing to say', async () => {
  const { folder, update, said } = await collectionsOf();
  await update();
  expect(await readdir(folder)).toEqual([]);
  await listCollections(join(folder, 'nowhere'), (line) => said.push(line));
  expect(said).toEqual([]);
});

test('the name of the pictures of visitors is not listed, and that is said', async () => {
  const { add, listed, update, said } = await collectionsOf('a');
  await add('library');
  await update();
  expect(await listed()).toEqual(['a']);
  expect(said).toEqual([expect.stringMatching(/library is not listed.*visitors.*another name/)]);
});
