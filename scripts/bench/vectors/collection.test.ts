import { expect, it } from 'vitest';
import { createExactIndex } from '../../../src/engine/index/exact/exact-index.ts';
import { collectionParts } from './build/collection-parts.ts';
import { sourceOf } from './data/data.ts';
import { createFilter, filterPlaces, passes } from './data/filter.ts';
import { ask } from './page/ask.ts';
import { openIndex, searcherOf } from './page/engines/collection.ts';
import type { Files } from './page/sources.ts';
import { DIM, K, type OwnEngineId } from './protocol.ts';

const COUNT = 300;
const source = sourceOf('structured');
const query = source.queries(1)[0] as Float32Array;

it('writes collections that the app opens', async () => {
  const files = await write();
  const { index, reason } = await openIndex(serve(files), 'exact');
  expect(reason).toContain('asked for');
  expect(index.size).toBe(COUNT);
  const exact = searcherOf(createExactIndex(source.pictures(0, COUNT), DIM));
  expect(searcherOf(index).search(query, 3)).toEqual(exact.search(query, 3));
});

it('writes them with float16 vectors too', async () => {
  const files = await write('exact-f16');
  const { index } = await openIndex(serve(files), 'exact');
  const exact = searcherOf(createExactIndex(source.pictures(0, COUNT), DIM));
  expect(searcherOf(index).search(query, 10)).toEqual(exact.search(query, 10));
  const bytes = [...files].reduce((sum, [path, { length }]) => sum + (path.startsWith('vectors-') ? length : 0), 0);
  expect(bytes).toBeGreaterThan(COUNT * 2 * DIM);
});

it('writes them with a graph', async () => {
  const { index } = await openIndex(serve(await write('hnsw')), 'hnsw');
  const exact = searcherOf(createExactIndex(source.pictures(0, COUNT), DIM));
  expect(searcherOf(index).search(query, 1)).toEqual(exact.search(query, 1));
});

it('verifies them, and takes no other engine for the one that is measured', async () => {
  const files = await write();
  await expect(openIndex(serve(files), 'hnsw')).rejects.toThrow('no graph');
  const name = [...files.keys()].find((path) => path.startsWith('vectors-')) as string;
  const bytes = Uint8Array.from(files.get(name) as Uint8Array);
  bytes[5000] = (bytes[5000] as number) ^ 1;
  await expect(openIndex(serve(files.set(name, bytes)), 'exact')).rejects.toThrow('damaged');
});

it('numbers rows as they were made, in answers and in filters', () => {
  const vectors = source.pictures(0, COUNT);
  const order = Uint32Array.from({ length: COUNT }, (_, place) => (place * 7) % COUNT);
  const moved = new Float32Array(vectors.length);
  for (const [place, row] of order.entries()) moved.set(vectors.subarray(row * DIM, (row + 1) * DIM), place * DIM);
  const plain = searcherOf(createExactIndex(vectors, DIM));
  const ordered = searcherOf(createExactIndex(moved, DIM), order);
  const [answer] = ask(ordered, query, 0, 1);
  expect(answer?.rows).toEqual(plain.search(query, K));
  const filter = createFilter(COUNT, 100);
  const [filtered] = ask(ordered, query, 0, 1, filterPlaces(filter, order));
  expect(filtered?.rows).toEqual(plain.search(query, K, filter));
  expect(filtered?.rows).toHaveLength(K);
  expect(filtered?.rows.every((row) => passes(filter, row))).toBe(true);
});

async function write(engine: OwnEngineId = 'exact'): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const parts = collectionParts({
    engine,
    count: COUNT,
    rows: async (first, count) => source.pictures(first, count),
  });
  let step = await parts.next();
  for (; !step.done; step = await parts.next()) files.set(step.value.path, Uint8Array.from(step.value.bytes));
  return files.set('manifest.json', new TextEncoder().encode(step.value.manifest));
}

function serve(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Files {
  const read = async (name: string) => files.get(name) ?? Promise.reject(new Error(`There is no ${name}.`));
  return {
    read,
    readAside: read,
    readRange: async (name, offset, length) => (await read(name)).slice(offset, offset + length),
    write: () => Promise.reject(new Error('Nothing is written.')),
  };
}
