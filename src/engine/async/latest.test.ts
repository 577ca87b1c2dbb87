import { expect, test } from 'vitest';
import { createDeferred, type Deferred } from './deferred.ts';
import { createLatest } from './latest.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Runs end when the test says so. */
function bench(gate: () => Promise<unknown> = async () => {}) {
  const runs: (Deferred<string> & { readonly input: string; readonly isStale: () => boolean })[] = [];
  const latest = createLatest(gate, (input: string, isStale) => {
    const run = { input, isStale, ...createDeferred<string>() };
    runs.push(run);
    return run.promise;
  });
  return { latest, runs, inputs: () => runs.map(({ input }) => input) };
}

test('one runs, one waits, and the newest takes the place of the one that waits', async () => {
  const { latest, runs, inputs } = bench();
  const first = latest.ask('d');
  await turn();
  const [second, third] = [latest.ask('do'), latest.ask('dog')];
  expect(runs[0]?.isStale()).toBe(true);
  expect(await second).toBeUndefined();
  runs[0]?.resolve('answer to d');
  expect(await first).toBe('answer to d');
  await turn();
  expect(inputs()).toEqual(['d', 'dog']);
  expect(runs[1]?.isStale()).toBe(false);
  runs[1]?.resolve('answer to dog');
  expect(await third).toBe('answer to dog');
});

test('which job it is, is decided behind the gate, whose failure is that of the job', async () => {
  let gate = createDeferred<void>();
  const { latest, runs, inputs } = bench(() => gate.promise);
  const stale = latest.ask('d');
  const newest = latest.ask('dog');
  gate.resolve();
  await turn();
  expect(inputs()).toEqual(['dog']);
  expect(await stale).toBeUndefined();
  gate = createDeferred();
  runs[0]?.resolve('found');
  expect(await newest).toBe('found');
  const failing = latest.ask('cat');
  gate.reject(new Error('closed'));
  await expect(failing).rejects.toThrow('closed');
});

test('a failed run is its own: the next one is run', async () => {
  const { latest, runs } = bench();
  const first = latest.ask('a');
  const second = first.catch(() => latest.ask('b'));
  await turn();
  runs[0]?.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await turn();
  runs[1]?.resolve('yes');
  expect(await second).toBe('yes');
});

test('what is dropped resolves at once with nothing, and another one runs when the dropped run ends', async () => {
  const { latest, runs, inputs } = bench();
  const running = latest.ask('a');
  await turn();
  const waiting = latest.ask('b');
  latest.drop();
  expect(await Promise.all([running, waiting])).toEqual([undefined, undefined]);
  expect(runs[0]?.isStale()).toBe(true);
  const next = latest.ask('c');
  await turn();
  expect(inputs()).toEqual(['a']);
  runs[0]?.resolve('too late');
  await turn();
  runs[1]?.resolve('c');
  expect(await next).toBe('c');
});
