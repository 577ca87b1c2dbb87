import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseCollectionList, parseManifest } from '../../src/engine/collection/manifest.ts';
import { readCollection } from '../../src/engine/collection/reader.ts';
import { type Files, sampleContent, writeCollection } from '../../src/engine/collection/testing.ts';
import { createHttpSource } from '../../src/platform/bytes/http-source.browser.ts';
import { updateList } from '../../src/platform/collections/collection-list.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { serve } from '../serve/serve.ts';
import { packCollections } from './pack-collections.ts';

let root = '';
const at = (...path: string[]) => join(root, 'collections', ...path);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'afterimage-packed-'));
  const files: Files = new Map();
  await writeCollection(sampleContent(sha256, 300, 8), files);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
  await updateList(at());
});
afterEach(() => rm(root, { recursive: true }));

const manifestOf = async (name: string) => parseManifest(await readFile(at(name, 'manifest.json'), 'utf8'), sha256);

async function firstName(): Promise<string> {
  return parseCollectionList(await readFile(at('index.json'), 'utf8')).collections[0]?.name ?? '';
}

test('parts that shrink lie beside themselves, and manifest and list agree', async () => {
  const name = await firstName();
  const before = await manifestOf(name);
  await packCollections(at());
  const after = await manifestOf(name);
  expect({ ...after, extensions: undefined, sha256: '' }).toEqual({ ...before, extensions: undefined, sha256: '' });
  const packed = after.extensions?.packed as Record<string, number>;
  const items = after.parts.find(({ kind }) => kind === 'items');
  expect(Object.keys(packed)).toContain(items?.path);
  for (const [path, bytes] of Object.entries(packed)) {
    const compressed = await readFile(at(name, `${path}.gz`));
    expect(compressed).toHaveLength(bytes);
    expect(gunzipSync(compressed).equals(await readFile(at(name, path)))).toBe(true);
  }
  const list = parseCollectionList(await readFile(at('index.json'), 'utf8'));
  expect(list.collections.map((entry) => entry.sha256)).toEqual([after.sha256]);
});

test('a page reads what is compressed, and the same without it', async () => {
  const name = await firstName();
  await packCollections(at());
  const server = await serve({ site: root, publicFolder: root, host: '127.0.0.1', port: 0 });
  try {
    const { port } = server.address() as { port: number };
    const asked: string[] = [];
    server.on('request', ({ url }: { url: string }) => asked.push(url));
    const read = async () => {
      const source = createHttpSource(`http://127.0.0.1:${port}/`);
      const pinned = { ...source, readText: async () => readFile(at(name, 'manifest.json'), 'utf8') };
      return (await readCollection(pinned, sha256, name)).allItems();
    };
    const items = await read();
    expect(items).toHaveLength(300);
    expect(asked).toEqual([expect.stringMatching(/\/items-.*\.bin\.gz$/)]);
    for (const file of await readdir(at(name))) if (file.endsWith('.gz')) await rm(at(name, file));
    expect(await read()).toEqual(items);
  } finally {
    server.close();
  }
});

test('a collection that cannot be read stays as it is', async () => {
  const name = await firstName();
  await writeFile(at(name, 'manifest.json'), '{}');
  const before = await readFile(at('index.json'), 'utf8');
  await packCollections(at());
  expect(await readFile(at('index.json'), 'utf8')).toBe(before);
  expect((await readdir(at(name))).filter((file) => file.endsWith('.gz'))).toEqual([]);
});
