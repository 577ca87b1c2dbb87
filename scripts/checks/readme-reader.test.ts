import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { finish } from '../../src/engine/async/steps.ts';
import { readCollection } from '../../src/engine/collection/reader.ts';
import {
  type Files,
  sampleContent,
  sampleItem,
  sampleVectors,
  writeCollection,
} from '../../src/engine/collection/testing.ts';
import type { CollectionManifest, Encoding, Item } from '../../src/engine/collection/types.ts';
import {
  reorderVectors,
  storeVectors,
  toFloat32,
  vectorOf,
} from '../../src/engine/collection/vectors/stored-vectors.ts';
import type { CollectionContent } from '../../src/engine/collection/writer.ts';
import { codeBytes, getComponent, middleOf } from '../../src/engine/index/codes/code.ts';
import { readCodeHeader } from '../../src/engine/index/codes/section.ts';
import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../src/engine/numeric/testing-vectors.ts';
import { makeCodes, ROWS_PER_CODED_BLOCK } from '../../src/indexing/indexes/make-codes.ts';
import { createFolderSource } from '../../src/platform/bytes/bytes.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { levelOf, linkCount, parseGraph } from '../../src/platform/indexes/hnsw/hnsw-graph.ts';
import { buildHnswIndex } from '../../src/platform/indexes/hnsw/hnsw-index.ts';
import { temporaryFolder } from '../indexing/testing.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';

interface Read {
  readonly manifest: CollectionManifest;
  readonly items: readonly Item[];
  readonly vectors: readonly Float32Array[];
  /** For each row its lists of links, the lowest level first. */
  readonly links: readonly (readonly (readonly number[])[])[] | null;
  readonly codes: Uint8Array | null;
}

type Similarity = (query: Float32Array, row: number) => number;

const DIM = 32;
/** Of so many dimensions, 128 components see little. */
const WIDE = 448;
const vectorsOf = (count: number, encoding: Encoding) =>
  storeVectors(flatten(clusteredVectors(count, DIM), DIM), DIM, encoding);

const readme = await readFile(join(ROOT_FOLDER, 'README.md'), 'utf8');

/** What the reader that the README shows, and our own, read of a collection. */
async function readBoth(count: number, changes: Partial<CollectionContent>) {
  const folder = await temporaryFolder();
  const files: Files = new Map();
  await writeCollection(sampleContent(sha256, count, changes.dim ?? DIM, { graph: undefined, ...changes }), files);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  const module = join(folder, 'reader.mjs');
  await writeFile(module, [...readme.matchAll(/```js reader\n(.*?)```/gs)].map(([, source]) => source).join('\n'));
  const reader = await import(/* @vite-ignore */ pathToFileURL(module).href);
  const read: Read = await reader.readCollection(join(folder, 'collections/holidays'));
  const readCodes: (codes: Uint8Array | null, manifest: CollectionManifest) => Similarity = reader.readCodes;
  return { read, readCodes, collection: await readCollection(createFolderSource(folder), sha256, 'holidays') };
}

/** Manifest, items and vectors, which every collection has. */
async function expectSame({ read, collection }: Awaited<ReturnType<typeof readBoth>>): Promise<void> {
  const { manifest } = collection;
  expect(read.manifest).toEqual(manifest);
  expect(read.items).toEqual(await collection.allItems());
  const vectors = toFloat32(await collection.vectors());
  const differs = read.vectors.findIndex((vector, row) =>
    vector.some((value, i) => value !== vectors[row * manifest.dim + i]),
  );
  expect([read.vectors.length, differs]).toEqual([manifest.count, -1]);
  expect(read.vectors.every(({ length }) => length === manifest.dim)).toBe(true);
}

test('the reader in the README reads a collection of several parts and blocks, with a graph', async () => {
  const [count, M] = [5000, 4];
  const vectors = vectorsOf(count, 'int8');
  const index = await buildHnswIndex({ dim: DIM, M, efConstruction: 20, capacity: count });
  for (let row = 0; row < count; row++) index.add(vectorOf(vectors, row) as Embedding);
  index.remove(7);
  const both = await readBoth(count, { vectors, graph: index.graph(), limits: { partBytes: 150_000 } });
  await expectSame(both);
  const { read, collection } = both;
  expect(collection.parts('vectors').length).toBeGreaterThan(1);
  expect(count).toBeGreaterThan(collection.manifest.quantiser.rowsPerBlock);
  expect(read.links).toEqual(linksOf(await collection.graph()));
  expect(Math.max(...(read.links ?? []).map((lists) => lists.length))).toBeGreaterThan(2);
  expect(read.codes).toBeNull();
});

test.each(['int8', 'f16', 'f32'] as const)('and one of %s without a graph', async (encoding) => {
  const limits = { partBytes: 40_000, blockBytes: 10_000 };
  const both = await readBoth(1500, { index: 'exact', vectors: vectorsOf(1500, encoding), limits });
  await expectSame(both);
  expect(both.collection.parts('vectors').length).toBeGreaterThan(1);
  expect([both.read.links, both.read.codes]).toEqual([null, null]);
});

test.each([
  ['vectors that vary in few directions', 4, DIM, () => vectorsOf(500, 'int8')],
  ['vectors that vary in all', 1, WIDE, () => storeVectors(sampleVectors(500, WIDE), WIDE, 'int8')],
] as const)('and one with codes of %s', async (_, bits, dim, createVectors) => {
  const unordered = createVectors();
  const { order, codes, shape } = await makeCodes(unordered, () => {}, new AbortController().signal);
  expect(shape.bits).toBe(bits);
  const vectors = finish(reorderVectors(unordered, order));
  const both = await readBoth(500, { dim, index: 'codes', vectors, codes, rowsPerBlock: ROWS_PER_CODED_BLOCK });
  await expectSame(both);
  const similarity = both.readCodes(both.read.codes, both.read.manifest);
  const { code, bytes } = readCodeHeader(codes, { dim, count: 500 });
  const query = vectorOf(vectors, 3);
  for (const row of [0, 3, 17, 499]) {
    let expected = dot(query, code.centre);
    for (let i = 0; i < code.width; i++) {
      const weights = code.weights.subarray(i * dim, (i + 1) * dim);
      const component = getComponent(bits, codes, bytes + row * codeBytes(code), i);
      expected += dot(query, weights) * (component - middleOf(bits));
    }
    expect(similarity(query, row), `row ${row}`).toBeCloseTo(expected, 5);
  }
  expect(similarity(query, 3), 'a row is like itself').toBeGreaterThan(bits === 4 ? 0.9 : 0.5);
});

test('and an empty one', async () => {
  const both = await readBoth(0, { index: 'exact' });
  await expectSame(both);
});

test('hashes of the manifest are what the README says, and it names all members', async () => {
  const { manifest } = (await readBoth(20, { index: 'exact' })).read;
  const { sha256: own, ...rest } = manifest;
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(await sha256(bytes(canonical(rest)))).toBe(own);
  const ids = Array.from({ length: 20 }, (_, row) => sampleItem(row).id);
  const joined = [manifest.model.sha256, ...ids].join('\n');
  expect((await sha256(bytes(joined))).slice(0, 32)).toBe(manifest.fingerprint);
  const formats = readme.slice(readme.indexOf('## Formats'), readme.indexOf('```js reader'));
  const members = [manifest, manifest.quantiser, manifest.hnsw, manifest.pictures, manifest.parts[0], sampleItem(0)];
  for (const name of members.flatMap((value) => Object.keys(value ?? {}))) expect(formats).toContain(`\`${name}\``);
});

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** JSON as the README describes it. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`)}}`;
}

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
