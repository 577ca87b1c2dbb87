import { createRoot, createSignal } from 'solid-js';
import { afterEach, expect, test } from 'vitest';
import type { ClientEvent, QueryClient } from '../../client/query-client.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { CollectionInfo, EncoderInfo, IndexInfo } from '../../protocol/query-worker.ts';
import { createNotices } from '../shell/notices.ts';
import { createSession } from './session.ts';

const encoder = { modelId: 'mini', device: 'wasm' } as EncoderInfo;
const index = { kind: 'hnsw' } as IndexInfo;

let dispose = () => {};
afterEach(() => dispose());

/** A session over a client that is ready when `ready` says so. */
function page(ready: () => Promise<{ encoder: EncoderInfo; index: IndexInfo }>) {
  let send: (event: ClientEvent) => void = () => {};
  const client = {
    listCollections: async () => [{ name: 'demo' }, { name: 'other' }],
    open: async (name: string) => ({ manifest: { name, model: { id: 'mini' } } }) as unknown as CollectionInfo,
    ready,
    subscribe(listener: (event: ClientEvent) => void) {
      send = listener;
      return () => {};
    },
  } as unknown as QueryClient;
  return createRoot((end) => {
    dispose = end;
    const [wanted, setWanted] = createSignal<string | null>(null);
    const notices = createNotices();
    const session = createSession(client, wanted, notices);
    return { session, setWanted, notices, send: (event: ClientEvent) => send(event) };
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
