import { createRoot, createSignal } from 'solid-js';
import { afterEach, expect, test, vi } from 'vitest';
import type { ClientEvent } from '../../client/query-client.ts';
import type { CollectionInfo } from '../../protocol/query-worker.ts';
import { createLoadGate, type GateHost } from './load-gate.ts';

let dispose = () => {};
afterEach(() => dispose());

/** A gate over a page on a slow line, but for what `host` says. */
function page(host: Partial<GateHost> = {}) {
  let show = () => {};
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  let send: (event: ClientEvent) => void = () => {};
  const client = {
    pauseLoading: vi.fn(),
    resumeLoading: vi.fn(),
    subscribe(listener: (event: ClientEvent) => void) {
      send = listener;
      return () => true;
    },
  };
  return createRoot((end) => {
    dispose = end;
    const [collection, setCollection] = createSignal<CollectionInfo>();
    const gate = createLoadGate({ saveData: false, isFast: false, untilShown: () => shown, ...host });
    const load = gate.attach(client, collection);
    const passed: string[] = [];
    const ask = (name: string) => void gate.mayLoad().then(() => passed.push(name));
    return {
      load,
      client,
      passed,
      ask,
      show,
      open: () => setCollection({} as CollectionInfo),
      send: (event: ClientEvent) => send(event),
    };
  });
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test('the model waits for the pictures on the screen', async () => {
  const { ask, passed, open, show } = page();
  ask('before');
  open();
  await turn();
  expect(passed).toEqual([]);
  show();
  await expect.poll(() => passed).toEqual(['before']);
  ask('after');
  await expect.poll(() => passed).toEqual(['before', 'after']);
});

test('on a fast line nothing waits', async () => {
  const { ask, passed } = page({ isFast: true });
  ask('model');
  await expect.poll(() => passed).toEqual(['model']);
});

test('a visitor who saves data is asked first, with the size, unless all of it is here', async () => {
  const { ask, passed, load, send } = page({ isFast: true, saveData: true });
  ask('model');
  send({ type: 'to-load', bytes: 8_000_000 });
  await turn();
  expect([load.stopped(), load.bytes(), passed]).toEqual([true, 8_000_000, []]);
  load.goOn();
  await expect.poll(() => passed).toEqual(['model']);
  expect(load.stopped()).toBe(false);

  const back = page({ isFast: true, saveData: true });
  back.ask('model');
  back.send({ type: 'to-load', bytes: 0 });
  await expect.poll(() => back.passed).toEqual(['model']);
  expect(back.load.stopped()).toBe(false);
});

test('stopping pauses what is on its way, holds what is asked for meanwhile, and ends when told to', async () => {
  const { ask, passed, load, client } = page({ isFast: true });
  load.stop();
  ask('another worker');
  await turn();
  expect([client.pauseLoading.mock.calls.length, load.stopped(), passed]).toEqual([1, true, []]);
  load.goOn();
  await expect.poll(() => passed).toEqual(['another worker']);
  expect(client.resumeLoading).toHaveBeenCalledTimes(1);
});
