import { expect, test } from 'vitest';
import { AfterimageError } from '../../engine/errors.ts';
import { normalise } from '../../engine/numeric/embedding.ts';
import type { ImageEncoder, Pixels } from '../../engine/ports.ts';
import type { SourceFile } from '../ports.ts';
import { createStopwatch } from '../steps/stopwatch.ts';
import { type EmbedContext, embedFiles } from './embed.ts';

const BATCH = 4;
const soon = (ms = 1) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** `count` files, the content of each its number, and ports that keep a log of what is done with them. */
function fixture(count: number, encode: (batch: readonly number[]) => Promise<void>) {
  const controller = new AbortController();
  const log: string[] = [];
  const files = Array.from({ length: count }, (_, i): SourceFile => {
    return { name: `${i}`, location: '', bytes: 1, modified: 0, stamp: null };
  });
  const encoder: ImageEncoder = {
    modelId: 'test',
    dim: 2,
    imageSize: 1,
    async encode(batch) {
      const numbers = batch.map(({ rgb }) => rgb[0] as number);
      log.push(`encode ${numbers}`);
      await encode(numbers);
      log.push(`encoded ${numbers}`);
      return numbers.map((number) => normalise(Float32Array.of(1, number)));
    },
  };
  const pixels = (number: number): Pixels => ({ size: 1, rgb: Uint8Array.of(number, 0, 0) });
  const ports = {
    source: { read: async ({ name }: SourceFile) => Uint8Array.of(Number(name)) },
    hashes: { get: () => undefined, set: () => {} },
    sha256: async (bytes: Uint8Array) => `${bytes[0]}`.padStart(16, '0').padEnd(64, '0'),
    decoder: {
      async decode(bytes: Uint8Array) {
        const number = bytes[0] as number;
        await soon((number * 7) % 5);
        const thumbnail = { bytes, extension: 'webp', width: 1, height: 1 };
        return {
          width: 1,
          height: 1,
          metadata: { captured: null, camera: null, place: null },
          pixels: pixels(number),
          thumbnail,
          preview: null,
        };
      },
    },
    store: {
      async writePicture(_path: string, bytes: Uint8Array) {
        await soon((bytes[0] as number) % 3);
        log.push(`wrote ${bytes[0]}`);
      },
    },
    encoder: async () => encoder,
    onEvent: () => {},
  };
  const journal = {
    read: async () => [],
    async append(batch: readonly { record: { id: string } }[]) {
      await soon();
      log.push(`journal ${batch.map(({ record }) => Number.parseInt(record.id, 10))}`);
    },
  };
  const context = {
    ports,
    request: { batchSize: BATCH, concurrency: 3, signal: controller.signal },
    stopwatch: createStopwatch(),
    journal,
    known: new Map(),
    undrawn: new Map(),
    existing: new Map(),
  } as unknown as EmbedContext;
  return { files, context, controller, log, run: () => embedFiles(files, context) };
}

test('while a batch is encoded the next one is gathered; batches are the same every time, and one at a time', async () => {
  const { log, run } = fixture(10, async ([first]) => {
    // Would wait for ever if the next batch were gathered only after this one.
    while (first === 0 && !log.includes('wrote 7')) await soon();
  });
  const outcomes = await run();
  expect(outcomes).toHaveLength(10);
  expect(log.filter((line) => !line.startsWith('wrote'))).toEqual([
    ...['encode 0,1,2,3', 'encoded 0,1,2,3', 'journal 0,1,2,3'],
    ...['encode 4,5,6,7', 'encoded 4,5,6,7', 'journal 4,5,6,7'],
    ...['encode 8,9', 'encoded 8,9', 'journal 8,9'],
  ]);
});

test('thumbnails are written before the journal names them', async () => {
  const { log, run } = fixture(9, () => soon());
  await run();
  for (let i = 0; i < 9; i++) {
    const journal = log.findIndex((line) => line.startsWith('journal') && line.split(/\D+/).includes(`${i}`));
    expect(log.indexOf(`wrote ${i}`)).toBeLessThan(journal);
  }
});

test('aborted, it ends when the batch at hand is in the journal', async () => {
  const one = fixture(40, async ([first]) => {
    if (first === BATCH) one.controller.abort();
    await soon(20);
  });
  await expect(one.run()).rejects.toMatchObject({ name: 'AbortError' });
  const length = one.log.length;
  expect(one.log.filter((line) => line.startsWith('journal'))).toEqual(['journal 0,1,2,3', 'journal 4,5,6,7']);
  await soon(30);
  expect(one.log).toHaveLength(length);
});

test.each([0, BATCH, 36])('an encoder that fails at picture %i ends it with its error', async (bad) => {
  const { log, run } = fixture(40, async ([first]) => {
    await soon();
    if (first === bad) throw new AfterimageError('worker-died', 'Injected.');
  });
  await expect(run()).rejects.toMatchObject({ code: 'worker-died' });
  const batches = log.filter((line) => line.startsWith('journal')).length;
  expect(batches).toBe(bad / BATCH);
  expect(log.filter((line) => line.startsWith('encode '))).toHaveLength(batches + 1);
});

test('an encoder that cannot be loaded ends it with its error', async () => {
  const { context, log, run } = fixture(3, async () => {});
  const ports = { ...context.ports, encoder: () => Promise.reject(new AfterimageError('part-missing', 'Injected.')) };
  Object.assign(context, { ports });
  await expect(run()).rejects.toMatchObject({ code: 'part-missing' });
  expect(log.filter((line) => !line.startsWith('wrote'))).toEqual([]);
});
