import { expect, test } from 'vitest';
import { AfterimageError } from '../engine/errors.ts';
import type { AddedFile, Addition, LibraryEvent, LibraryWorkerApi, Queue } from '../protocol/library-worker.ts';
import { createLibraryClient, type LibraryClientEvent } from './library-client.ts';
import { createFakeWorker, type FakeWorker } from './testing-worker.ts';

const QUEUE: Queue = {
  ...{ state: 'running', done: 1, known: 0, indexed: 0, failed: 0, left: 2, toChoose: 0 },
  ...{ perSecond: null, secondsLeft: null, newest: null, problem: null },
};

interface Worker extends FakeWorker {
  emit(event: LibraryEvent): void;
  readonly added: Addition[];
}

function createBench(
  behave: (worker: number) => Partial<LibraryWorkerApi> = () => ({}),
  /** A part of a long list has reached the worker. */
  onGiven: () => void = () => {},
) {
  const workers: Worker[] = [];
  const events: LibraryClientEvent[] = [];
  const deaths: (() => void)[] = [];
  const client = createLibraryClient({
    ...{ baseUrl: 'https://afterimage.test/', device: 'auto' },
    chooseDevice: async () => ({ device: 'wasm', reason: 'Chosen by the test.' }),
    createWorkerLock: () => ({
      name: 'lock',
      watch: (onDeath) => {
        deaths[workers.length - 1] = onDeath;
        return { stop() {} };
      },
    }),
    createWorker() {
      const number = workers.length;
      let send: (event: LibraryEvent) => void = () => {};
      const added: Addition[] = [];
      const pieces = new Map<number, readonly AddedFile[]>();
      const api: Partial<LibraryWorkerApi> = {
        async connect(_baseUrl, onEvent) {
          send = onEvent;
          return true;
        },
        useDevice: async () => {},
        add: async (addition, list) => {
          const before = list === undefined ? [] : (pieces.get(list) ?? []);
          added.push(addition.kind === 'files' ? { ...addition, files: [...before, ...addition.files] } : addition);
        },
        give: async (list, files) => {
          pieces.set(list, [...(pieces.get(list) ?? []), ...files]);
          onGiven();
        },
        cancel: async () => {},
        pause: async () => {},
        ...behave(number),
      };
      const fake = createFakeWorker(api, () => deaths[number]?.());
      const worker = Object.assign(fake, { added, emit: (event: LibraryEvent) => send(event) });
      workers.push(worker);
      return worker;
    },
  });
  client.subscribe((event) => events.push(event));
  return { client, workers, events };
}

const file = (path: string): AddedFile => ({ path, file: new File(['a'], path) });

test('no worker is started before one is needed, and none after the end', async () => {
  const { client, workers } = createBench();
  expect(workers).toHaveLength(0);
  await client.pause();
  expect(workers).toHaveLength(1);
  expect(workers[0]?.calls).toEqual(expect.arrayContaining(['useDevice wasm', 'pause']));
  client.dispose();
  await expect(client.pause()).rejects.toMatchObject({ code: 'worker-died' });
  expect(workers).toHaveLength(1);
});

test('a worker that dies is replaced, and is given the files again that may still wait', async () => {
  const { client, workers, events } = createBench();
  await client.add({ kind: 'files', files: [file('a.jpg'), file('b.jpg')] });
  workers[0]?.crash('out of memory');
  await client.pause();
  expect(workers).toHaveLength(2);
  await expect.poll(() => workers[1]?.added.length).toBe(1);
  const [again] = workers[1]?.added ?? [];
  expect(again?.kind === 'files' && again.files.map(({ path }) => path)).toEqual(['a.jpg', 'b.jpg']);
  expect(again).toMatchObject({ isRestored: true });
  expect(events).toContainEqual(expect.objectContaining({ type: 'restarted' }));

  // When nothing is left of them, nobody needs them any more.
  workers[1]?.emit({ type: 'queue', queue: { ...QUEUE, state: 'idle', left: 0 } });
  await expect.poll(() => events.some((event) => event.type === 'queue')).toBe(true);
  workers[1]?.crash('again');
  await client.pause();
  expect(workers).toHaveLength(3);
  expect(workers[2]?.added).toEqual([]);
});

const many = (count: number) => Array.from({ length: count }, (_, i) => file(`${i}.jpg`));
const pathsOf = (addition: Addition | undefined) =>
  addition?.kind === 'files' ? addition.files.map(({ path }) => path) : [];

test('a long list of files goes to the worker in pieces, in its order, and how far that is is told', async () => {
  const { client, workers, events } = createBench();
  const files = many(1000);
  expect(await client.add({ kind: 'files', files })).toBe(true);
  expect(workers[0]?.calls.filter((call) => call === 'give')).toHaveLength(3);
  expect(workers[0]?.added.map(pathsOf)).toEqual([files.map(({ path }) => path)]);
  const told = events.flatMap((event) => (event.type === 'reading' ? [event.reading] : []));
  expect(told.map((reading) => reading?.read)).toEqual([0, 256, 512, 768, undefined]);
  expect(told[0]).toEqual({ read: 0, total: 1000 });

  workers[0]?.crash('out of memory');
  await expect.poll(() => workers[1]?.added.map(pathsOf)).toEqual([files.map(({ path }) => path)]);
  expect(workers[1]?.added[0]).toMatchObject({ isRestored: true });
});

test('cancelled while a long list is read, nothing of it is added', async () => {
  let given = 0;
  const { client, workers, events } = createBench(
    () => ({}),
    () => {
      if (++given === 2) void client.cancel();
    },
  );
  expect(await client.add({ kind: 'files', files: many(5000) })).toBe(false);
  expect(workers[0]?.added).toEqual([]);
  expect(workers[0]?.calls).toContain('cancel');
  expect(given).toBeLessThan(5);
  expect(events.at(-1)).toEqual({ type: 'reading', reading: null });
});

test('cancelled by another tab while a long list is read, nothing of it is added', async () => {
  let given = 0;
  const { client, workers } = createBench(
    () => ({}),
    () => {
      if (++given === 2) workers[0]?.emit({ type: 'cancelled' });
    },
  );
  expect(await client.add({ kind: 'files', files: many(5000) })).toBe(false);
  expect(workers[0]?.added).toEqual([]);
});

test('a worker that dies while a long list is read gets the whole list anew', async () => {
  let given = 0;
  const { client, workers } = createBench(
    () => ({}),
    () => {
      if (++given === 2) workers[0]?.crash('out of memory');
    },
  );
  const files = many(1000);
  expect(await client.add({ kind: 'files', files })).toBe(true);
  expect(workers[1]?.added.map(pathsOf)).toEqual([files.map(({ path }) => path)]);
});

test('what the worker says of itself stays inside; a GPU that failed is a line for visitors', async () => {
  const { client, workers, events } = createBench();
  await client.pause();
  workers[0]?.emit({ type: 'heartbeat' });
  workers[0]?.emit({ type: 'device-lost', reason: 'driver' });
  workers[0]?.emit({ type: 'changed' });
  await expect.poll(() => events.length).toBe(2);
  expect(events.map(({ type }) => type)).toEqual(['restarted', 'changed']);
  expect(workers).toHaveLength(1);
});

test('errors keep their codes', async () => {
  const { client } = createBench(() => ({
    add: () => Promise.reject(new AfterimageError('quota-exceeded', 'There is no space left.')),
  }));
  await expect(client.add({ kind: 'files', files: [] })).rejects.toMatchObject({ code: 'quota-exceeded' });
});
