import { afterEach, expect, test, vi } from 'vitest';
import { AfterimageError } from '../../../engine/errors.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import type { Pixels } from '../../../engine/ports.ts';
import type { LoadedVision } from '../../sessions/vision-session.browser.ts';
import { createVisionCrew } from './vision-crew.browser.ts';
import type { VisionWorkers } from './vision-workers.browser.ts';

const made = { model: { id: 'mini', sha256: 'a'.repeat(64) }, dim: 1 };
const picture = (n: number): Pixels => ({ size: 1, rgb: Uint8Array.of(n, 0, 0) });

afterEach(() => void vi.useRealTimers());

/** @param isSound whether the worker with this number loads */
function setUp(threads: number, isSingle: boolean, isSound = (_worker: number) => true) {
  const started: { readonly pictures: number[][]; closed: boolean; library: unknown }[] = [];
  const start = (): VisionWorkers => {
    const at = started.length;
    const own = { pictures: [] as number[][], closed: false, library: undefined as unknown };
    started.push(own);
    return {
      async load(library) {
        own.library = library;
        if (!isSound(at)) throw new AfterimageError('worker-died', 'No memory.');
        const { model, dim } = library ?? made;
        return { model, dim, batchSize: 4, isSingle, preprocessor: {} as LoadedVision['preprocessor'] };
      },
      async encode(batch) {
        own.pictures.push(batch.map(({ rgb }) => rgb[0] ?? -1));
        await Promise.resolve();
        return batch.map(({ rgb }) => Float32Array.of(rgb[0] ?? -1) as Embedding);
      },
      close() {
        own.closed = true;
      },
    };
  };
  const crew = createVisionCrew({
    ...{ baseUrl: '', device: 'wasm', threads, onProgress: () => {}, onFallback: () => {} },
    startWorker: () => {
      throw new Error('not here');
    },
    start,
  });
  return { crew, started };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

test('towers of one thread share a batch, and answers come in order', async () => {
  const { crew, started } = setUp(3, true);
  expect(await crew.load(undefined)).toMatchObject({ batchSize: 12 });
  expect(started.map(({ library }) => library)).toEqual([undefined, made, made]);
  const vectors = await crew.encode(numbers(7).map(picture));
  expect(vectors.map(([value]) => value)).toEqual(numbers(7));
  expect(started.map(({ pictures }) => pictures)).toEqual([[[0, 1, 2]], [[3, 4, 5]], [[6]]]);
  expect((await crew.encode([picture(9)])).map(([value]) => value)).toEqual([9]);
  expect(started.map(({ pictures }) => pictures.length)).toEqual([2, 1, 1]);
  await crew.load(made);
  expect(started).toHaveLength(3);
  crew.close();
  expect(started.every(({ closed }) => closed)).toBe(true);
});

test('of another model all towers are loaded anew', async () => {
  const { crew, started } = setUp(2, true);
  await crew.load(made);
  const other = { ...made, model: { id: 'other', sha256: 'b'.repeat(64) } };
  expect(await crew.load(other)).toMatchObject({ ...other, batchSize: 8 });
  expect(started.map(({ library, closed }) => [library, closed])).toEqual([
    [other, false],
    [made, true],
    [other, false],
  ]);
  crew.close();
});

test('a tower that takes all threads is alone', async () => {
  const { crew, started } = setUp(4, false);
  expect(await crew.load(made)).toMatchObject({ batchSize: 4 });
  await crew.encode(numbers(4).map(picture));
  expect(started.map(({ pictures }) => pictures)).toEqual([[numbers(4)]]);
  crew.close();
});

test('what does not load beside the first is done without', async () => {
  const { crew, started } = setUp(3, true, (worker) => worker !== 1);
  expect(await crew.load(undefined)).toMatchObject({ batchSize: 8 });
  expect(started[1]?.closed).toBe(true);
  await crew.encode(numbers(4).map(picture));
  expect(started.map(({ pictures }) => pictures)).toEqual([[[0, 1]], [], [[2, 3]]]);
  crew.close();
});

test('towers that have nothing to do for minutes are closed, and asked again when there is something', async () => {
  vi.useFakeTimers();
  const { crew, started } = setUp(2, true);
  await crew.load(undefined);
  await crew.encode(numbers(2).map(picture));
  await vi.advanceTimersByTimeAsync(60_000);
  await crew.encode(numbers(2).map(picture));
  await vi.advanceTimersByTimeAsync(90_000);
  expect(started.map(({ closed }) => closed)).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(started.map(({ closed }) => closed)).toEqual([true, true]);
  expect(await crew.encode([picture(5)])).toHaveLength(1);
  crew.close();
});

test('without the first there is none', async () => {
  const { crew, started } = setUp(2, true, () => false);
  await expect(crew.load(undefined)).rejects.toMatchObject({ code: 'worker-died' });
  expect(started).toHaveLength(1);
  crew.close();
});
