import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AfterimageError } from '../../../engine/errors.ts';
import { normalise } from '../../../engine/numeric/embedding.ts';
import {
  type LibraryPicture,
  NotAtHand,
  type QueuePorts,
  type QueueProgress,
} from '../../../indexing/library/ports.ts';
import { runQueue } from '../../../indexing/library/run-queue.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';

/** Files by path: what they hold. A content of `bad…` is no picture. */
type Disk = Map<string, string>;

const sha256 = async (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const tick = () => new Promise((resolve) => setImmediate(resolve));

function found(path: string, content: string, folder: number | null = null, modified = 1): FoundFile {
  return { folder, path, bytes: content.length, modified };
}

function picture(content: string): LibraryPicture {
  const bytes = new TextEncoder().encode(`thumbnail of ${content}`);
  const rgb = Uint8Array.from([content.length, content.charCodeAt(0), content.charCodeAt(content.length - 1)]);
  return {
    ...{ width: 3, height: 2, metadata: { captured: null, camera: null, place: null }, preview: null },
    ...{ phash: null, signature: null },
    thumbnail: { bytes, extension: 'webp', width: 3, height: 2 },
    pixels: { size: 1, rgb },
  };
}

interface Bench {
  readonly store: LibraryStore;
  readonly disk: Disk;
  readonly ports: QueuePorts<FoundFile>;
  readonly told: QueueProgress[];
  /** Contents that were decoded, in order. */
  readonly decoded: string[];
  /** The most contents that were in memory at a time: read, and not stored or failed. */
  most(): number;
  run(signal?: AbortSignal): Promise<void>;
}

function createBench(disk: Disk, changes: Partial<QueuePorts<FoundFile>> = {}): Bench {
  const store = createMemoryLibraryStore();
  const told: QueueProgress[] = [];
  const decoded: string[] = [];
  let [held, most] = [0, 0];
  const ports: QueuePorts<FoundFile> = {
    store,
    sha256,
    canRead: () => true,
    async read({ file }) {
      await tick();
      const content = disk.get(file.path);
      if (content === undefined) throw new AfterimageError('picture-unavailable', 'It is not there any more.');
      most = Math.max(most, ++held);
      return new TextEncoder().encode(content);
    },
    async decode(bytes) {
      const content = new TextDecoder().decode(bytes);
      decoded.push(content);
      await tick();
      held--;
      if (content.startsWith('bad')) throw new AfterimageError('picture-unreadable', 'It is damaged.');
      return picture(content);
    },
    nameOf: ({ path }) => path,
    encoder: async () => ({
      ...{ modelId: 'mini', dim: 3, imageSize: 1, batchSize: 4 },
      encode: async (batch) => batch.map(({ rgb }) => normalise(Float32Array.from(rgb))),
    }),
    onProgress: (progress) => told.push(progress),
    onStep: () => {},
    ...changes,
  };
  const run = (signal = new AbortController().signal) => runQueue(ports, { concurrency: 3, signal });
  return { store, disk, ports, told, decoded, most: () => most, run };
}

function sum(told: readonly QueueProgress[]) {
  const total = { done: 0, known: 0, failed: 0 };
  for (const { done, known, failed } of told) {
    total.done += done;
    total.known += known;
    total.failed += failed;
  }
  return total;
}

const contentsOf = async (store: LibraryStore) =>
  new Map((await store.all()).map(({ sha256: hash, files }) => [hash, files.map(({ path }) => path).sort()]));

test('every file is stored once by its content, or has failed with its reason; nothing waits', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'dd', 'eee', 'bad1', 'bad2', ''), { maxLength: 40 }),
      async (contents) => {
        const disk = new Map(contents.map((content, i) => [`${i}.jpg`, content]));
        const bench = createBench(disk);
        await bench.store.enqueue([...disk].map(([path, content]) => found(path, content)));
        await bench.run();

        const good = [...disk].filter(([, content]) => content !== '' && !content.startsWith('bad'));
        const expected = new Map<string, string[]>();
        for (const [path, content] of good) {
          const hash = await sha256(new TextEncoder().encode(content));
          expected.set(hash, [...(expected.get(hash) ?? []), path].sort());
        }
        expect(await contentsOf(bench.store)).toEqual(expected);
        const failed = await bench.store.failed();
        expect(failed.length).toBe(disk.size - good.length);
        expect(failed.every(({ failure }) => failure?.code === 'picture-unreadable')).toBe(true);
        expect(await bench.store.countWaiting()).toBe(0);
        expect(bench.decoded.length).toBe(new Set(bench.decoded).size);
        const { done, known, failed: failures } = sum(bench.told);
        expect([done, failures]).toEqual([good.length, failed.length]);
        expect(known).toBe(good.length - expected.size);
      },
    ),
    { numRuns: 60 },
  );
});

test('of thousands that wait only a few are in memory', async () => {
  const disk = new Map(Array.from({ length: 2000 }, (_, i) => [`${i}.jpg`, `content ${i}`]));
  const bench = createBench(disk);
  await bench.store.enqueue([...disk].map(([path, content]) => found(path, content)));
  await bench.run();
  expect(await bench.store.count()).toBe(2000);
  expect(bench.most()).toBeLessThan(20);
});

test('what cannot be read now waits, and the rest goes on; later it is read', async () => {
  let isAway = true;
  const disk = new Map(['a', 'b', 'c', 'd'].map((content) => [`${content}.jpg`, content]));
  const bench = createBench(disk, {
    read: async ({ file }) => {
      if (isAway && file.path === 'b.jpg') throw new NotAtHand('The disk is away.');
      return new TextEncoder().encode(disk.get(file.path));
    },
    canRead: ({ file }) => !isAway || file.path !== 'c.jpg',
  });
  await bench.store.enqueue([...disk].map(([path, content]) => found(path, content)));
  await bench.run();
  expect(await bench.store.count()).toBe(2);
  expect((await bench.store.waiting(10)).map(({ file }) => file.path)).toEqual(['b.jpg', 'c.jpg']);
  expect(await bench.store.failed()).toEqual([]);
  isAway = false;
  await bench.run();
  expect(await bench.store.count()).toBe(4);
});

test('a changed file is embedded again, and its old picture is not found under its path any more', async () => {
  const disk = new Map([
    ['a.jpg', 'old'],
    ['b.jpg', 'old'],
  ]);
  const bench = createBench(disk);
  await bench.store.enqueue([found('a.jpg', 'old', 1), found('b.jpg', 'old', 1)]);
  await bench.run();
  disk.set('a.jpg', 'newer');
  await bench.store.enqueue([found('a.jpg', 'newer', 1, 2)]);
  await bench.run();
  expect([...(await contentsOf(bench.store)).values()]).toEqual([['b.jpg'], ['a.jpg']]);
  // Now the last file of the old content: it goes, and with it the picture.
  disk.set('b.jpg', 'newer');
  await bench.store.enqueue([found('b.jpg', 'newer', 1, 2)]);
  await bench.run();
  expect([...(await contentsOf(bench.store)).values()]).toEqual([['a.jpg', 'b.jpg']]);
});

test('a renamed file keeps its picture, which is not embedded again', async () => {
  const disk = new Map([['a.jpg', 'content']]);
  const bench = createBench(disk);
  await bench.store.enqueue([found('a.jpg', 'content', 1)]);
  await bench.run();
  const [before] = await bench.store.all();
  disk.set('sub/b.jpg', 'content');
  await bench.store.enqueue([found('sub/b.jpg', 'content', 1)]);
  await bench.run();
  const [after] = await bench.store.all();
  expect(after?.key).toBe(before?.key);
  expect(after?.files.map(({ path }) => path)).toEqual(['a.jpg', 'sub/b.jpg']);
  expect(bench.decoded).toEqual(['content']);
});

test('a full disk ends the run with its reason; what was in flight still waits, and nothing is lost', async () => {
  const disk = new Map(Array.from({ length: 10 }, (_, i) => [`${i}.jpg`, `content ${i}`]));
  const bench = createBench(disk);
  await bench.store.enqueue([...disk].map(([path, content]) => found(path, content)));
  const { put } = bench.store;
  let puts = 0;
  const full: LibraryStore = {
    ...bench.store,
    put: async (...args) => {
      if (++puts === 2) throw new AfterimageError('quota-exceeded', 'There is no space left.');
      return put(...args);
    },
  };
  const signal = new AbortController().signal;
  await expect(runQueue({ ...bench.ports, store: full }, { concurrency: 3, signal })).rejects.toMatchObject({
    code: 'quota-exceeded',
  });
  expect(await bench.store.count()).toBe(4);
  expect(await bench.store.countWaiting()).toBe(6);
  await bench.run();
  expect(await bench.store.count()).toBe(10);
});

test('one batch is encoded while the one before it is stored, and none beyond', async () => {
  const disk = new Map(Array.from({ length: 20 }, (_, i) => [`${i}.jpg`, `content ${i}`]));
  let [encoded, stored, most] = [0, 0, 0];
  const bench = createBench(disk, {
    encoder: async () => ({
      ...{ modelId: 'mini', dim: 3, imageSize: 1, batchSize: 4 },
      encode: async (batch) => {
        most = Math.max(most, ++encoded - stored);
        return batch.map(({ rgb }) => normalise(Float32Array.from(rgb)));
      },
    }),
  });
  await bench.store.enqueue([...disk].map(([path, content]) => found(path, content)));
  const { put } = bench.store;
  const slow: LibraryStore = {
    ...bench.store,
    put: async (...args) => {
      // Stored only once the next batch, if there is one, is being encoded: neither waits for the other.
      while (encoded < Math.min(5, stored + 2)) await tick();
      for (let i = 0; i < 20; i++) await tick();
      const result = await put(...args);
      stored++;
      return result;
    },
  };
  await runQueue({ ...bench.ports, store: slow }, { concurrency: 3, signal: new AbortController().signal });
  expect([encoded, stored, most]).toEqual([5, 5, 2]);
  expect(await bench.store.count()).toBe(20);
});

test('when it is stopped, what is stored is stored, and the rest waits', async () => {
  const disk = new Map(Array.from({ length: 40 }, (_, i) => [`${i}.jpg`, `content ${i}`]));
  const stop = new AbortController();
  const bench = createBench(disk, { onProgress: () => stop.abort() });
  await bench.store.enqueue([...disk].map(([path, content]) => found(path, content)));
  await bench.run(stop.signal);
  const stored = await bench.store.count();
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(40);
  expect(await bench.store.countWaiting()).toBe(40 - stored);
  await bench.run();
  expect(await bench.store.count()).toBe(40);
});

test('what the encoder cannot do ends the run, and nothing is marked as failed', async () => {
  const bench = createBench(new Map([['a.jpg', 'a']]), {
    encoder: () => Promise.reject(new AfterimageError('model-not-found', 'There is no model.')),
  });
  await bench.store.enqueue([found('a.jpg', 'a')]);
  await expect(bench.run()).rejects.toMatchObject({ code: 'model-not-found' });
  expect(await bench.store.countWaiting()).toBe(1);
  expect(await bench.store.failed()).toEqual([]);
});
