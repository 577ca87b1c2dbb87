import { createRoot, createSignal } from 'solid-js';
import { afterEach, expect, test, vi } from 'vitest';
import type { ClientEvent } from '../../client/query-client.ts';
import { createDeferred } from '../../engine/async/deferred.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { CollectionInfo, OtherModel } from '../../protocol/query-worker.ts';
import { createOtherModels } from './other-models.ts';

let dispose = () => {};
afterEach(() => dispose());

const several = { together: { models: [{}, {}] } } as unknown as CollectionInfo;
const one = (sha256: string, bytes: number): OtherModel => ({
  ...{ model: { id: sha256, sha256 }, title: `The ${sha256}`, collections: ['Photographs'] },
  ...{ isLoaded: false, bytes, problem: null },
});

/** A page with several collections open, whose models beside the first are `models`. */
function page(models: readonly OtherModel[], load: (sha256: string) => Promise<boolean> = async () => true) {
  const loaded = new Set<string>();
  const listeners = new Set<(event: ClientEvent) => void>();
  const client = {
    otherModels: vi.fn(async () => models.map((model) => ({ ...model, isLoaded: loaded.has(model.model.sha256) }))),
    loadOtherModel: vi.fn(async (sha256: string) => {
      const isLoaded = await load(sha256);
      if (isLoaded) loaded.add(sha256);
      return isLoaded;
    }),
    stopOtherModel: vi.fn(async () => {}),
    subscribe(listener: (event: ClientEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return createRoot((end) => {
    dispose = end;
    const [collection, setCollection] = createSignal<CollectionInfo | undefined>(several);
    const [ready, setReady] = createSignal(false);
    const [held, setHeld] = createSignal(false);
    const refine = vi.fn(async () => {});
    const others = createOtherModels(client, { collection, ready }, { refine }, held);
    const send = (event: ClientEvent) => listeners.forEach((listener) => void listener(event));
    return { others, client, refine, setReady, setHeld, setCollection, send, loaded };
  });
}

const wait = () => new Promise((resolve) => setTimeout(resolve, 20));

test('what is kept is loaded once the first model answers; what has to be downloaded waits to be asked for', async () => {
  const { others, client, refine, setReady } = page([one('kept', 0), one('large', 70)]);
  await wait();
  expect(client.otherModels).not.toHaveBeenCalled();
  setReady(true);
  await expect.poll(() => others.list().map(({ isLoaded }) => isLoaded)).toEqual([true, false]);
  expect(client.loadOtherModel.mock.calls).toEqual([['kept']]);
  await expect.poll(() => refine.mock.calls.length).toBe(1);

  await others.load('large');
  expect(others.list().map(({ isLoaded }) => isLoaded)).toEqual([true, true]);
  expect([others.loading(), refine.mock.calls.length]).toEqual([undefined, 2]);
});

test('an answer is not replaced while somebody looks at one of its pictures', async () => {
  const { others, refine, setReady, setHeld } = page([one('large', 70)]);
  setReady(true);
  setHeld(true);
  await expect.poll(() => others.list().length).toBe(1);
  await others.load('large');
  expect(refine).not.toHaveBeenCalled();
  setHeld(false);
  expect(refine).toHaveBeenCalledTimes(1);
});

test('a download tells how far it is, can be stopped, and says why it failed', async () => {
  const end = createDeferred<boolean>();
  let fails = false;
  const { others, client, refine, setReady, send } = page([one('large', 70)], () => {
    if (fails) return Promise.reject(new AfterimageError('network', 'The server does not answer.'));
    return end.promise;
  });
  setReady(true);
  await expect.poll(() => others.list().length).toBe(1);
  const loading = others.load('large');
  send({ type: 'model-download', id: 'large', loaded: 7, total: 70 });
  expect(others.loading()).toEqual({ sha256: 'large', progress: { loaded: 7, total: 70 }, error: undefined });
  others.stop();
  expect([others.loading(), client.stopOtherModel.mock.calls.length]).toEqual([undefined, 1]);
  end.resolve(false);
  await loading;
  fails = true;
  await others.load('large');
  expect(others.loading()?.error?.code).toBe('network');
  expect(refine).not.toHaveBeenCalled();
});

test('a new worker loads what is kept again; one model needs no other', async () => {
  const { others, client, setReady, setCollection, send, loaded } = page([one('kept', 0)]);
  setReady(true);
  await expect.poll(() => others.list()[0]?.isLoaded).toBe(true);
  loaded.clear();
  send({ type: 'restarted', reason: 'It stopped.' });
  await expect.poll(() => client.loadOtherModel.mock.calls.length).toBe(2);
  setCollection({} as CollectionInfo);
  expect(others.list()).toEqual([]);
});
