import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createJoinedReads, groupStretches, type ReadStretch } from './join-ranges.ts';

const file = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * 7) % 253);

/** A file of which stretches are read, and which these were. @param ms what a request takes */
function createFile(ms = 5) {
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  const read: ReadStretch<undefined> = async ({ offset, length }, { signal, onProgress }) => {
    asked.push(`${offset}+${length}`);
    if (signal) signals.push(signal);
    await new Promise((resolve, reject) => {
      setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
    onProgress?.(length, length);
    return file.slice(offset, offset + length);
  };
  const readJoined = createJoinedReads<undefined>();
  return {
    asked,
    signals,
    read: (offset: number, length: number, options = {}, path = 'file') =>
      readJoined(path, { offset, length }, read, options),
    readBy: (reading: ReadStretch<undefined>, offset: number, length: number) =>
      readJoined('file', { offset, length }, reading, {}),
  };
}

describe('stretches that are asked for together', () => {
  test('are read by one request where they are close to each other', async () => {
    const { asked, read } = createFile();
    const stretches = [
      [1000, 500],
      [500_000, 100],
      [1500, 100],
      [9000, 50],
    ] as const;
    const bytes = await Promise.all(stretches.map(([offset, length]) => read(offset, length)));
    expect(bytes).toEqual(stretches.map(([offset, length]) => file.slice(offset, offset + length)));
    expect(asked).toEqual(['1000+8050', '500000+100']);
  });

  test('of different files, or one after the other, are not', async () => {
    const { asked, read } = createFile();
    await Promise.all([read(0, 10), read(10, 10, {}, 'other')]);
    await read(20, 10);
    expect(asked).toEqual(['0+10', '10+10', '20+10']);
  });

  test('tell of their own progress', async () => {
    const { read } = createFile();
    const seen = vi.fn();
    await Promise.all([read(0, 100, { onProgress: seen }), read(200, 50)]);
    expect(seen.mock.calls).toEqual([[100, 100]]);
  });

  test('fail together, and get together what stands for bytes', async () => {
    const { readBy } = createFile();
    const failing: ReadStretch<undefined> = () => Promise.reject(new Error('offline'));
    const outcomes = await Promise.allSettled([readBy(failing, 0, 10), readBy(failing, 20, 10)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    const nothing: ReadStretch<undefined> = async () => undefined;
    expect(await Promise.all([readBy(nothing, 0, 10), readBy(nothing, 20, 10)])).toEqual([undefined, undefined]);
  });
});

describe('a stretch that nobody wants any more', () => {
  test('is not asked for', async () => {
    const { asked, read } = createFile();
    const controller = new AbortController();
    const stale = expect(read(0, 10, { signal: controller.signal })).rejects.toThrow('stale');
    const other = read(500_000, 10);
    controller.abort(new Error('stale'));
    await Promise.all([stale, other]);
    expect(asked).toEqual(['500000+10']);
  });

  test('before it is asked for, is refused', async () => {
    const { asked, read } = createFile();
    await expect(read(0, 10, { signal: AbortSignal.abort(new Error('stale')) })).rejects.toThrow('stale');
    expect(asked).toEqual([]);
  });

  test('is given up at once, and the request when that holds for all of its stretches', async () => {
    const { asked, signals, read } = createFile(2000);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = read(0, 10, { signal: one.signal });
    const second = read(20, 10, { signal: two.signal });
    await vi.waitFor(() => expect(asked).toEqual(['0+30']));
    one.abort(new Error('stale'));
    await expect(first).rejects.toThrow('stale');
    expect(signals[0]?.aborted).toBe(false);
    two.abort(new Error('stale'));
    await expect(second).rejects.toThrow('stale');
    expect(signals[0]?.aborted).toBe(true);
  });
});

test('any stretches are all in groups that are small, or alone, and have small gaps', () => {
  const stretch = fc.record({ offset: fc.nat(2_000_000), length: fc.integer({ min: 1, max: 400_000 }) });
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 60 }), (stretches) => {
      const groups = groupStretches(stretches);
      const order = (all: readonly { offset: number; length: number }[]) =>
        all.map(({ offset, length }) => `${offset}+${length}`).sort();
      expect(order(groups.flat())).toEqual(order(stretches));
      for (const group of groups) {
        let end = group[0]?.offset ?? 0;
        for (const { offset, length } of group) {
          expect(offset - end).toBeLessThanOrEqual(8192);
          end = Math.max(end, offset + length);
        }
        if (group.length > 1) expect(end - (group[0]?.offset ?? 0)).toBeLessThanOrEqual(262_144);
      }
    }),
  );
});
