import { expect, test } from 'vitest';
import { AfterimageError } from '../../../engine/errors.ts';
import { normalise } from '../../../engine/numeric/embedding.ts';
import type { QueuePorts } from '../../../indexing/library/ports.ts';
import { runQueue } from '../../../indexing/library/run-queue.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';
import { runWatched } from './suspects.ts';

const found = (path: string): FoundFile => ({ folder: null, path, bytes: path.length, modified: 1 });
const text = (path: string) => new TextEncoder().encode(path);
/** It stops everything: nothing that waits for it goes on. */
const death = new Promise<never>(() => {});

/** A worker over a store, that dies of files whose name has `kills`. @returns what it decoded, in order */
function startWorker(store: LibraryStore, kills = /kills/, isAtHand = (path: string) => !path.includes('away')) {
  const decoded: string[] = [];
  let isDead = false;
  const progress = { failed: 0 };
  const ports: QueuePorts<FoundFile> = {
    store,
    sha256: async (bytes) => new TextDecoder().decode(bytes).padEnd(64, '_'),
    canRead: ({ file }) => isAtHand(file.path),
    read: async ({ file }) => text(file.path),
    async decode(bytes) {
      if (isDead) return death;
      const path = new TextDecoder().decode(bytes);
      decoded.push(path);
      isDead = kills.test(path);
      if (isDead) return death;
      if (path.includes('bad')) throw new AfterimageError('picture-unreadable', 'It is damaged.');
      return {
        ...{
          width: 1,
          height: 1,
          metadata: { captured: null, camera: null, place: null },
          phash: null,
          signature: null,
          preview: null,
        },
        thumbnail: { bytes: text(`of ${path}`), extension: 'webp', width: 1, height: 1 },
        pixels: { size: 1, rgb: Uint8Array.of(path.length, 1, 2) },
      };
    },
    nameOf: ({ path }) => path,
    encoder: async () => ({
      ...{ modelId: 'mini', dim: 3, imageSize: 1, batchSize: 4 },
      encode: async (batch) => (isDead ? death : batch.map(({ rgb }) => normalise(Float32Array.from(rgb)))),
    }),
    onProgress: ({ failed }) => {
      progress.failed += failed;
    },
    onStep: () => {},
  };
  const { signal } = new AbortController();
  const ended = runWatched(store, ports, signal, (some) => runQueue(some, { concurrency: 2, signal })).then(() => true);
  return { decoded, progress, isDead: () => isDead, ended };
}

const names = async (store: LibraryStore) => (await store.all()).map(({ files }) => files[0]?.path).sort();

test('a file on which a worker dies, and dies again, fails; all others are in', async () => {
  const store = createMemoryLibraryStore();
  const paths = Array.from({ length: 20 }, (_, i) => (i === 7 ? 'kills' : i === 9 ? 'bad' : `picture ${i}`));
  await store.enqueue([...paths, 'away'].map(found));
  const first = startWorker(store);
  await expect.poll(first.isDead).toBe(true);
  expect(await store.inReading()).toMatchObject({ together: 0 });

  const second = startWorker(store);
  await expect.poll(second.isDead).toBe(true);
  const [killer] = (await store.waiting(99)).filter(({ file }) => file.path === 'kills');
  const suspected = await store.inReading();
  expect(suspected?.together).toBe(8);
  expect(suspected?.ids.slice(0, 8)).toContain(killer?.id);
  expect(second.decoded.length).toBeLessThanOrEqual(8);

  const third = startWorker(store);
  await expect.poll(third.isDead).toBe(true);
  expect(await store.inReading()).toMatchObject({ together: 1 });
  expect((await store.inReading())?.ids[0]).toBe(killer?.id);

  const fourth = startWorker(store);
  expect(await fourth.ended).toBe(true);
  expect(fourth.decoded).not.toContain('kills');
  expect(fourth.progress.failed).toBeGreaterThan(0);
  expect(await store.inReading()).toBeUndefined();
  const failed = await store.failed();
  expect(failed.map(({ file, failure }) => [file.path, failure?.code])).toEqual([
    ['kills', 'picture-unreadable'],
    ['bad', 'picture-unreadable'],
  ]);
  expect(failed[0]?.failure?.reason).toContain('stopped this page again and again');
  expect(await names(store)).toEqual(paths.filter((path) => path.startsWith('picture')).sort());
  expect((await store.waiting(99)).map(({ file }) => file.path)).toEqual(['away']);

  await store.retry([killer?.id ?? -1]);
  expect(await startWorker(store, /nothing/).ended).toBe(true);
  expect(await names(store)).toContain('kills');
});

test('a tab that was closed in the middle fails nothing, and what was in flight is read first', async () => {
  const store = createMemoryLibraryStore();
  await store.enqueue(Array.from({ length: 200 }, (_, i) => found(i === 150 ? 'kills' : `picture ${i}`)));
  const closed = startWorker(store);
  await expect.poll(closed.isDead).toBe(true);
  const next = startWorker(store, /nothing/);
  expect(await next.ended).toBe(true);
  expect(await store.count()).toBe(200);
  expect(await store.countFailed()).toBe(0);
});

test('suspects that are not at hand yet stay suspected, whatever is read meanwhile', async () => {
  const store = createMemoryLibraryStore();
  await store.enqueue(['away kills', 'away 1', 'picture 2'].map(found));
  const ids = (await store.waiting(9)).map(({ id }) => id);
  await store.setInReading({ ids: ids.slice(0, 2), together: 0 });
  expect(await startWorker(store).ended).toBe(true);
  expect(await names(store)).toEqual(['picture 2']);
  expect(await store.inReading()).toEqual({ ids: ids.slice(0, 2), together: 0 });

  for (const together of [2, 1]) {
    const worker = startWorker(store, /kills/, () => true);
    await expect.poll(worker.isDead).toBe(true);
    expect(await store.inReading()).toEqual({ ids: ids.slice(0, 2), together });
  }
  expect(await startWorker(store, /kills/, () => true).ended).toBe(true);
  expect(await names(store)).toEqual(['away 1', 'picture 2']);
  expect((await store.failed()).map(({ file }) => file.path)).toEqual(['away kills']);
});

test('a run that ends, fails or is stopped leaves nothing behind', async () => {
  const store = createMemoryLibraryStore();
  await store.enqueue([found('a'), found('b')]);
  const { signal } = new AbortController();
  const fails = () => Promise.reject(new AfterimageError('quota-exceeded', 'full'));
  const ports = { store, canRead: () => true } as unknown as QueuePorts<FoundFile>;
  const run = async (some: QueuePorts<FoundFile>) => {
    await some.store.waiting(9);
    expect((await store.inReading())?.ids).toHaveLength(2);
    await fails();
  };
  await expect(runWatched(store, ports, signal, run)).rejects.toThrow('full');
  expect(await store.inReading()).toBeUndefined();

  // Neither a full disk nor a pause is the fault of the file that was being read.
  const ids = (await store.waiting(9)).map(({ id }) => id);
  await store.setInReading({ ids, together: 0 });
  await expect(runWatched(store, ports, signal, fails)).rejects.toThrow('full');
  expect(await store.inReading()).toEqual({ ids, together: 0 });
  const stop = new AbortController();
  await runWatched(store, ports, stop.signal, async () => stop.abort());
  expect(await store.inReading()).toEqual({ ids, together: 0 });
  expect(await store.countFailed()).toBe(0);
});
