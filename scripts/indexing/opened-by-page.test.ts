/** Collections of an earlier version, and with additions, as a page opens and keeps them. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ADAPTER } from '../../src/engine/collection/extensions/adapter.ts';
import { CAMERA } from '../../src/engine/collection/extensions/facts.ts';
import { DATE_SOURCE, isKnown } from '../../src/engine/collection/types.ts';
import { createHttpSource } from '../../src/platform/bytes/http-source.browser.ts';
import { createFakeServer, createMemoryCache, type FakeServer } from '../../src/platform/bytes/testing.browser.ts';
import { openNewestCollection } from '../../src/platform/collections/collection-source.browser.ts';
import { openIndex } from '../../src/platform/indexes/open-index.browser.ts';
import { STORED } from './fixtures/stored.ts';
import { grow, storedPlace } from './fixtures/testing.ts';
import { draw, filesBelow, workplace } from './testing.ts';

const COUNT = 9;
const BASE = 'https://afterimage.test/';
let server: FakeServer;
let cache: ReturnType<typeof createMemoryCache>;
/** What the page is told of collections. */
let events: string[];

beforeEach(() => {
  server = createFakeServer(BASE);
  cache = createMemoryCache();
  vi.stubGlobal('fetch', server.fetch);
});
afterEach(() => void vi.unstubAllGlobals());

/** Put the folder `…/collections` on the server. */
async function publish(collections: string): Promise<void> {
  server.files.clear();
  for (const [path, bytes] of await filesBelow(collections)) {
    server.files.set(`collections/${path}`, Uint8Array.from(bytes));
  }
}

async function open(name: string, source = createHttpSource(BASE, cache)) {
  server.requests.length = 0;
  events = [];
  return openNewestCollection(source, name, {
    signal: new AbortController().signal,
    onDemand: false,
    onEvent: ({ type }) => type.startsWith('collection') && events.push(type),
    readModel: async () => {},
  });
}

/** Open a collection and keep all of it. */
async function visit(name: string) {
  const source = createHttpSource(BASE, cache);
  const opened = await open(name, source);
  expect(await source.commit([await opened.readAll(false)])).toBeUndefined();
  return opened;
}

test.each(STORED)(
  '%s of version 3 is opened and kept; when it comes to version 4, only what its dates changed is fetched',
  async (name) => {
    const { folder, build } = await storedPlace(name);
    const collections = join(folder, 'collections');
    await publish(collections);
    const first = await visit(name);
    expect([first.collection.manifest.version, first.items.count]).toEqual([3, COUNT]);
    expect(server.requests.length).toBeGreaterThan(3);
    await build();
    await publish(collections);
    const second = await visit(name);
    expect([second.collection.manifest.version, second.items.count]).toEqual([4, COUNT]);
    const { extensions, ...item } = await second.items.get(3);
    expect(item).toEqual(await first.items.get(3));
    expect(extensions).toEqual({ [DATE_SOURCE]: 'file', [CAMERA]: null });
    expect(events).toEqual(['collection-updated']);
    expect(server.requests.filter((path) => !/\/(manifest\.json|items-|blocks-)/.test(path))).toEqual([]);
    server.fault = () => new TypeError('Failed to fetch');
    const kept = await open(name);
    expect([kept.fromCache, (await kept.vectors()).count]).toEqual([true, COUNT]);
  },
);

test('sections that it does not know are neither fetched nor kept', async () => {
  const { pictures, out, build } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  await build();
  await grow(out);
  await publish(join(out, '..'));
  const opened = await visit('test');
  expect(await opened.items.get(0)).toMatchObject({ media: 'video', duration: 12.5 });
  const { parts } = opened.collection.manifest;
  const known = parts.filter((part) => isKnown(part) || part.kind === ADAPTER);
  expect([...cache.content.keys()].sort()).toEqual(known.map((part) => part.sha256).sort());
  const fetched = server.requests.map((path) => path.replace(/^.*\/| .*$/g, '')).sort();
  expect(fetched).toEqual(['manifest.json', ...known.map((part) => part.path)].sort());
  expect(parts.length).toBe(known.length + 4);
});

test('the adapter is fetched, kept for a visit without a network, and corrects the words of queries', async () => {
  const { pictures, out, build } = await workplace();
  for (let i = 0; i < COUNT; i++) await draw(join(pictures, `${i}.png`), i);
  await build({ index: 'exact' });
  await grow(out);
  await publish(join(out, '..'));
  await visit('test');
  server.fault = () => new TypeError('Failed to fetch');
  const { adapter, ...kept } = await openIndex(await open('test'), 'auto', Promise.resolve());
  expect(adapter).toMatchObject({ rank: 2, dim: kept.info.dim });
});
