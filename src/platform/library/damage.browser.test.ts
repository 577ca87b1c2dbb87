import { openDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { exportLibrary } from './exchange/export-library.ts';
import { importLibrary } from './exchange/import-library.ts';
import type { LibraryStore } from './library-store.ts';
import { createTestLibraries } from './testing-libraries.browser.ts';
import { hashOf, newPicture } from './testing-pictures.ts';

const libraries = createTestLibraries();
const { fresh, open, clear, packs } = libraries;
afterEach(clear);

const batch = (from: number, count: number) => Array.from({ length: count }, (_, i) => newPicture(from + i));

async function packNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await packs()).keys()) if (name.endsWith('.pack')) names.push(name);
  return names;
}

async function thumbnailOf(store: LibraryStore, n: number): Promise<string | undefined> {
  const rendition = await store.rendition(newPicture(n).item.thumbnail?.path ?? '');
  return rendition && new TextDecoder().decode(rendition.bytes);
}

async function overwrite(pack: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const handle = await (await packs()).getFileHandle(pack, { create: true });
  const stream = await handle.createWritable();
  await stream.write(bytes);
  await stream.close();
}

async function cutOff(pack: string, length: number): Promise<void> {
  const file = await (await (await packs()).getFileHandle(pack)).getFile();
  await overwrite(pack, new Uint8Array(await file.slice(0, length).arrayBuffer()));
}

describe('the check', () => {
  it.each(['gone', 'cut off'])(
    'says when a file of thumbnails is %s; its pictures stay, and get others',
    async (how) => {
      const store = await fresh();
      const stored = await store.put(batch(0, 3), []);
      const [pack] = await packNames();
      await store.put(batch(3, 2), []);
      if (how === 'gone') await (await packs()).removeEntry(pack ?? '');
      else await cutOff(pack ?? '', 12);
      const other = await open();
      // Of the one that was cut off, the first thumbnail is still there.
      const count = how === 'gone' ? 3 : 2;
      expect(await other.check()).toEqual([expect.stringMatching(`small copies of ${count} pictures are gone`)]);
      expect(await other.count()).toBe(5);
      expect([await thumbnailOf(other, 2), await thumbnailOf(other, 4)]).toEqual([undefined, 'thumbnail 4']);
      expect(await other.put(batch(0, 3), [])).toEqual(stored);
      for (let n = 0; n < 5; n++) expect(await thumbnailOf(other, n)).toBe(`thumbnail ${n}`);
      expect(await other.check()).toEqual([]);
    },
  );

  it('deletes renditions that no picture has, without a word', async () => {
    const store = await fresh();
    await store.put(batch(0, 2), []);
    await overwrite('lost.pack', new Uint8Array(100));
    const database = await openDB(libraries.name());
    await database.put('renditions', { path: 'thumbnails/none.webp', type: 'image/webp', bytes: new Uint8Array(3) });
    database.close();
    expect(await store.check()).toEqual([]);
    expect(await packNames()).toHaveLength(1);
    expect(await store.rendition('thumbnails/none.webp')).toBeUndefined();
    expect(await thumbnailOf(store, 1)).toBe('thumbnail 1');
  });

  it('keeps what others are storing meanwhile', async () => {
    const stores = [await fresh(), await open()] as const;
    const storing = async () => {
      for (let n = 0; n < 60; n += 3) await stores[0].put(batch(n, 3), []);
    };
    const checking = async () => {
      for (let i = 0; i < 8; i++) expect(await stores[1].check()).toEqual([]);
    };
    await Promise.all([storing(), checking()]);
    for (let n = 0; n < 60; n++) expect(await thumbnailOf(stores[1], n)).toBe(`thumbnail ${n}`);
  });
});

describe('a worker that is killed', () => {
  it.each([15, 40, 80, 130, 200, 300])('after %i ms loses at most the batch in flight', async (ms) => {
    const store = await fresh();
    const worker = new Worker(new URL('./testing-killed-worker.browser.ts', import.meta.url), { type: 'module' });
    let told = 0;
    const started = new Promise<void>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<number>) => {
        told = data;
        if (data === 0) resolve();
      };
    });
    worker.postMessage(libraries.name());
    await started;
    await new Promise((resolve) => setTimeout(resolve, ms));
    worker.terminate();
    const known = told;
    expect(await store.check()).toEqual([]);
    const all = await store.all();
    expect(all.length % 4, 'whole batches only').toBe(0);
    expect(all.length).toBeGreaterThanOrEqual(known);
    expect(all.map(({ sha256 }) => sha256)).toEqual(all.map((_, n) => hashOf(n)));
    for (const n of all.keys()) expect(await thumbnailOf(store, n)).toBe(`thumbnail ${n}`);
    await store.put(batch(all.length, 4), []);
    expect(await store.count()).toBe(all.length + 4);
  });
});

interface Session {
  send(method: 'Storage.overrideQuotaForOrigin', parameters: { origin: string; quotaSize?: number }): Promise<unknown>;
}

it('a full disk is said, and nothing that is stored is lost', async () => {
  const store = await fresh();
  const session = cdp() as unknown as Session;
  const { origin } = location;
  let stored = 0;
  const large = (n: number) => ({
    ...newPicture(n),
    thumbnail: { bytes: new Uint8Array(1_000_000).fill(n), type: 'image/webp' },
  });
  const putNext = () =>
    store.put([large(stored), large(stored + 1)], []).then(
      () => {
        stored += 2;
        return 'stored';
      },
      ({ code }) => code,
    );
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 4_000_000 });
  try {
    // Chromium remembers for up to half a minute how much room there was. Until then pictures may be stored.
    await expect.poll(putNext, { interval: 500 }).toBe('quota-exceeded');
  } finally {
    await session.send('Storage.overrideQuotaForOrigin', { origin });
  }
  const other = await open();
  expect((await other.all()).map(({ sha256 }) => sha256)).toEqual(Array.from({ length: stored }, (_, n) => hashOf(n)));
  for (let n = 0; n < stored; n++) {
    const rendition = await other.rendition(newPicture(n).item.thumbnail?.path ?? '');
    expect([rendition?.bytes.length, rendition?.bytes[999_999]]).toEqual([1_000_000, n % 256]);
  }
  expect(await other.check()).toEqual([]);
  await expect.poll(putNext, { interval: 500 }).toBe('stored');
});

describe('another tab', () => {
  it('with a newer version is told, with what to do', async () => {
    const store = await fresh();
    await store.put(batch(0, 1), []);
    const newer = await openDB(libraries.name(), 99);
    await expect(store.count()).rejects.toMatchObject({
      code: 'database-unavailable',
      message: expect.stringMatching(/Reload/),
    });
    newer.close();
  });
});

it('is the same when it was exported and imported', async () => {
  const store = await fresh();
  await store.setModel({ model: { id: 'tiny-clip', sha256: 'a'.repeat(64) }, dim: 8 });
  await store.put(batch(0, 5), []);
  const zip = await exportLibrary(store, { name: 'mine', title: 'Mine', vectors: 'f32', withPlaces: true });
  const before = await store.all();
  await clear();
  const elsewhere = await fresh();
  expect(await importLibrary(elsewhere, zip)).toEqual({ added: 5, known: 0, albums: 0 });
  expect(await elsewhere.all()).toEqual(before);
  for (let n = 0; n < 5; n++) expect(await thumbnailOf(elsewhere, n)).toBe(`thumbnail ${n}`);
});
