import { expect, test } from 'vitest';
import { memoise } from '../../../engine/async/cached/memoise.ts';
import { testItem } from '../../../engine/collection/items/testing-items.ts';
import type { Source } from '../../../engine/collection/source/source.ts';
import { ALL, type CollectionEntry, collectionOf, type Item, LIBRARY } from '../../../engine/collection/types.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { createExactIndex } from '../../../engine/index/exact/exact-index.ts';
import type { ModelManifest } from '../../../engine/model/model.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../../engine/numeric/testing-vectors.ts';
import { type Query, textQuery } from '../../../engine/query/query.ts';
import { drawSample } from '../../../engine/search/cutoff.ts';
import { createIndexRetriever } from '../../../engine/search/retriever.ts';
import type { WorkerEvent } from '../../../protocol/query-worker.ts';
import type { BrowserTextEncoder } from '../../encoders/clip.browser.ts';
import type { Connection } from '../../encoders/encoders.browser.ts';
import { composeSearch } from '../../indexes/compose-search.ts';
import { createMemoryLibraryStore } from '../../library/testing-library-store.ts';
import { newPicture } from '../../library/testing-pictures.ts';
import { openLibrary } from './open-library.browser.ts';
import { openTogether } from './open-together.browser.ts';
import type { Opened } from './opened.browser.ts';

const DIM = 8;
const model = { id: 'tiny', sha256: 'a'.repeat(64) };
const tiny = {
  manifest: { id: model.id, dim: DIM, files: [{ sha256: model.sha256 }] },
} as unknown as BrowserTextEncoder;
const entry = (name: string) => ({ name, title: `The ${name}` }) as CollectionEntry;

/** A collection of a site, of `count` pictures. */
function collection(name: string, count: number, { made = model, seed = 1 } = {}) {
  const vectors = clusteredVectors(count, DIM, seed);
  const records = vectors.map((_, row) => testItem(row));
  const index = createExactIndex(flatten(vectors, DIM), DIM);
  const vectorsOf = async (rows: readonly number[]) => rows.map((row) => vectors[row] as Embedding);
  const rowOf = async (id: string) => records.findIndex((item) => item.id === id);
  const source: Source = {
    ...{ name, count, dim: DIM, model: made, rowOf, vectorsOf },
    items: async (rows) => Array.from(rows, (row) => records[row] as Item),
    picture: () => undefined,
  };
  const manifest = { name, title: `The ${name}`, licence: 'CC0', model: made, dim: DIM, count, pictures: { bytes: 5 } };
  const told = { kept: 0, released: 0, disposed: 0 };
  const retriever = createIndexRetriever({ index, rankAll: index.rankAll });
  const loaded = {
    ...{ manifest, vectors: { vectorsOf }, onDemand: false, arrived: Promise.resolve() },
    retriever: { ...retriever, dispose: () => void told.disposed++ },
    sample: drawSample(count, DIM, (row) => vectors[row] as Embedding),
    info: { kind: 'exact', reason: '', count, dim: DIM, loadMs: 1 },
  };
  const opened = {
    ...{ manifest, source },
    items: { count, rowOf, get: async (row: number) => records[row] as Item },
    info: { manifest, fromCache: false },
    index: memoise(async () => loaded),
    async keep() {
      told.kept++;
      return name === 'full' ? 'There is no room.' : undefined;
    },
    release: () => void told.released++,
  } as unknown as Opened;
  return { opened, told, vectors };
}

async function setUp(collections: Record<string, Opened | Error>, own: ReturnType<typeof createMemoryLibraryStore>) {
  const events: WorkerEvent[] = [];
  const source = { newest: async () => undefined };
  const connection = { source, baseUrl: '', emit: (event: WorkerEvent) => events.push(event) } as unknown as Connection;
  const emits: Connection['emit'][] = [];
  const opened = await openTogether(
    connection,
    Object.keys(collections).map(entry),
    async (name, { emit }) => {
      emits.push(emit);
      const found = collections[name] as Opened | Error;
      if (found instanceof Error) throw found;
      return found;
    },
    (from) => openLibrary(from, own, new AbortController().signal),
  );
  const encoded = newPicture(5, {}, DIM).vector as Embedding;
  const encoder = { modelId: model.id, dim: DIM, encode: async () => encoded };
  const manifest = {
    id: model.id,
    dim: DIM,
    files: [{ sha256: model.sha256 }],
    golden: [],
  } as unknown as ModelManifest;
  const engine = async () =>
    composeSearch(await opened.index.get(), opened.items, { encoder, manifest, dtype: 'fp32' }).engine;
  return { opened, events, emits, engine };
}

async function ownPictures(...numbers: number[]) {
  const store = createMemoryLibraryStore();
  await store.setModel({ model, dim: DIM });
  if (numbers.length > 0)
    await store.put(
      numbers.map((n) => newPicture(n, {}, DIM)),
      [],
    );
  return store;
}

test('collections and own pictures are one, each result named by where it comes from', async () => {
  const { opened, engine } = await setUp({ demo: collection('demo', 40).opened }, await ownPictures(4, 5));
  expect(opened.info.manifest).toMatchObject({
    ...{ name: ALL, count: 42, description: 'From The demo and Your pictures.' },
  });
  expect(opened.info.together).toEqual({
    collections: [
      { ...entry('demo'), licence: 'CC0', made: model },
      { name: LIBRARY, title: 'Your pictures', licence: null, made: model },
    ],
    apart: [],
    models: [model],
  });
  expect(opened.groups).toBeUndefined();
  const answer = await (await engine()).search(textQuery('five'));
  expect([answer.total, answer.rows[0], answer.collection]).toEqual([42, 41, ALL]);
  const items = await opened.source.items(answer.rows);
  expect(new Set(items.map(collectionOf))).toEqual(new Set(['demo', LIBRARY]));
});

test('a filter names one of them, and a picture of either can be the query', async () => {
  const { opened, engine } = await setUp({ demo: collection('demo', 40).opened }, await ownPictures(4, 5));
  const at = await engine();
  const inDemo: Query = { ...textQuery('five'), filters: [{ field: 'in', value: 'demo' }] };
  expect(await at.search(inDemo)).toMatchObject({ total: 40 });
  expect(await at.search({ ...inDemo, filters: [{ field: 'in', value: LIBRARY }] })).toMatchObject({ total: 2 });
  const id = newPicture(4, {}, DIM).item.id;
  const like = (where: string | null): Query => ({
    terms: [{ kind: 'item', id, collection: where, weight: 1 }],
    filters: [],
  });
  for (const where of [LIBRARY, null]) {
    const { total, rows } = await at.search(like(where));
    expect([total, rows.includes(40)]).toEqual([41, false]); // all but itself
  }
  await expect(at.search(like('demo'))).rejects.toMatchObject({ code: 'item-not-found' });
  expect(await opened.source.rowOf(id)).toBe(40);
});

test('pictures that come and go are followed', async () => {
  const store = await ownPictures(4, 5);
  const { opened, events, engine } = await setUp({ demo: collection('demo', 40).opened }, store);
  const at = await engine();
  const [added] = await store.put([newPicture(6, {}, DIM)], []);
  await expect.poll(() => events.length).toBe(1);
  expect(events[0]).toMatchObject({ type: 'collection-changed', name: ALL, count: 43, order: undefined, changed: [] });
  expect(events[0]).toMatchObject({ numbering: opened.info.live?.numbering });
  expect((await at.search(textQuery('five'))).total).toBe(43);
  await store.remove([(added?.key as number) - 1]);
  await expect.poll(() => events.length).toBe(2);
  expect(events[1]).toMatchObject({ count: 42, order: Uint32Array.from([...Array(41).keys(), 42]) });
  const answer = await at.search(textQuery('five'));
  expect([answer.total, answer.rows.includes(41)]).toEqual([42, false]);
  opened.close?.();
});

const large = { id: 'large', sha256: 'b'.repeat(64) };

test('what another model made is a group of its own, and what cannot be read is left out and named', async () => {
  const other = collection('other', 3, { made: large, seed: 3 });
  const away = new AfterimageError('offline', 'There is no network.');
  const store = createMemoryLibraryStore();
  await store.setModel({ model: large, dim: DIM });
  await store.put([newPicture(1, {}, DIM)], []);
  const { opened } = await setUp({ demo: collection('demo', 4).opened, other: other.opened, away: away }, store);
  const { together, live, manifest } = opened.info;
  expect(together?.collections.map(({ name, made }) => [name, made.id])).toEqual([
    ['demo', 'tiny'],
    ['other', 'large'],
    [LIBRARY, 'large'],
  ]);
  expect(together).toMatchObject({
    apart: [{ ...entry('away'), reason: 'There is no network.' }],
    models: [model, large],
  });
  expect([manifest.count, manifest.model, live?.count]).toEqual([8, model, 8]);
  expect(opened.groups?.map((group) => [group.manifest.model, group.manifest.count])).toEqual([
    [model, 4],
    [large, 4],
  ]);
  const [first, second] = opened.groups ?? [];
  expect([first?.index, second?.rowAt(0), second?.rowAt(3)]).toEqual([opened.index, 4, 7]);
  const index = await second?.index.get();
  expect([index?.retriever.size, index?.together, index?.live !== undefined]).toEqual([4, ['other', LIBRARY], true]);
  // The other model is not loaded: its collection is not kept without it.
  await opened.keep(tiny);
  expect(other.told).toMatchObject({ kept: 0, released: 1 });
  opened.close?.();
  await expect.poll(() => other.told.disposed).toBe(1);
});

test('an empty library of another model asks for no model', async () => {
  const store = createMemoryLibraryStore();
  await store.setModel({ model: large, dim: DIM });
  const { opened } = await setUp({ demo: collection('demo', 4).opened }, store);
  expect([opened.groups, opened.info.manifest.count]).toEqual([undefined, 4]);
});

test('nothing at all is an error, and so is what cannot be read', async () => {
  const store = createMemoryLibraryStore(); // empty, and of a site without a model
  await expect(setUp({}, store)).rejects.toMatchObject({ code: 'collection-not-found' });
  const away = new AfterimageError('offline', 'There is no network.');
  await expect(setUp({ away }, store)).rejects.toMatchObject({ code: 'offline' });
});

test('all are kept, disposed of together, and tell their progress as one', async () => {
  const [demo, full] = [collection('demo', 4), collection('full', 6, { seed: 2 })];
  const { opened, events, emits } = await setUp({ demo: demo.opened, full: full.opened }, createMemoryLibraryStore());
  expect(await opened.keep(tiny)).toBe('There is no room.');
  (await opened.index.get()).retriever.dispose();
  expect([demo.told, full.told]).toMatchObject([
    { kept: 1, disposed: 1 },
    { kept: 1, disposed: 1 },
  ]);
  const { sample } = await opened.index.get();
  expect([sample.count, (await opened.index.get()).sample === sample]).toEqual([10, true]);
  emits[0]?.({ type: 'progress', stage: 'vectors', loaded: 1, total: 2 });
  emits[1]?.({ type: 'progress', stage: 'vectors', loaded: 3, total: 10 });
  expect(events.at(-1)).toEqual({ type: 'progress', stage: 'vectors', loaded: 4, total: 12 });
});
