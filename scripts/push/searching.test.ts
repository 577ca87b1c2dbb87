/** The page's half of the search against a real server that `push` filled: the contracts, and what becomes of failures. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RemoteLocation, Space } from '../../src/engine/collection/extensions/remote.ts';
import { readCollection } from '../../src/engine/collection/reader.ts';
import { createMemorySource } from '../../src/engine/collection/testing.ts';
import { createBitset, setBit } from '../../src/engine/index/bitset.ts';
import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { clusteredVectors } from '../../src/engine/numeric/testing-vectors.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { checkRemote } from '../../src/platform/indexes/remote/check-remote.ts';
import { openChroma } from '../../src/platform/indexes/remote/chroma.ts';
import { createRemoteRetriever } from '../../src/platform/indexes/remote/remote-retriever.ts';
import { createRemoteVectors } from '../../src/platform/indexes/remote/remote-vectors.ts';
import type { RequestOptions } from '../../src/platform/indexes/remote/request.ts';
import {
  COUNT,
  createTestCollection,
  DIM,
  type TestCollection,
} from '../../src/platform/indexes/testing-collections.ts';
import { describeRetriever } from '../../src/platform/indexes/testing-retrievers.ts';
import { describeVectors } from '../../src/platform/indexes/testing-vectors.ts';
import { type ChromaServer, startChroma } from './chroma-server.ts';
import { pushCollection } from './push-collection.ts';
import { reachServer } from './server.ts';

let chroma: ChromaServer;
let collection: TestCollection;
beforeAll(async () => {
  [chroma, collection] = await Promise.all([startChroma(8710), createTestCollection('exact', 'f32')]);
});
afterAll(() => chroma.remove());

const places = { tenant: 'default_tenant', database: 'default_database' };

async function push(space: Space) {
  const server = await reachServer({ url: chroma.url, ...places, headers: {} });
  const read = await readCollection(createMemorySource(collection.files, sha256), sha256, 'holidays');
  const signal = new AbortController().signal;
  await pushCollection({ server, collection: read, name: `by-${space}`, space, signal, onEvent: () => {} });
  const location: RemoteLocation = { engine: 'chroma', url: chroma.url, ...places, collection: `by-${space}`, space };
  return { location, read };
}

/** What the page makes of a collection that was pushed. */
async function open(space: Space, options: RequestOptions = {}) {
  const { location, read } = await push(space);
  const remote = openChroma(location, options);
  const state = await remote.describe();
  checkRemote(state, location, read.manifest);
  const items = await read.allItems();
  const idsOf = async (rows: readonly number[]) => rows.map((row) => (items[row] as { id: string }).id);
  const rows = { chroma: remote, id: state.id, space, dim: DIM, count: COUNT, idsOf };
  return { rows, read, location, retriever: createRemoteRetriever(rows), vectors: createRemoteVectors(rows) };
}

describe.each(['cosine', 'ip', 'l2'] as const)('by %s', (space) => {
  const create = async () => ({ collection, ...(await open(space)) });
  describeRetriever('retrieves', { kind: 'remote', recall: 0.95, create });
  if (space === 'cosine') describeVectors('has vectors', { cosine: 0.99999, create });
});

const [query] = clusteredVectors(1, DIM, 7) as [Embedding];

test('a filter that many rows pass leaves the best of them', async () => {
  const { retriever } = await open('cosine');
  const filter = createBitset(COUNT);
  for (let row = 0; row < COUNT; row++) if (row % 5 > 0) setBit(filter, row);
  const { rows } = await retriever.retrieve(query, { k: 100, filter });
  const right = collection.truth.search(query, { k: 100, filter }).map(({ row }) => row);
  expect(right.filter((row) => rows.includes(row)).length).toBeGreaterThanOrEqual(95);
});

test('a signal ends a question that is being answered', async () => {
  const { retriever } = await open('cosine');
  const controller = new AbortController();
  const reason = new Error('Another was asked for.');
  const waiting = retriever.retrieve(query, { k: COUNT, signal: controller.signal });
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect((await retriever.retrieve(query, { k: 3 })).rows).toHaveLength(3);
});

test('what is there is another collection', async () => {
  const { location, read } = await open('ip');
  const state = await openChroma(location).describe();
  const at = (changes: object) => () => checkRemote(state, { ...location, ...changes }, read.manifest);
  expect(at({})).not.toThrow();
  expect(at({ space: 'l2' })).toThrow(expect.objectContaining({ code: 'remote-mismatch' }));
  const other = { ...read.manifest, dim: DIM + 1 };
  expect(() => checkRemote(state, location, other)).toThrow(expect.objectContaining({ code: 'remote-mismatch' }));
  const missing = openChroma({ ...location, collection: 'never-pushed' }).describe();
  await expect(missing).rejects.toMatchObject({ code: 'remote-not-found' });
});

test('a record that was deleted there is missed', async () => {
  const { rows, location } = await open('l2');
  const server = await reachServer({ url: chroma.url, ...places, headers: {} });
  const [id] = await rows.idsOf([5]);
  await (await server.client.getCollection({ name: location.collection })).delete({ ids: [id as string] });
  const vectors = createRemoteVectors(rows).vectorsOf([5]);
  await expect(vectors).rejects.toMatchObject({ code: 'remote-outdated' });
  const all = createRemoteRetriever(rows).retrieve(query, { k: COUNT });
  await expect(all).rejects.toMatchObject({ code: 'remote-outdated' });
});

test('a server that goes is away, and is there again when it comes back', async () => {
  const quick: RequestOptions = { pause: async () => {} };
  const { retriever } = await open('cosine', quick);
  await chroma.stop();
  await expect(retriever.retrieve(query, { k: 3 })).rejects.toMatchObject({ code: 'remote-away' });
  await chroma.start();
  expect((await retriever.retrieve(query, { k: 3 })).rows).toHaveLength(3);
});
