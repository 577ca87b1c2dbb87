import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { readCollection } from '../../src/engine/collection/reader.ts';
import { storeVectors, toFloat32, vectorOf } from '../../src/engine/collection/stored-vectors.ts';
import { type Files, sampleContent, writeCollection } from '../../src/engine/collection/testing.ts';
import type { Item } from '../../src/engine/collection/types.ts';
import type { Embedding } from '../../src/engine/embedding.ts';
import { clusteredVectors, flatten } from '../../src/engine/test-vectors.ts';
import { createFolderSource } from '../../src/platform/bytes.node.ts';
import { levelOf, linkCount, parseGraph } from '../../src/platform/hnsw-graph.ts';
import { buildHnswIndex } from '../../src/platform/hnsw-index.ts';
import { sha256 } from '../../src/platform/sha256.ts';
import { temporaryFolder } from '../indexing/testing.ts';
import { ROOT_FOLDER } from './folders.ts';

interface Read {
  readonly manifest: unknown;
  readonly items: readonly Item[];
  readonly vectors: readonly Float32Array[];
  /** For each row its lists of links, the lowest level first. */
  readonly links: readonly (readonly (readonly number[])[])[];
}

/** The reader that the README shows, as a module. */
async function readerOfReadme(folder: string): Promise<(folder: string) => Promise<Read>> {
  const readme = await readFile(join(ROOT_FOLDER, 'README.md'), 'utf8');
  const source = /```js reader\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const module = join(folder, 'reader.mjs');
  await writeFile(module, source);
  return (await import(/* @vite-ignore */ pathToFileURL(module).href)).readCollection;
}

test('the reader in the README reads a collection of several parts and blocks', async () => {
  const folder = await temporaryFolder();
  const files: Files = new Map();
  const [count, dim, M] = [5000, 32, 4];
  const stored = storeVectors(flatten(clusteredVectors(count, dim), dim), dim, 'int8');
  const index = await buildHnswIndex({ dim, M, efConstruction: 20, capacity: count });
  for (let row = 0; row < count; row++) index.add(vectorOf(stored, row) as Embedding);
  index.remove(7);
  const graph = index.graph();
  const limits = { partBytes: 150_000 };
  await writeCollection(sampleContent(sha256, count, dim, { vectors: stored, graph, limits }), files);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }

  const read = await (await readerOfReadme(folder))(join(folder, 'collections/holidays'));
  const collection = await readCollection(createFolderSource(folder), sha256, 'holidays');
  expect(collection.parts('vectors').length).toBeGreaterThan(1);
  expect(count).toBeGreaterThan(collection.manifest.quantiser.rowsPerBlock);
  expect(read.manifest).toEqual(collection.manifest);
  expect(read.items).toEqual(await collection.allItems());
  const vectors = toFloat32(await collection.vectors());
  const differs = read.vectors.findIndex((vector, row) => vector.some((value, i) => value !== vectors[row * dim + i]));
  expect([read.vectors.length, differs]).toEqual([count, -1]);
  expect(read.links).toEqual(linksOf(await collection.graph()));
  expect(Math.max(...read.links.map((lists) => lists.length))).toBeGreaterThan(2);
});

function linksOf(bytes: Uint8Array): number[][][] {
  const { words, starts } = parseGraph(bytes);
  return Array.from(starts, (start) => {
    const word = words[start] as number;
    let at = start + 1 + linkCount(word);
    const lists = [[...words.subarray(start + 1, at)]];
    for (let level = 0; level < levelOf(word); level++) {
      const end = at + 1 + (words[at] as number);
      lists.push([...words.subarray(at + 1, end)]);
      at = end;
    }
    return lists;
  });
}
