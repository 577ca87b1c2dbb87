import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/sha256.ts';
import type { ByteSource } from '../ports.ts';
import { partPath, sealManifest } from './manifest.ts';
import { openCollection, readCollection } from './reader.ts';
import {
  createMemorySource,
  type Files,
  sampleContent,
  sampleItem,
  sampleVectors,
  writeCollection,
  writeManifest,
} from './testing.ts';
import { type CollectionManifest, MAX_PART_BYTES, type Part } from './types.ts';
import { findBadRow } from './vectors.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Only the test's own limit ends this, however slow the machine is. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

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
        expect(content.items.map((_, row) => items.get(row))).toEqual(content.items);
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

  test('may have its vectors anywhere in memory', async () => {
    const files: Files = new Map();
    const content = sampleContent(sha256, 3, 4);
    await writeCollection(content, files);
    for (const [path, bytes] of files) files.set(path, new Uint8Array([0, ...bytes]).subarray(1));
    expect(await (await read(files)).vectors()).toEqual(content.vectors);
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

describe('a collection of many parts', () => {
  const dim = 512;
  const count = 22_000;
  const content = sampleContent(sha256, count, dim);
  const files: Files = new Map();
  const manifest = writeCollection(content, files);

  test('has parts of at most 20 MiB and is put together again', async () => {
    const parts = (await manifest).parts.filter(({ kind }) => kind === 'vectors');
    expect(parts.map(({ bytes }) => bytes)).toEqual([
      MAX_PART_BYTES,
      MAX_PART_BYTES,
      32 + count * dim * 4 - 2 * MAX_PART_BYTES,
    ]);
    const vectors = await (await read(files)).vectors();
    expect(Buffer.from(vectors.buffer, vectors.byteOffset).equals(Buffer.from(content.vectors.buffer))).toBe(true);
  });

  test('reports the bytes of all parts together, and all of them at the end', async () => {
    await manifest;
    const total = 32 + count * dim * 4;
    const seen: [number, number][] = [];
    await (await read(files)).vectors({ onProgress: (...progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual([total, total]);
    expect(seen.every(([, of]) => of === total)).toBe(true);
    expect(seen.map(([loaded]) => loaded)).toEqual(seen.map(([loaded]) => loaded).sort((a, b) => a - b));
  });
});

test.each([
  [MAX_PART_BYTES - 32, [MAX_PART_BYTES]],
  [MAX_PART_BYTES - 31, [MAX_PART_BYTES, 1]],
])('a graph of %i bytes, with its header, makes parts of %j bytes', async (size, expected) => {
  const manifest = await writeCollection(sampleContent(sha256, 1, 1, { graph: new Uint8Array(size) }), new Map());
  expect(manifest.parts.filter(({ kind }) => kind === 'graph').map(({ bytes }) => bytes)).toEqual(expected);
});

describe('a section of twelve parts', () => {
  let files: Files;
  let collection: CollectionManifest;

  /** Cut the vectors anew, into parts that are smaller than the writer's: readers take any size up to the limit. */
  beforeAll(async () => {
    files = new Map();
    const { sha256: _, parts, ...manifest } = await writeCollection(sampleContent(sha256, 11, 8), files);
    const [whole, ...others] = parts;
    const section = files.get(`collections/holidays/${whole?.path}`) as Uint8Array;
    const pieces: Part[] = [];
    for (let start = 0; start < section.length; start += 32) {
      const bytes = section.slice(start, start + 32);
      const hash = await sha256(bytes);
      pieces.push({ kind: 'vectors', path: partPath('vectors', hash), sha256: hash, bytes: bytes.length });
      files.set(`collections/holidays/${partPath('vectors', hash)}`, bytes);
    }
    collection = await sealManifest({ ...manifest, parts: [...pieces, ...others] }, sha256);
    writeManifest(collection, files);
  });

  /** Reads answer one at a time, the latest first, when `release` is called. */
  function slowSource() {
    const source = createMemorySource(files, sha256);
    const begun: string[] = [];
    const ended: string[] = [];
    const waiting: (() => void)[] = [];
    const read: ByteSource['read'] = async (path, ...rest) => {
      begun.push(path);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return source.read(path, ...rest).finally(() => ended.push(path));
    };
    return { source: { ...source, read }, begun, ended, release: () => waiting.pop()?.() };
  }

  test('is put together in order, in whatever order its parts come', async () => {
    const { source, release } = slowSource();
    const releasing = setInterval(release);
    expect(await openCollection(source, collection).vectors()).toEqual(sampleVectors(11, 8));
    clearInterval(releasing);
  });

  test('is read four parts at a time', async () => {
    const { source, begun, release } = slowSource();
    openCollection(source, collection)
      .vectors()
      .catch(() => undefined);
    await until(() => begun.length === 4);
    await turn();
    expect(begun).toHaveLength(4);
    release();
    await until(() => begun.length === 5);
    await turn();
    expect(begun).toHaveLength(5);
  });

  test('fails when any of its parts is missing or damaged', async () => {
    for (const { path } of collection.parts) {
      const whole = `collections/holidays/${path}`;
      const missing = new Map(files);
      missing.delete(whole);
      const damaged = new Map(files).set(
        whole,
        (files.get(whole) as Uint8Array).map((byte) => byte ^ 1),
      );
      for (const [changed, code] of [
        [missing, 'part-missing'],
        [damaged, 'part-corrupt'],
      ] as const) {
        const broken = await read(changed);
        const everything = Promise.all([broken.vectors(), broken.graph(), broken.items()]);
        await expect(everything).rejects.toThrow(expect.objectContaining({ code }));
      }
    }
  });

  test('begins no other part after a failure', async () => {
    const { source, begun, ended, release } = slowSource();
    const { path } = openCollection(source, collection).parts()[3] as Part;
    const bytes = files.get(path) as Uint8Array;
    files.delete(path);
    const vectors = openCollection(source, collection).vectors();
    await until(() => begun.length === 4);
    release();
    await expect(vectors).rejects.toThrow(expect.objectContaining({ code: 'part-missing' }));
    for (let i = 0; i < 3; i++) release();
    await until(() => ended.length === 4);
    await turn();
    expect(begun).toHaveLength(4);
    files.set(path, bytes);
  });

  test('stops when it is told to', async () => {
    const { source, begun, release } = slowSource();
    const controller = new AbortController();
    const vectors = openCollection(source, collection).vectors({ signal: controller.signal });
    await until(() => begun.length === 4);
    controller.abort(new Error('enough'));
    release();
    await expect(vectors).rejects.toThrow('enough');
    expect(begun).toHaveLength(4);
  });
});

describe('writing refuses', () => {
  test.each([
    ['vectors of another count', { vectors: new Float32Array(7) }, 'dimension-mismatch'],
    ['vectors that are not of unit norm', { vectors: new Float32Array(12) }, 'embedding-invalid'],
    [
      'an item that could not be read',
      { items: [sampleItem(0), sampleItem(1), { ...sampleItem(2), id: '?' }] },
      'collection-invalid',
    ],
    ['a name that leads elsewhere', { name: '../models' }, 'collection-invalid'],
  ])('%s', async (_, changes, code) => {
    await expect(writeCollection(sampleContent(sha256, 3, 4, changes), new Map())).rejects.toThrow(
      expect.objectContaining({ code }),
    );
  });
});

test('a sample of rows takes in the first and the last', () => {
  const vectors = new Float32Array(10).fill(1);
  expect(findBadRow(vectors, 1, 3)).toBe(-1);
  expect(findBadRow(vectors.with(0, 2), 1, 3)).toBe(0);
  expect(findBadRow(vectors.with(9, Number.NaN), 1, 3)).toBe(9);
  expect(findBadRow(vectors.with(1, 2), 1, 3)).toBe(-1);
  expect(findBadRow(vectors.with(1, 2), 1)).toBe(1);
});
