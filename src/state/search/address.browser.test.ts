import { createRoot } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AddressBar, createAddressBar } from './address.ts';

let dispose = () => {};
beforeEach(() => {
  history.replaceState(null, '', location.pathname);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  dispose();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function start(): AddressBar {
  return createRoot((end) => {
    dispose = end;
    return createAddressBar();
  });
}

async function travel(way: 'back' | 'forward'): Promise<void> {
  const popped = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
  history[way]();
  await popped;
}

test('a step is in the history at once, so that Back does not lose it', async () => {
  const address = start();
  address.go({ item: 'a' }, { overlay: true });
  vi.advanceTimersByTime(1000);
  address.replace({ item: 'b' });
  expect(location.search).toBe('?p=b');
  await travel('back');
  expect(address.current().item).toBeNull();
  await travel('forward');
  expect(address.current().item).toBe('b');
});

test('steps that follow each other fast are written all the while, and no more often than Safari allows', () => {
  const address = start();
  address.go({ item: 'a' }, { overlay: true });
  const write = vi.spyOn(history, 'replaceState');
  for (let step = 0; step < 1000; step++) {
    address.replace({ item: `${step}` });
    vi.advanceTimersByTime(30);
  }
  expect(write.mock.calls.length).toBeGreaterThan(50);
  expect(write.mock.calls.length).toBeLessThan(90);
  vi.advanceTimersByTime(1000);
  expect(location.search, 'the last one too').toBe('?p=999');
});
