/** Collections of version 3 that its own code wrote (`fixtures/make.ts`): they are read, searched and brought up to date. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Collection } from '../../src/engine/collection/reader.ts';
import { toFloat32, vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { createExactIndex } from '../../src/engine/index/exact/exact-index.ts';
import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { createHttpSource } from '../../src/platform/bytes/http-source.browser.ts';
import { createFakeServer, createMemoryCache, type FakeServer } from '../../src/platform/bytes/testing.browser.ts';
import { openNewestCollection } from '../../src/platform/collections/collection-source.browser.ts';
import { loadIndex } from '../../src/platform/indexes/compose-search.ts';
import type { WorkerEvent } from '../../src/protocol/query-worker.ts';
import { type BuildOptions, createCollectionBuilder } from './build-collection.ts';
import { STORED, storedFolder, storedModel } from './fixtures/stored.ts';
import { merge } from './merge.ts';
import { buildOptions, createFakeEncoder, draw, filesBelow, openCollection, temporaryFolder } from './testing.ts';

const COUNT = 9;
const BASE = 'https://afterimage.test/';

afterEach(() => void vi.unstubAllGlobals());

/** A copy of the stored collections and their pictures. */
async function workplace(name: (typeof STORED)[number]) {
  const folder = await temporaryFolder();
  await cp(storedFolder(3), folder, { recursive: true });
  const out = join(folder, 'collections', name);
  const { manifest } = await openCollection(out);
  const modelsFolder = await storedModel(folder, manifest);
  const encoder = createFakeEncoder(manifest.dim);
  const options = buildOptions([join(folder, 'pictures')], out, encoder);
  return {
    ...{ folder, out, encoder, manifest },
    async build(more: Partial<BuildOptions> = {}) {
      const captions = join(folder, 'captions.json');
      const { index, hnsw } = manifest;
      const builder = await createCollectionBuilder({ ...options, modelsFolder, captions, index, hnsw, ...more });
      return builder.run(new AbortController().signal, () => {});
    },
  };
}

async function contentOf(collection: Collection) {
  const [items, vectors] = [await collection.allItems(), await collection.vectors()];
  return { items, vectors, dim: collection.manifest.dim };
}

/** For each row the rows that are most like it, best first. */
async function neighboursIn(collection: Collection): Promise<number[][]> {
  const vectors = await collection.vectors();
  const { index, arrived } = await loadIndex(collection, 'auto');
  await arrived;
  expect(index.kind).toBe(collection.manifest.index);
  const found = Array.from({ length: COUNT }, (_, row) =>
    index.search(vectorOf(vectors, row) as Embedding, { k: 5 }).map((hit) => hit.row),
  );
  index.dispose();
  return found;
}

test('they are as they were written', async () => {
  for (const name of STORED) {
    const text = await readFile(join(storedFolder(3), 'collections', name, 'manifest.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version: 3, name, count: COUNT });
  }
});

test.each(STORED)('%s is read to the end and searched', async (name) => {
  const collection = await openCollection(join(storedFolder(3), 'collections', name));
  const { items, vectors, dim } = await contentOf(collection);
  expect(items.map((item) => item.name)).toEqual(expect.arrayContaining(['copy.png', 'triangles/green.png']));
  expect(items.find((item) => item.name === 'circles/red.png')).toMatchObject({ title: 'A red circle' });
  const store = await collection.items();
  for (const [row, { id }] of items.entries()) expect(await store.rowOf(id)).toBe(row);
  const truth = createExactIndex(toFloat32(vectors), dim);
  const found = await neighboursIn(collection);
  for (const [row, rows] of found.entries()) {
    const wanted = truth.search(vectorOf(vectors, row) as Embedding, { k: 5 }).map((hit) => hit.row);
    expect(rows.length, `row ${row}`).toBe(5);
    expect(rows.filter((one) => wanted.includes(one)).length, `row ${row}`).toBeGreaterThanOrEqual(4);
  }
});

test.each(STORED)(
  '%s is brought to version 4 without embedding or drawing again, and keeps its parts',
  async (name) => {
    const { out, encoder, manifest, build } = await workplace(name);
    const before = await openCollection(out);
    const [content, neighbours] = [await contentOf(before), await neighboursIn(before)];
    const files = await filesBelow(out);
    expect(await build()).toMatchObject({ count: COUNT, embedded: 0, removed: 0, unchanged: false });
    expect(encoder.encoded).toBe(0);
    const after = await openCollection(out);
    expect(after.manifest).toEqual({
      ...{ ...manifest, version: 4 },
      ...{ created: after.manifest.created, sha256: after.manifest.sha256 },
    });
    expect(await contentOf(after)).toEqual(content);
    expect(await neighboursIn(after)).toEqual(neighbours);
    const now = await filesBelow(out);
    for (const one of [files, now]) one.delete('manifest.json');
    expect(now).toEqual(files);
    expect(await build()).toMatchObject({ unchanged: true, embedded: 0 });
  },
);

test('one more picture is all that is embedded', async () => {
  const { folder, encoder, build, out } = await workplace('hnsw');
  await draw(join(folder, 'pictures/new.png'), 7);
  expect(await build()).toMatchObject({ count: COUNT + 1, embedded: 1, kept: COUNT - 1, copies: 1 });
  expect(encoder.encoded).toBe(1);
  expect((await openCollection(out)).manifest).toMatchObject({ version: 4, count: COUNT + 1 });
});

test('they are merged like others', async () => {
  const { folder, out, manifest } = await workplace('hnsw');
  const merged = join(folder, 'merged/all');
  const hnsw = { M: 8, efConstruction: 50 };
  const options = { collections: [out], out: merged, hnsw, index: 'hnsw', encoding: 'int8' } as const;
  await merge(options, new AbortController().signal, () => {});
  const { items } = await contentOf(await openCollection(merged));
  expect(items).toEqual((await contentOf(await openCollection(out))).items);
  expect((await openCollection(merged)).manifest).toMatchObject({ version: 4, title: manifest.title, count: COUNT });
});

/** Put a folder of collections on the server. */
async function publish(server: FakeServer, folder: string): Promise<void> {
  server.files.clear();
  for (const [path, bytes] of await filesBelow(join(folder, 'collections'))) {
    server.files.set(`collections/${path}`, Uint8Array.from(bytes));
  }
}

test.each(STORED)(
  'a page opens %s, keeps it, and fetches nothing but the manifest when it comes to version 4',
  async (name) => {
    const { folder, build } = await workplace(name);
    const server = createFakeServer(BASE);
    vi.stubGlobal('fetch', server.fetch);
    const cache = createMemoryCache();
    const events: WorkerEvent['type'][] = [];
    const visit = async () => {
      server.requests.length = 0;
      events.length = 0;
      const source = createHttpSource(BASE, cache);
      const onEvent = ({ type }: WorkerEvent) => type.startsWith('collection') && events.push(type);
      const reading = { signal: new AbortController().signal, onDemand: false, onEvent, readModel: async () => {} };
      const open = await openNewestCollection(source, name, reading);
      expect(await source.commit([await open.readAll(false)])).toBeUndefined();
      expect(await (await openNewestCollection(source, name, reading)).items.get(0)).toEqual(await open.items.get(0));
      return open;
    };
    await publish(server, folder);
    const first = await visit();
    expect([first.collection.manifest.version, first.items.count]).toEqual([3, COUNT]);
    expect(server.requests.length).toBeGreaterThan(3);
    await build();
    await publish(server, folder);
    const second = await visit();
    expect([second.collection.manifest.version, second.items.count]).toEqual([4, COUNT]);
    expect(events).toEqual(['collection-updated']);
    expect(server.requests.filter((path) => !path.includes('manifest.json'))).toEqual([]);
    server.fault = () => new TypeError('Failed to fetch');
    const open = await openNewestCollection(createHttpSource(BASE, cache), name, {
      ...{ signal: new AbortController().signal, onDemand: false, onEvent: () => {}, readModel: async () => {} },
    });
    expect([open.fromCache, (await open.vectors()).count]).toEqual([true, COUNT]);
  },
);
