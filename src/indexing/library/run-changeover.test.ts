import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { AfterimageError } from '../../engine/errors.ts';
import { clusteredVectors } from '../../engine/numeric/testing-vectors.ts';
import type { Pixels } from '../../engine/ports.ts';
import { type ChangeoverPorts, runChangeover } from './run-changeover.ts';

interface Picture {
  readonly key: number;
  readonly is: 'fine' | 'away' | 'broken';
}

const DIM = 4;
const pixelsOf = ({ key }: Picture): Pixels => ({ size: 1, rgb: Uint8Array.of(key, 0, 0) });

/** A library of these pictures, in memory; it tells the vectors that were stored. */
function library(pictures: Picture[], batchSize = 3) {
  const stored = new Map<number, Float32Array>();
  const encode = vi.fn(async (batch: readonly Pixels[]) => clusteredVectors(batch.length, DIM));
  const told: [number, number][] = [];
  const ports: ChangeoverPorts<Picture> = {
    pictures: async (limit, after) => pictures.filter(({ key }) => key > after && !stored.has(key)).slice(0, limit),
    async pixels(picture) {
      if (picture.is === 'broken') throw new AfterimageError('picture-unreadable', 'It is damaged.');
      return picture.is === 'away' ? undefined : pixelsOf(picture);
    },
    encoder: async () => ({ modelId: 'large', dim: DIM, imageSize: 1, batchSize, encode }),
    put: vi.fn(async (vectors) => {
      for (const { key, vector } of vectors) stored.set(key, vector);
    }),
    turn: vi.fn(async () => {}),
    onProgress: (done, left) => told.push([done, left]),
  };
  return { ports, stored, encode, told };
}

const kinds = fc.array(fc.constantFrom<Picture['is']>('fine', 'fine', 'away', 'broken'), { maxLength: 20 });

test('every picture has a new vector, or is left and named', async () => {
  await fc.assert(
    fc.asyncProperty(kinds, fc.integer({ min: 1, max: 6 }), async (all, batchSize) => {
      const pictures = all.map((is, i) => ({ key: 2 * i + 1, is }));
      const { ports, stored, told } = library(pictures, batchSize);
      const left = await runChangeover(ports, new AbortController().signal);
      const keysOf = (is: Picture['is']) => pictures.filter((one) => one.is === is).map(({ key }) => key);
      expect([...stored.keys()]).toEqual(keysOf('fine'));
      expect(left.filter(({ error }) => !error).map(({ picture }) => picture.key)).toEqual(keysOf('away'));
      expect(left.filter(({ error }) => error).map(({ picture }) => picture.key)).toEqual(keysOf('broken'));
      expect(told.reduce((sum, [done]) => sum + done, 0)).toBe(stored.size);
      expect(told.at(-1)?.[1] ?? 0).toBe(left.length);
    }),
  );
});

test('goes on where it was, and takes what comes meanwhile', async () => {
  const pictures: Picture[] = [1, 2, 3, 4, 5].map((key) => ({ key, is: 'fine' }));
  const { ports, stored, encode } = library(pictures, 2);
  const stop = new AbortController();
  vi.mocked(ports.turn).mockImplementation(async () => {
    if (stored.size >= 2) stop.abort(new DOMException('It was paused.', 'AbortError'));
  });
  await expect(runChangeover(ports, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  const before = stored.size;
  expect(before).toBeGreaterThanOrEqual(2);
  expect(before).toBeLessThan(5);
  encode.mockClear();
  vi.mocked(ports.turn).mockImplementation(async () => {
    if (stored.size === 5 && pictures.length === 5) pictures.push({ key: 6, is: 'fine' });
  });
  expect(await runChangeover(ports, new AbortController().signal)).toEqual([]);
  expect([stored.size, encode.mock.calls.flatMap(([batch]) => batch).length]).toEqual([6, 6 - before]);
});

test('what is wrong with the disk or the network ends it', async () => {
  const full = new AfterimageError('quota-exceeded', 'The disk is full.');
  const { ports } = library([{ key: 1, is: 'fine' }]);
  vi.mocked(ports.put).mockRejectedValueOnce(full);
  await expect(runChangeover(ports, new AbortController().signal)).rejects.toBe(full);
  const away = { ...ports, pixels: () => Promise.reject(new AfterimageError('network', 'No.')) };
  await expect(runChangeover(away, new AbortController().signal)).rejects.toMatchObject({ code: 'network' });
});
