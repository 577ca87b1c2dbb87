import { createRoot, createSignal } from 'solid-js';
import { afterEach, expect, test, vi } from 'vitest';
import type { ClientEvent, QueryClient } from '../../client/query-client.ts';
import { ALL, LIBRARY, LIBRARY_TITLE } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { CollectionInfo, EncoderInfo, IndexInfo } from '../../protocol/query-worker.ts';
import { createNotices } from '../shell/notices.ts';
import { createSession } from './session.ts';

const encoder = { modelId: 'mini', device: 'wasm' } as EncoderInfo;
const index = { kind: 'hnsw' } as IndexInfo;

let dispose = () => {};
afterEach(() => dispose());

/** A session over a client that is ready when `ready` says so. */
function page(
  ready: () => Promise<{ encoder: EncoderInfo; index: IndexInfo }>,
  more: Partial<QueryClient> = {},
  used = () => true,
) {
  const listeners = new Set<(event: ClientEvent) => void>();
  const send = (event: ClientEvent) => {
    for (const listener of listeners) listener(event);
  };
  const client = {
    listCollections: async () => [
      { name: 'demo', count: 5 },
      { name: 'other', count: 7 },
    ],
    countLibrary: async () => 0,
    open: async (name: string) => ({ manifest: { name, model: { id: 'mini' } } }) as unknown as CollectionInfo,
    ready,
    subscribe(listener: (event: ClientEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...more,
  } as unknown as QueryClient;
  return createRoot((end) => {
    dispose = end;
    const [wanted, setWanted] = createSignal<string | null>(null);
    const notices = createNotices();
    const session = createSession(client, wanted, notices, used);
    return { session, setWanted, notices, send };
  });
}

const FAILED = { type: 'failed', code: 'worker-died', message: 'It stopped.' } as const;

test('is ready when encoder and index are there', async () => {
  const { session } = page(async () => ({ encoder, index }));
  expect(session.ready()).toBe(false);
  await expect.poll(() => session.ready()).toBe(true);
  expect(session.collection()?.manifest.name).toBe('demo');
});

test('a failure is over when encoder and index are heard of again, without a retry', async () => {
  const { session, send } = page(async () => ({ encoder, index }));
  await expect.poll(() => session.ready()).toBe(true);
  send(FAILED);
  expect([session.ready(), session.modelError()?.code]).toEqual([false, 'worker-died']);
  send({ type: 'index', info: index });
  expect(session.ready()).toBe(false);
  send({ type: 'encoder', info: encoder });
  expect([session.ready(), session.modelError()]).toEqual([true, undefined]);
});

test('so is one of loading; a retry asks again', async () => {
  let works = false;
  const { session } = page(async () => {
    if (!works) throw new AfterimageError('network', 'No.');
    return { encoder, index };
  });
  await expect.poll(() => session.modelError()?.code).toBe('network');
  works = true;
  session.retry();
  await expect.poll(() => session.ready()).toBe(true);
  expect(session.modelError()).toBeUndefined();
});

test('another collection is not ready with the index of the last one', async () => {
  const { session, setWanted } = page(async () => ({ encoder, index }));
  await expect.poll(() => session.ready()).toBe(true);
  setWanted('other');
  expect(session.ready()).toBe(false);
  await expect.poll(() => session.ready()).toBe(true);
});

test('tells whether collection and model are kept, and why not', async () => {
  const { session, send } = page(async () => ({ encoder, index }));
  await expect.poll(() => session.ready()).toBe(true);
  expect(session.kept()).toBeUndefined();
  send({ type: 'kept', name: 'demo', problem: 'There is no space left for it.' });
  expect(session.kept()?.problem).toMatch('no space');
  send({ type: 'kept', name: 'demo', problem: undefined });
  expect(session.kept()).toEqual({ problem: undefined });
});

test('tells of newer models', async () => {
  const { notices, send } = page(async () => ({ encoder, index }));
  send({ type: 'model-kept', id: 'mini', reason: 'A file is missing.' });
  send({ type: 'model-updated', id: 'mini' });
  expect(notices.list().map(({ text }) => text)).toEqual([expect.stringContaining('the new one')]);
});

test('says what leaves the device, and whether the server answers', async () => {
  const searchedAt = ['http://localhost:8000'];
  const { notices, send, setWanted } = page(async () => ({ encoder, index }), {
    open: async (name) =>
      ({
        manifest: { name, model: { id: 'mini' } },
        ...(name === 'demo' && { searchedAt }),
      }) as unknown as CollectionInfo,
  });
  const lines = () => notices.list().map(({ id, text }) => `${id}: ${text}`);
  const where = expect.stringMatching(/^searched-at: .*http:\/\/localhost:8000: what you search for is sent there/);
  await expect.poll(lines).toEqual([where]);
  const event = { type: 'remote', name: 'demo', origin: 'http://localhost:8000' } as const;
  send({ ...event, state: 'away', reason: 'It cannot be reached.' });
  expect(lines()).toEqual([where, expect.stringMatching(/^remote: .*on this device.* It cannot be reached\.$/)]);
  send({ ...event, state: 'answers' });
  expect(lines()).toEqual([where]);
  // Then the search says it.
  send({ ...event, state: 'away', reason: 'It cannot be reached.', problem: 'There is no room.' });
  expect(lines()).toEqual([where]);
  setWanted('other');
  await expect.poll(lines).toEqual([]);
});

const live = (numbering: number, count: number, order?: Uint32Array) => ({ numbering, count, order });
const changedTo = (state: ReturnType<typeof live>, changed: readonly number[] = []): ClientEvent => ({
  type: 'collection-changed',
  name: LIBRARY,
  ...state,
  changed,
});

test('the own pictures are offered once there are some, without a network too, and are opened where there is nothing else', async () => {
  const without = page(async () => ({ encoder, index }), { countLibrary: async () => 0 });
  const names = () => without.session.collections()?.map(({ name }) => name);
  await expect.poll(names).toEqual(['demo', 'other', ALL]);
  without.send({ type: 'library', count: 3 });
  expect(names()).toEqual(['demo', 'other', LIBRARY, ALL]);
  expect(without.session.name()).toBe('demo');
  dispose();
  const offline = page(async () => ({ encoder, index }), {
    countLibrary: async () => 12,
    listCollections: () => Promise.reject(new AfterimageError('offline', 'No network.')),
  });
  await expect.poll(() => offline.session.collection()?.manifest.name).toBe(LIBRARY);
  expect(offline.session.collections()).toMatchObject([{ name: LIBRARY, title: LIBRARY_TITLE, count: 12 }]);
  expect(offline.session.collectionError()).toBeUndefined();
});

test('with nothing at all, there is nothing to open; nobody is told so before it is known', async () => {
  let tell: (count: number) => void = () => {};
  const { session } = page(async () => ({ encoder, index }), {
    listCollections: async () => [],
    countLibrary: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(session.collections()).toBeUndefined();
  tell(0);
  await expect.poll(() => session.collections()).toEqual([]);
  expect(session.name()).toBeUndefined();
});

test('an own library is offered while it is open, though it is empty', async () => {
  const { session, setWanted } = page(async () => ({ encoder, index }));
  setWanted(LIBRARY);
  await expect.poll(() => session.collections()?.some(({ name }) => name === LIBRARY)).toBe(true);
});

test('counts what comes and goes, and opens again what has other rows', async () => {
  const opened = vi.fn(
    async (name: string) =>
      ({
        manifest: { name, count: 5, model: { id: 'mini' } },
        live: live(opened.mock.calls.length, 5),
      }) as unknown as CollectionInfo,
  );
  const { session, setWanted, send } = page(async () => ({ encoder, index }), { open: opened });
  setWanted(LIBRARY);
  await expect.poll(() => session.collection()?.manifest.name).toBe(LIBRARY);
  const before = session.collection();
  const { numbering } = session.live.state() as ReturnType<typeof live>;
  expect(session.count()).toBe(5);
  send(changedTo(live(numbering, 4, Uint32Array.of(0, 2, 3, 4)), [3]));
  expect([session.count(), session.live.changed(), session.live.state()?.order]).toEqual([
    4,
    [3],
    Uint32Array.of(0, 2, 3, 4),
  ]);
  expect(session.collection()).toBe(before);
  send(changedTo(live(numbering + 77, 4)));
  await expect.poll(() => session.collection() !== undefined && session.collection() !== before).toBe(true);
  expect(session.count()).toBe(5);
  const calls = opened.mock.calls.length;
  send({ type: 'collection-outdated', name: 'demo' });
  send({ type: 'collection-outdated', name: LIBRARY });
  await expect.poll(() => opened.mock.calls.length).toBe(calls + 1);
});

test('all together are offered where there are several; what is not among them is said until something else is opened', async () => {
  const apart = [{ name: 'other', title: 'Other', reason: 'It was made with another model.' }];
  const { session, setWanted, notices } = page(async () => ({ encoder, index }), {
    open: async (name) =>
      ({
        manifest: { name, model: { id: 'mini' } },
        ...(name === ALL && { together: { collections: [], apart } }),
      }) as unknown as CollectionInfo,
  });
  await expect.poll(() => session.collections()?.at(-1)).toMatchObject({ name: ALL, count: 12 });
  setWanted(ALL);
  await expect.poll(() => notices.list().map(({ text }) => text)).toEqual([expect.stringContaining('“Other”')]);
  setWanted('demo');
  await expect.poll(() => notices.list()).toEqual([]);
});

test('nobody is asked for own pictures where there never were any', async () => {
  const countLibrary = vi.fn(async () => 3);
  const [used, setUsed] = createSignal(false);
  const { session } = page(async () => ({ encoder, index }), { countLibrary }, used);
  await expect.poll(() => session.ready()).toBe(true);
  expect(countLibrary).not.toHaveBeenCalled();
  setUsed(true);
  await expect.poll(() => session.collections()?.some(({ name }) => name === LIBRARY)).toBe(true);
});
