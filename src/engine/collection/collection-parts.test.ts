import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.ts';
import type { ByteSource } from '../ports.ts';
import { openCollection, readCollection } from './reader.ts';
import { createMemorySource, type Files, sampleContent, sampleVectors, writeCollection } from './testing.ts';
import { type CollectionManifest, MAX_PART_BYTES, type Part } from './types.ts';
import { isSameVectors, type StoredVectors, storeVectors } from './vectors/stored-vectors.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Only the test's own limit ends this, however slow the machine is. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** A million numbers take `toEqual` seconds. */
function expectSame(found: StoredVectors, wanted: StoredVectors): void {
  expect(isSameVectors(found, wanted)).toBe(true);
}

const read = (files: Files) => readCollection(createMemorySource(files, sha256), sha256, 'holidays');

describe('a collection of many parts', () => {
  const dim = 512;
  const count = 3000;
  const partBytes = 2 ** 19;
  const files: Files = new Map();
  const content = sampleContent(sha256, count, dim, { limits: { partBytes } });
  const manifest = writeCollection(content, files);

  test('never splits a block, and is put together again', async () => {
    const { quantiser, parts } = await manifest;
    expect(quantiser).toEqual({ encoding: 'int8', rowBytes: 528, rowsPerBlock: 248 });
    const block = 248 * 528;
    const head = 32 + 16 + 4 * dim;
    const vectors = parts.filter(({ kind }) => kind === 'vectors').map(({ bytes }) => bytes);
    expect(vectors).toEqual([head + 3 * block, 4 * block, 4 * block, (count - 11 * 248) * 528]);
    expectSame(await (await read(files)).vectors(), storeVectors(sampleVectors(count, dim), dim, 'int8'));
  });

  test('can be taken part by part, the first one first', async () => {
    await manifest;
    const whole = storeVectors(sampleVectors(count, dim), dim, 'int8');
    if (whole.encoding !== 'int8') throw new Error('It is int8.');
    const seen: number[] = [];
    await (await read(files)).streamVectors((first, rows) => {
      if (rows.encoding !== 'int8') throw new Error('It is int8.');
      seen.push(first, rows.count);
      const scales = whole.scales.slice(8 * first, 8 * (first + rows.count));
      const codes = whole.codes.slice(first * dim, (first + rows.count) * dim);
      expectSame(rows, { ...whole, count: rows.count, scales, codes });
    });
    expect(seen.slice(0, 2)).toEqual([0, 744]);
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 272, 744, 744, 992, 992, 1736, 2728]);
  });

  test('does not read again what is there, and knows what the first part said of it', async () => {
    await manifest;
    const source = createMemorySource(files, sha256);
    let begun = 0;
    const counted: ByteSource['read'] = (...given) => {
      begun++;
      return source.read(...given);
    };
    const collection = await readCollection({ ...source, read: counted }, sha256, 'holidays');
    const there = new Set<number>();
    const centres: unknown[] = [];
    const progress: number[][] = [];
    const stream = () =>
      collection.streamVectors(
        (first, rows) => {
          there.add(first);
          centres.push(rows.encoding === 'int8' && rows.centre);
        },
        { skip: (first) => there.has(first), onProgress: (...seen) => progress.push(seen) },
      );
    await stream();
    expect(begun).toBe(4);
    there.delete(1736);
    await stream();
    expect(begun).toBe(5);
    expect([...there]).toEqual(expect.arrayContaining([0, 744, 1736, 2728]));
    expect(new Set(centres.map(String)).size).toBe(1);
    expect(centres).toHaveLength(5);
    expect(progress.at(-1)?.[0]).toBe(progress.at(-1)?.[1]);
  });

  test('reports the bytes of all parts together, and all of them at the end', async () => {
    await manifest;
    const total = 32 + 16 + 4 * dim + count * 528;
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
  /** What fits into 512 bytes besides the head, and eleven times without. */
  const COUNT = 18 + 11 * 21;
  let files: Files;
  let collection: CollectionManifest;

  beforeAll(async () => {
    files = new Map();
    const limits = { blockBytes: 24, partBytes: 512 };
    const manifest = await writeCollection(sampleContent(sha256, COUNT, 8, { limits }), files);
    expect(manifest.parts.filter(({ kind }) => kind === 'vectors')).toHaveLength(12);
    collection = manifest;
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
    expect(await openCollection(source, collection).vectors()).toEqual(
      storeVectors(sampleVectors(COUNT, 8), 8, 'int8'),
    );
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
    for (const { path, kind } of collection.parts) {
      if (kind !== 'vectors') continue;
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
        await expect(broken.vectors()).rejects.toThrow(expect.objectContaining({ code }));
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
