/** Equal pictures and equal vectors: what is near is found all the same, and time grows with their number. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { LEAST_RECALL, recallOf } from '../../src/engine/collection/extensions/recall.ts';
import { stringifyManifest } from '../../src/engine/collection/manifest.ts';
import type { Collection } from '../../src/engine/collection/reader.ts';
import { toFloat32, vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { encodeCollection } from '../../src/engine/collection/writer.ts';
import { encodeNpyHeader, encodeNpyRows } from '../../src/engine/formats/npy.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { clusteredVectors, flatten, seededRandom } from '../../src/engine/numeric/testing-vectors.ts';
import type { IndexEvent } from '../../src/indexing/request.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { loadIndex } from '../../src/platform/indexes/compose-search.ts';
import { buildHnswIndex } from '../../src/platform/indexes/hnsw/hnsw-index.ts';
import { disturbed, type EqualSet, equalSets, tolerantRecall } from '../../src/platform/indexes/testing-equal.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { createVectorImporter, type ImportOptions } from './exchange/import-vectors.ts';
import { merge } from './merge.ts';
import { draw, openCollection, temporaryFolder, workplace } from './testing.ts';

const DIM = 256;
const HNSW = { M: 16, efConstruction: 200 };
const counted = vi.hoisted(() => {
  const counts = { hashes: 0 };
  const counting = (sha256: (bytes: Uint8Array) => Promise<string>) => (bytes: Uint8Array) => {
    counts.hashes++;
    return sha256(bytes);
  };
  return Object.assign(counts, { counting });
});

vi.mock('../../src/platform/hashes/sha256.ts', async (original) => {
  const { sha256 } = await original<typeof import('../../src/platform/hashes/sha256.ts')>();
  return { sha256: counted.counting(sha256) };
});

vi.mock('../../src/platform/hashes/sha256.node.ts', async (original) => {
  const { sha256 } = await original<typeof import('../../src/platform/hashes/sha256.node.ts')>();
  return { sha256: counted.counting(sha256) };
});

beforeEach(() => {
  counted.hashes = 0;
});

async function importPlace(vectors: readonly Embedding[]) {
  const folder = await temporaryFolder();
  const from = join(folder, 'given.npy');
  const out = join(folder, 'site/collections/given');
  const header = encodeNpyHeader({ dtype: 'f4', rows: vectors.length, dim: DIM });
  await writeFile(from, Buffer.concat([header, encodeNpyRows(flatten(vectors, DIM), 'f4')]));
  const given = { from, out, modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL, hnsw: HNSW } as const;
  return {
    out,
    async run(more: Partial<ImportOptions> = {}, events: IndexEvent[] = []) {
      const importer = await createVectorImporter({ ...given, index: 'hnsw', encoding: 'int8', ...more });
      return importer.run(new AbortController().signal, (event) => events.push(event));
    },
  };
}

/** How many files or vectors were hashed in a run. */
async function hashesOf(run: () => Promise<unknown>): Promise<number> {
  counted.hashes = 0;
  await run();
  return counted.hashes;
}

describe('of equal content, time grows with its number', () => {
  /** Hashes for `count` and twice as many: twice as many, and not four times. */
  async function expectLinear(hashes: (count: number) => Promise<number>): Promise<void> {
    const [some, twice] = [await hashes(100), await hashes(200)];
    expect(some).toBeGreaterThanOrEqual(100);
    expect(twice).toBeLessThan(2.5 * some);
  }

  test('given vectors', () =>
    expectLinear(async (count) => {
      const { run } = await importPlace(Array<Embedding>(count).fill(clusteredVectors(1, DIM)[0] as Embedding));
      return hashesOf(() => run({ index: 'exact' }));
    }));

  test('pictures, also when nothing has changed, and merged ones', async () => {
    const again: number[] = [];
    const merged: number[] = [];
    await expectLinear(async (count) => {
      const place = await workplace();
      await draw(join(place.pictures, 'a.png'), 1, 8, 8);
      await mkdir(join(place.pictures, 'copies'));
      for (let i = 1; i < count; i++) await cp(join(place.pictures, 'a.png'), join(place.pictures, `copies/${i}.png`));
      const first = await hashesOf(() => place.build());
      again.push(await hashesOf(() => place.build()));
      const shards = [1, 2].map((index) => join(place.pictures, `../shard${index}/collections/s`));
      for (const [i, out] of shards.entries()) await place.build({ out, shard: { index: i + 1, count: 2 } });
      const out = join(place.pictures, '../merged/collections/m');
      const options = { collections: shards, out, hnsw: HNSW, index: 'hnsw', encoding: 'int8' } as const;
      merged.push(await hashesOf(() => merge(options, new AbortController().signal, () => {})));
      expect((await openCollection(out)).manifest.count).toBe(count);
      return first;
    });
    for (const [some, twice] of [again, merged]) expect(twice).toBeLessThan(2.5 * (some as number));
  });
});

describe.each(equalSets(DIM, 0.1))('$name', ({ vectors, queries }) => {
  test('a graph of given vectors finds what is near, and the manifest says how much', async () => {
    const { out, run } = await importPlace(vectors);
    expect(await run()).toMatchObject({ index: 'hnsw', advice: null, unchanged: false });
    const collection = await openCollection(out);
    const recall = recallOf(collection.manifest);
    expect(recall).toMatchObject({ index: 'hnsw', queries: 50 });
    expect(recall?.found).toBeGreaterThanOrEqual(LEAST_RECALL);
    const { index } = await loadIndex(collection, 'auto');
    expect(index.kind).toBe('hnsw');
    const floats = toFloat32(await collection.vectors());
    const rows = vectors.map((_, row) => floats.subarray(row * DIM, (row + 1) * DIM) as Embedding);
    const find = (query: Embedding) => index.search(query, { k: 200 }).map(({ row }) => row);
    expect(tolerantRecall({ vectors: rows, queries }, find)).toBeGreaterThanOrEqual(LEAST_RECALL);
    index.dispose();
    expect(await run()).toMatchObject({ unchanged: true, advice: null });
  });
});

test('the graph of an earlier version, which has a node for each of the equal ones, is built anew where it finds too little', async () => {
  const [mixed] = equalSets(DIM, 0.3) as [EqualSet];
  const { out, run } = await importPlace(mixed.vectors);
  await run();
  const collection = await openCollection(out);
  await replaceGraph(out, collection);
  expect(recallOf((await openCollection(out)).manifest)).toBeUndefined();
  const events: IndexEvent[] = [];
  expect(await run({}, events)).toMatchObject({ unchanged: false, index: 'hnsw' });
  expect(events.some(({ type }) => type === 'graph')).toBe(true);
  const after = await openCollection(out);
  expect(await after.graph()).toEqual(await collection.graph());
  expect(recallOf(after.manifest)).toEqual(recallOf(collection.manifest));
});

/** Write the collection as earlier versions did. */
async function replaceGraph(out: string, collection: Collection): Promise<void> {
  const { manifest } = collection;
  const vectors = await collection.vectors();
  const index = await buildHnswIndex({ dim: DIM, ...HNSW, capacity: vectors.count });
  for (let row = 0; row < vectors.count; row++) index.append(vectorOf(vectors, row) as Embedding);
  const { extensions: _extensions, ...description } = manifest;
  const items = await collection.allItems();
  const parts = encodeCollection({ ...description, items, vectors, graph: index.graph(), sha256 });
  index.dispose();
  let next = await parts.next();
  for (; !next.done; next = await parts.next()) await writeFile(join(out, next.value.path), next.value.bytes);
  await writeFile(join(out, 'manifest.json'), stringifyManifest(next.value));
}

test('where a graph finds too little, every picture is compared, and it is said once and for all', async () => {
  const random = seededRandom(5);
  const [zero] = clusteredVectors(1, DIM) as [Embedding];
  const { out, run } = await importPlace(Array.from({ length: 4000 }, () => disturbed(zero, 1000, random)));
  const hnsw = { M: 2, efConstruction: 4 };
  const builds = (events: readonly IndexEvent[]) => events.filter(({ type }) => type === 'graph').length;
  const events: IndexEvent[] = [];
  const advice = expect.stringMatching(
    /^Every picture is compared \(exact\), because a graph .* only \d+ % of the ten/,
  );
  expect(await run({ hnsw }, events)).toMatchObject({ index: 'exact', advice });
  expect(builds(events)).toBeGreaterThan(0);
  const { manifest } = await openCollection(out);
  expect(manifest.index).toBe('exact');
  expect(manifest.parts.map(({ kind }) => kind)).not.toContain('graph');
  expect(recallOf(manifest)?.index).toBe('hnsw');
  expect(recallOf(manifest)?.found).toBeLessThan(LEAST_RECALL);

  const later: IndexEvent[] = [];
  expect(await run({ hnsw }, later)).toMatchObject({ unchanged: true, index: 'exact', advice });
  expect(await run({ hnsw, title: 'Noise' }, later)).toMatchObject({ unchanged: false, index: 'exact', advice });
  expect(builds(later)).toBe(0);
  expect(await run({ index: 'exact' })).toMatchObject({ index: 'exact', advice: null });
  expect((await openCollection(out)).manifest.extensions).toBeUndefined();
  expect(await run({ index: 'exact' })).toMatchObject({ unchanged: true });
});
