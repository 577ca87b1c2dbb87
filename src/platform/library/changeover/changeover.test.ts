import { afterEach, expect, test, vi } from 'vitest';
import { createDeferred } from '../../../engine/async/deferred.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { type Embedding, normalise } from '../../../engine/numeric/embedding.ts';
import type { StoredPicture } from '../library-store.ts';
import { createLibraryMemory } from '../testing-library-memory.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';
import { newPicture } from '../testing-pictures.ts';
import { type Changeover, type ChangeoverOptions, createChangeover, type Looking } from './changeover.browser.ts';

const small = { model: { id: 'small', sha256: 'a'.repeat(64) }, dim: 8 };
const large = { model: { id: 'large', sha256: 'b'.repeat(64) }, dim: 12 };

const vectorOf = (n: number): Embedding =>
  normalise(Float32Array.from({ length: large.dim }, (_, i) => Math.sin(n * (i + 1)) + 0.1));

let opened: Changeover[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  opened = [];
});

interface Host {
  /** Keys of pictures that are not at hand. */
  readonly away: Set<number>;
  readonly download: ChangeoverOptions['download'];
  /** Awaited before each batch is encoded. */
  readonly until: () => Promise<void>;
  readonly queue: { state: 'idle' | 'running' | 'paused' };
}

/** A library of five pictures by the small model, in a tab of its own. */
async function setUp(host: Partial<Host> = {}, memory = createLibraryMemory()) {
  const store = createMemoryLibraryStore(memory);
  if ((await store.count()) === 0) {
    await store.setModel(small);
    await store.put(
      [1, 2, 3, 4, 5].map((n) => newPicture(n)),
      [],
    );
  }
  const { away = new Set<number>(), download = async () => {}, until = async () => {} } = host;
  const queue = host.queue ?? { state: 'idle' };
  const runner = {
    queue: async () => ({ problem: null, ...queue }) as never,
    pause: vi.fn(async () => {}),
    resume: vi.fn(),
  };
  const looking: Looking = {
    pixels: async ({ key }: StoredPicture) => (away.has(key) ? undefined : { size: 1, rgb: Uint8Array.of(key, 0, 0) }),
    encoder: async () => ({
      ...{ modelId: 'large', dim: large.dim, imageSize: 1, batchSize: 2 },
      async encode(batch) {
        await until();
        return batch.map(({ rgb }) => vectorOf(rgb[0] ?? 0));
      },
    }),
    close: vi.fn(),
  };
  const changeover = createChangeover({
    ...{ baseUrl: `https://example.org/${Math.random()}/`, store, runner, download },
    tabs: { exclusive: (work) => work() },
    open: async () => looking,
    onState: () => {},
  });
  opened.push(changeover);
  return { changeover, store, memory, runner, looking, keys: (await store.all()).map(({ key }) => key) };
}

test('all pictures get vectors of the new model, which then takes the place of the old one', async () => {
  const { changeover, store, runner, looking, keys } = await setUp();
  expect(await changeover.state()).toBeNull();
  await changeover.begin(large);
  await expect.poll(() => store.model()).toEqual(large);
  expect((await store.all()).map(({ vector }) => vector)).toEqual(keys.map(vectorOf));
  expect(await changeover.state()).toBeNull();
  // Nothing of the queue may be in flight meanwhile.
  expect([runner.pause.mock.calls.length, runner.resume.mock.calls.length]).toEqual([1, 1]);
  expect(looking.close).toHaveBeenCalled();
});

test('the old vectors answer until the new ones are complete; it can be paused, and goes on in another tab', async () => {
  const gate = createDeferred<void>();
  let batches = 0;
  const until = async () => {
    if (++batches === 2) await gate.promise;
  };
  const { changeover, store, memory } = await setUp({ until });
  const before = await store.all();
  await changeover.begin(large);
  await expect.poll(async () => (await changeover.state())?.done).toBe(2);
  expect(await changeover.state()).toMatchObject({ model: large.model, state: 'running', total: 5 });
  expect([await store.model(), await store.all()]).toEqual([small, before]);
  const paused = changeover.pause();
  gate.resolve();
  await paused;
  expect(await changeover.state()).toMatchObject({ state: 'paused', done: 2, problem: null });
  changeover.close();

  const encoded = vi.fn(async () => {});
  const later = await setUp({ until: encoded }, memory);
  later.changeover.resume();
  await expect.poll(() => later.store.model()).toEqual(large);
  expect(encoded).toHaveBeenCalledTimes(2); // of three pictures that were left
});

test('pictures that are not at hand are named, and wait; it ends when they come back, or without them', async () => {
  const away = new Set<number>();
  const { changeover, store, keys } = await setUp({ away });
  away.add(keys[1] as number).add(keys[3] as number);
  await changeover.begin(large);
  await expect.poll(async () => (await changeover.state())?.state).toBe('waiting');
  expect((await changeover.state())?.left).toEqual({
    count: 2,
    pictures: [
      { name: 'photo 2.jpg', reason: null },
      { name: 'photo 4.jpg', reason: null },
    ],
  });
  expect(await store.model()).toEqual(small);
  away.delete(keys[1] as number);
  changeover.lookAgain();
  await expect.poll(async () => (await changeover.state())?.done).toBe(4);
  await expect.poll(async () => (await changeover.state())?.state).toBe('waiting');

  await changeover.finish();
  expect([await store.model(), await store.count()]).toEqual([large, 4]);
  expect((await store.waiting(9)).map(({ file }) => file.path)).toEqual(['photo 4.jpg']);
});

test('cancelled, everything is as it was', async () => {
  const { changeover, store } = await setUp({ download: (_, signal) => untilAborted(signal) });
  const before = await store.all();
  await changeover.begin(large);
  await expect.poll(async () => (await changeover.state())?.state).toBe('loading');
  await changeover.cancel();
  expect([await changeover.state(), await store.model(), await store.all()]).toEqual([null, small, before]);
});

test('a download that fails says why, and is tried again', async () => {
  const download = vi
    .fn<Host['download']>(async () => {})
    .mockRejectedValueOnce(new AfterimageError('network', 'The server does not answer.'));
  const { changeover, store } = await setUp({ download });
  await changeover.begin(large);
  await expect.poll(async () => (await changeover.state())?.problem?.code).toBe('network');
  expect(await changeover.state()).toMatchObject({ state: 'paused' });
  changeover.resume();
  await expect.poll(() => store.model()).toEqual(large);
});

test('what is being added goes first', async () => {
  const queue: Host['queue'] = { state: 'running' };
  const { changeover, store } = await setUp({ queue });
  await changeover.begin(large);
  await expect.poll(async () => (await changeover.state())?.state).toBe('running');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await store.countNext()).toBe(0);
  queue.state = 'idle';
  await expect.poll(() => store.model(), { timeout: 5000 }).toEqual(large);
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
