import { expect, test } from 'vitest';
import { noRequests } from './no-requests.ts';

const elapsed = async (work: Promise<void>) => {
  const before = performance.now();
  await work;
  return performance.now() - before;
};
const request = async () => void (await fetch(`${location.origin}/?${Math.random()}`).then((r) => r.text()));

test('waits a moment where nothing is fetched', async () => {
  expect(await elapsed(noRequests(100, 60_000))).toBeGreaterThanOrEqual(99);
});

test('waits for what is being fetched one after the other', async () => {
  let ended = false;
  const requests = (async () => {
    for (let i = 0; i < 5; i++) await request();
    ended = true;
  })();
  await noRequests(3000, 60_000);
  expect(ended).toBe(true);
  await requests;
});

test('does not wait for ever', async () => {
  let stopped = false;
  const requests = (async () => {
    while (!stopped) await request();
  })();
  await noRequests(60_000, 300);
  stopped = true;
  await requests;
});
