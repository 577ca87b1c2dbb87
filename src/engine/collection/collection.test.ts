import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.ts';
import type { ByteSource } from '../ports.ts';
import { openCollection, readCollection } from './reader.ts';
import {
  createMemorySource,
  type Files,
  sampleContent,
  sampleItem,
  sampleVectors,
  writeCollection,
} from './testing.ts';
import { storeVectors } from './vectors/stored-vectors.ts';

const read = (files: Files) => readCollection(createMemorySource(files, sha256), sha256, 'holidays');

describe('a collection', () => {
  test('comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.integer({ min: 1, max: 9 }), fc.uint8Array(), async (count, dim, graph) => {
        const files: Files = new Map();
        const content = sampleContent(sha256, count, dim, { graph });
        const manifest = await writeCollection(content, files);
        const collection = await read(files);
        expect(collection.manifest).toEqual(manifest);
        expect(await collection.vectors()).toEqual(content.vectors);
        expect(await collection.graph()).toEqual(graph);
        const items = await collection.items();
        expect(await Promise.all(Array.from({ length: count }, (_, row) => items.get(row)))).toEqual(content.items);
        expect(await collection.allItems()).toEqual(content.items);
      }),
      { numRuns: 30 },
    );
  });

  test('is the same, byte for byte, when it is written again', async () => {
    const [once, again]: [Files, Files] = [new Map(), new Map()];
    await writeCollection(sampleContent(sha256, 5, 4), once);
    await writeCollection(sampleContent(sha256, 5, 4), again);
    expect(again).toEqual(once);
  });

  test('shares the parts that did not change with its next version', async () => {
    const files: Files = new Map();
    const renamed = [0, 1, 2].map((row) => ({ ...sampleItem(row), name: `renamed/${row}.jpg` }));
    const before = await writeCollection(sampleContent(sha256, 3, 4), files);
    const after = await writeCollection(sampleContent(sha256, 3, 4, { items: renamed }), files);
    const shared = after.parts.filter(({ path }) => before.parts.some((part) => part.path === path));
    expect(shared.map(({ kind }) => kind)).toEqual(['vectors', 'graph']);
  });

  test.each([1, 7, 8])('of dimension %i may have its vectors anywhere in memory', async (dim) => {
    for (const encoding of ['int8', 'f16', 'f32'] as const) {
      const files: Files = new Map();
      const content = sampleContent(sha256, 3, dim, { vectors: storeVectors(sampleVectors(3, dim), dim, encoding) });
      await writeCollection(content, files);
      for (const [path, bytes] of files) files.set(path, new Uint8Array([0, ...bytes]).subarray(1));
      expect(await (await read(files)).vectors()).toEqual(content.vectors);
    }
  });

  test('names its parts by the paths that a byte source takes', async () => {
    const files: Files = new Map();
    await writeCollection(sampleContent(sha256, 3, 4), files);
    const collection = await read(files);
    expect(collection.parts().map(({ kind }) => kind)).toEqual(['vectors', 'graph', 'items']);
    for (const { path, bytes } of collection.parts()) expect(files.get(path)).toHaveLength(bytes);
    expect(collection.parts('graph')).toHaveLength(1);
  });

  test('opens from a manifest that is known already', async () => {
    const files: Files = new Map();
    const manifest = await writeCollection(sampleContent(sha256, 3, 4), files);
    files.delete('collections/holidays/manifest.json');
    expect((await openCollection(createMemorySource(files, sha256), manifest).items()).count).toBe(3);
  });

  test.each(['nowhere', '../models', '', 'a/b'])('called %j is not found', async (name) => {
    const source = createMemorySource(new Map(), sha256);
    await expect(readCollection(source, sha256, name)).rejects.toThrow(
      expect.objectContaining({ code: 'collection-not-found' }),
    );
  });

  test('in a folder of another name is refused', async () => {
    const files: Files = new Map();
    await writeCollection(sampleContent(sha256, 3, 4), files);
    files.set('collections/copy/manifest.json', files.get('collections/holidays/manifest.json') as Uint8Array);
    await expect(readCollection(createMemorySource(files, sha256), sha256, 'copy')).rejects.toThrow(
      expect.objectContaining({ code: 'collection-invalid' }),
    );
  });
});

describe('a collection whose items are read in blocks', () => {
  const count = 300;
  const limits = { wholeCount: 0, blockBytes: 2000, partBytes: 9000 };
  // Ids that share their first digits, some of them equal.
  const items = Array.from({ length: count }, (_, row) => ({
    ...sampleItem(row),
    id: `0000000${Math.floor(row / 100)}${String(row % 150).padStart(8, '0')}`,
  }));
  const files: Files = new Map();
  const written = writeCollection(sampleContent(sha256, count, 4, { items, limits, codes: new Uint8Array(30) }), files);
  let reads: string[];
  let store: Awaited<ReturnType<Awaited<ReturnType<typeof read>>['items']>>;

  beforeAll(async () => {
    await written;
    const source = createMemorySource(files, sha256);
    const readRange: ByteSource['readRange'] = (path, ...rest) => {
      reads.push(path.replace(/^.*\/([a-z]+)-.*$/, '$1'));
      return source.readRange(path, ...rest);
    };
    store = await (await readCollection({ ...source, readRange }, sha256, 'holidays')).items();
  });
  beforeEach(() => {
    reads = [];
  });

  test('reads what is asked for, once', async () => {
    expect(await store.get(123)).toEqual(items[123]);
    expect(await store.get(123)).toEqual(items[123]);
    expect(reads).toEqual(['items']);
  });

  test('gives every row and no other', async () => {
    expect(store.count).toBe(count);
    for (const [row, item] of items.entries()) expect(await store.get(row)).toEqual(item);
    for (const row of [-1, count, 0.5, Number.NaN]) {
      await expect(store.get(row)).rejects.toThrow(expect.objectContaining({ code: 'internal' }));
    }
    expect(await (await read(files)).allItems()).toEqual(items);
  });

  test('finds the first row of every id', async () => {
    for (const { id } of items) {
      expect(await store.rowOf(id)).toBe(items.findIndex((one) => one.id === id));
    }
    for (const id of ['0'.repeat(15), '0000000000000999', 'f'.repeat(16), '', 'toString', `${'0'.repeat(15)}G`]) {
      expect(await store.rowOf(id)).toBe(-1);
    }
  });

  test('gives single blocks of vectors', async () => {
    const collection = await read(files);
    const { vectors } = await collection.blockTable();
    const [head, first] = vectors;
    expect(head).toMatchObject({ first: 0, part: 0, offset: 32, length: 16 + 4 * 4 });
    expect(first).toMatchObject({ first: 0, part: 0, offset: 64, length: 100 * 20 });
    expect(vectors.at(-1)).toMatchObject({ first: 200, part: 0, length: 100 * 20 });
    const stored = await collection.vectors();
    if (stored.encoding !== 'int8') throw new Error('The sample is int8.');
    const bytes = await collection.readBlock('vectors', vectors.at(-1) as (typeof vectors)[number]);
    expect(new Uint16Array(bytes.slice(0, 16 * 100).buffer)).toEqual(stored.scales.subarray(8 * 200));
    expect(new Int8Array(bytes.slice(16 * 100).buffer)).toEqual(stored.codes.subarray(200 * 4));
  });
});

test('a collection has the sections that it was given', async () => {
  const files: Files = new Map();
  const codes = Uint8Array.of(1, 2, 3);
  await writeCollection(sampleContent(sha256, 3, 4, { graph: undefined, codes, index: 'codes' }), files);
  const collection = await read(files);
  expect(['graph', 'codes', 'ids', 'blocks'].map((kind) => collection.has(kind as 'graph'))).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(await collection.codes()).toEqual(codes);
  await expect(collection.graph()).rejects.toThrow(expect.objectContaining({ code: 'internal' }));
  await expect(writeCollection(sampleContent(sha256, 3, 4, { graph: undefined }), files)).rejects.toThrow('no graph');
  await expect(writeCollection(sampleContent(sha256, 3, 4, { index: 'codes' }), files)).rejects.toThrow('no codes');
});

describe('writing refuses', () => {
  test.each([
    ['vectors of another count', { vectors: storeVectors(sampleVectors(2, 4), 4, 'int8') }, 'dimension-mismatch'],
    ['vectors of another dimension', { vectors: storeVectors(sampleVectors(3, 5), 5, 'f16') }, 'dimension-mismatch'],
    [
      'an item that could not be read',
      { items: [sampleItem(0), sampleItem(1), { ...sampleItem(2), id: '?' }] },
      'collection-invalid',
    ],
    ['a name that leads elsewhere', { name: '../models' }, 'collection-invalid'],
    ['a part that cannot hold a block', { limits: { partBytes: 100 } }, 'internal'],
  ] as const)('%s', async (_, changes, code) => {
    await expect(writeCollection(sampleContent(sha256, 3, 4, changes), new Map())).rejects.toThrow(
      expect.objectContaining({ code }),
    );
  });
});
