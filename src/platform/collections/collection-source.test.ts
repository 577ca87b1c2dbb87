import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sampleContent, sampleItem, writeCollection } from '../../engine/collection/testing.ts';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import type { CollectionContent } from '../../engine/collection/writer.ts';
import type { WorkerEvent } from '../../protocol/query-worker.ts';
import { createHttpSource, type HttpSource, type Version } from '../bytes/http-source.browser.ts';
import { createFakeServer, createMemoryCache, type FakeServer } from '../bytes/testing.browser.ts';
import { sha256 } from '../hashes/sha256.ts';
import { openNewestCollection } from './collection-source.browser.ts';

const BASE = 'https://afterimage.test/';
const MANIFEST = 'collections/holidays/manifest.json';

let server: FakeServer;
let cache: ReturnType<typeof createMemoryCache>;
let events: WorkerEvent[];
let signsOfLife: number;
let readModel: () => Promise<void>;

beforeEach(() => {
  server = createFakeServer(BASE);
  vi.stubGlobal('fetch', server.fetch);
  cache = createMemoryCache();
  events = [];
  readModel = () => Promise.reject(new Error('The model was not asked for.'));
});
afterEach(() => vi.unstubAllGlobals());

function publish(count: number, changes: Partial<CollectionContent> = {}): Promise<CollectionManifest> {
  server.files.clear();
  const graph = new TextEncoder().encode(`links between ${count} rows`);
  return writeCollection(sampleContent(sha256, count, 8, { graph, ...changes }), server.files);
}

async function visit(onDemand = false) {
  events.length = 0;
  signsOfLife = 0;
  const source = createHttpSource(BASE, cache);
  const onEvent = (event: WorkerEvent) => {
    if (event.type === 'alive') signsOfLife++;
    else if (event.type !== 'progress') events.push(event);
  };
  const { signal } = new AbortController();
  const reading = { signal, onDemand, onEvent, readModel: () => readModel() };
  const open = await openNewestCollection(source, 'holidays', reading);
  return { ...open, keep: async () => keep(source, await open.readAll(onDemand)) };
}

async function keep(source: HttpSource, version: Version): Promise<void> {
  expect(await source.commit([version])).toBeUndefined();
  await createHttpSource(BASE, cache).sweep();
}

async function completeVisit(onDemand = false) {
  const open = await visit(onDemand);
  await open.keep();
  return open;
}

const cutTheNetwork = () => {
  server.fault = () => new TypeError('Failed to fetch');
};

test('the first visit shows items before vectors and graph are there, and then keeps all of it', async () => {
  const manifest = await publish(5);
  const open = await visit();
  expect(await open.items.get(3)).toEqual(sampleItem(3));
  expect(server.requests.some((request) => /vectors|graph/.test(request))).toBe(false);
  expect(await cache.getText(MANIFEST)).toBeUndefined();
  await open.keep();
  expect([...cache.content.keys()].sort()).toEqual(manifest.parts.map((part) => part.sha256).sort());
  expect(events).toEqual([]);
});

test('after a complete visit it opens without a network, after an incomplete one it does not', async () => {
  await publish(5);
  await visit();
  cutTheNetwork();
  await expect(visit()).rejects.toMatchObject({ code: 'network' });
  server.fault = undefined;
  await completeVisit();
  cutTheNetwork();
  const open = await visit();
  expect(open.fromCache).toBe(true);
  expect(await open.vectors()).toMatchObject({ count: 5, dim: 8 });
  expect(events).toEqual([{ type: 'collection-kept', name: 'holidays', reason: expect.any(String) }]);
});

test('a newer version takes the place of the old one as a whole, and its parts too', async () => {
  await publish(5);
  await completeVisit();
  const manifest = await publish(7);
  const open = await completeVisit();
  expect(open.items.count).toBe(7);
  expect(events).toEqual([{ type: 'collection-updated', name: 'holidays' }]);
  expect([...cache.content.keys()].sort()).toEqual(manifest.parts.map((part) => part.sha256).sort());
});

describe('of a collection that is read in blocks', () => {
  const inBlocks = { codes: new Uint8Array(30), limits: { wholeCount: 0 } };
  const kindsAskedFor = () => new Set(server.requests.map((path) => path.replace(/^.*\/([a-z]+)-.*$/, '$1')));

  test('a newer version is not read as a whole before it is shown', async () => {
    await publish(5, inBlocks);
    await completeVisit(true);
    await publish(7, inBlocks);
    server.requests.length = 0;
    const open = await visit(true);
    expect(open.items.count).toBe(7);
    expect(events).toEqual([{ type: 'collection-updated', name: 'holidays' }]);
    for (const kind of ['vectors', 'items', 'ids']) expect(kindsAskedFor()).not.toContain(kind);
    expect(kindsAskedFor()).toContain('codes');
    await visit();
    expect(kindsAskedFor()).toContain('vectors');
  });

  test('there is a sign of life when a block comes, and when it does not', async () => {
    await publish(5, inBlocks);
    const { items } = await visit();
    expect(signsOfLife).toBe(0);
    cutTheNetwork();
    await expect(items.get(3)).rejects.toMatchObject({ code: 'network' });
    expect(signsOfLife).toBe(1);
    server.fault = undefined;
    await items.get(3);
    expect(signsOfLife).toBeGreaterThan(1);
  });
});

describe('when a newer version cannot be read completely, the old one stays', () => {
  async function expectKept() {
    const open = await visit();
    expect(open.items.count).toBe(5);
    expect(open.fromCache).toBe(true);
    expect(await open.vectors()).toMatchObject({ count: 5, dim: 8 });
    expect(events).toEqual([{ type: 'collection-kept', name: 'holidays', reason: expect.any(String) }]);
    // And it is still the one that opens when there is nothing else.
    cutTheNetwork();
    expect((await visit()).items.count).toBe(5);
  }

  test.each(['items', 'vectors', 'graph'] as const)('because of missing %s', async (kind) => {
    await publish(5);
    await completeVisit();
    const { parts } = await publish(7);
    for (const part of parts) if (part.kind === kind) server.files.delete(`collections/holidays/${part.path}`);
    await expectKept();
  });

  test('because its manifest is damaged', async () => {
    await publish(5);
    await completeVisit();
    await publish(7);
    server.files.set(MANIFEST, new TextEncoder().encode('{"format":"afterimage-coll'));
    await expectKept();
  });

  test('because the network goes in the middle', async () => {
    await publish(5);
    await completeVisit();
    await publish(7);
    server.fault = (path) => (path.includes('vectors') ? new TypeError('Failed to fetch') : undefined);
    await expectKept();
  });
});

describe('when what was kept is of an older format', () => {
  beforeEach(async () => {
    await publish(5);
    await completeVisit();
    const text = (await cache.getText(MANIFEST)) as string;
    await cache.putText(MANIFEST, text.replace(/"version": ?\d+/, '"version": 1'));
  });

  test('a lost network is the problem, not the format', async () => {
    cutTheNetwork();
    await expect(visit()).rejects.toMatchObject({ code: 'network' });
  });

  test('so is one that goes in the middle, and a part that is missing', async () => {
    await publish(7);
    server.fault = (path) => (path.includes('vectors') ? new TypeError('Failed to fetch') : undefined);
    await expect(visit()).rejects.toMatchObject({ code: 'network' });
    server.fault = undefined;
    for (const path of server.files.keys()) if (path.includes('vectors')) server.files.delete(path);
    await expect(visit()).rejects.toMatchObject({ code: 'part-missing' });
  });

  test('the newest version takes its place', async () => {
    expect((await visit()).items.count).toBe(5);
    expect(events).toEqual([{ type: 'collection-updated', name: 'holidays' }]);
  });

  test('where the server has no other, the format is the problem', async () => {
    server.files.set(MANIFEST, new TextEncoder().encode(await cache.getText(MANIFEST)));
    await expect(visit()).rejects.toMatchObject({ code: 'collection-version' });
  });
});

describe('when its model changed too', () => {
  const publishBoth = () => publish(7, { model: { id: 'tiny-clip', sha256: 'b'.repeat(64) } });

  test('it is of use once the model can be read', async () => {
    await publish(5);
    await completeVisit();
    await publishBoth();
    readModel = async () => {};
    expect((await visit()).items.count).toBe(7);
  });

  test('it waits for a model that cannot be read, and nothing of the old one is forgotten', async () => {
    await publish(5);
    await completeVisit();
    await publishBoth();
    readModel = () => Promise.reject(new Error('The model is not there yet.'));
    const open = await completeVisit();
    expect(open.items.count).toBe(5);
    expect(events).toEqual([
      { type: 'collection-kept', name: 'holidays', reason: expect.stringContaining('is not there yet') },
    ]);
    cutTheNetwork();
    expect((await visit()).items.count).toBe(5);
  });
});

test('a server that fails is told from a network that is not there', async () => {
  await publish(5);
  await completeVisit();
  server.fault = () => new Response(null, { status: 500 });
  await visit();
  expect(events).toEqual([
    { type: 'collection-kept', name: 'holidays', reason: expect.stringMatching(/last visit kept.*500/) },
  ]);
});

test('without a kept version, damage is an error', async () => {
  const { parts } = await publish(5);
  for (const part of parts) server.files.set(`collections/holidays/${part.path}`, new Uint8Array(part.bytes));
  await expect(visit()).rejects.toMatchObject({ code: 'part-corrupt' });
});

test('a name that is no collection is not asked for', async () => {
  const source = createHttpSource(BASE, cache);
  const reading = { signal: new AbortController().signal, onDemand: false, onEvent: () => {}, readModel };
  for (const name of ['../models', 'holidays/..', '']) {
    await expect(openNewestCollection(source, name, reading)).rejects.toMatchObject({ code: 'collection-not-found' });
  }
  expect(server.requests).toEqual([]);
});
