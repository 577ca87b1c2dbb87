import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDeferred } from '../../../engine/async/deferred.ts';
import { createEncoderPool, type EncoderKey, type PoolEntry } from './encoder-pool.ts';

interface Fake {
  readonly name: string;
  readonly bytes: number;
  readonly encoder: { dispose(): Promise<void> };
}

const keyOf = (model: string): EncoderKey => ({ model, tower: 'text', device: 'wasm', dtype: 'auto' });
const turn = () => new Promise((resolve) => setImmediate(resolve));

function createBench(limitBytes: number) {
  const pool = createEncoderPool<Fake>(limitBytes);
  /** What was loaded and disposed of, in order. */
  const log: string[] = [];
  return {
    pool,
    log,
    loaded: () => log.filter((line) => line.startsWith('load')).map((line) => line.slice(5)),
    disposed: () => log.filter((line) => line.startsWith('dispose')).map((line) => line.slice(8)),
    /** @param until is awaited before it is loaded */
    get: (model: string, bytes = 1, until: Promise<void> = Promise.resolve()): PoolEntry<Fake> =>
      pool.get(keyOf(model), async (makeRoom) => {
        await until;
        await makeRoom(bytes);
        log.push(`load ${model}`);
        const dispose = async () => void log.push(`dispose ${model}`);
        return { name: model, bytes, encoder: { dispose } };
      }),
  };
}

describe('loading', () => {
  test('is done once for all who ask, also while it goes on', async () => {
    const { get, loaded } = createBench(10);
    const gate = createDeferred<void>();
    const first = get('a', 1, gate.promise);
    expect(get('a')).toBe(first);
    gate.resolve();
    await first.loaded;
    expect(get('a')).toBe(first);
    expect(loaded()).toEqual(['a']);
  });

  test('tells models, towers, devices and dtypes apart', async () => {
    const { pool } = createBench(10);
    const key = keyOf('a');
    const keys: readonly EncoderKey[] = [
      key,
      { ...key, model: 'b' },
      { ...key, tower: 'vision' },
      { ...key, device: 'webgpu' },
      { ...key, dtype: 'q8' },
    ];
    const start = async () => ({ name: '', bytes: 1, encoder: { dispose: async () => {} } });
    expect(new Set(keys.map((one) => pool.get(one, start))).size).toBe(keys.length);
  });

  test('is done one after the other', async () => {
    const { get, log } = createBench(10);
    const gate = createDeferred<void>();
    const first = get('a', 1, gate.promise);
    const second = get('b');
    await turn();
    expect(log).toEqual([]);
    gate.resolve();
    await Promise.all([first.loaded, second.loaded]);
    expect(log).toEqual(['load a', 'load b']);
  });

  test('that failed leaves nothing behind: those that wait go on, and asking again loads again', async () => {
    const { get, pool, log } = createBench(10);
    const gate = createDeferred<void>();
    const failing = get('a', 1, gate.promise);
    const release = failing.hold();
    const waiting = get('b');
    gate.reject(new Error('no'));
    await expect(failing.loaded).rejects.toThrow('no');
    expect((await waiting.loaded).name).toBe('b');
    release();
    expect(await pool.find((key) => key.model === 'a')).toBeUndefined();
    const again = get('a');
    expect(again).not.toBe(failing);
    await again.loaded;
    expect(log).toEqual(['load b', 'load a']);
  });
});

describe('room', () => {
  test('is made before an encoder is loaded, by the one that was not used for the longest', async () => {
    const { get, log } = createBench(3);
    for (const model of ['a', 'b', 'c', 'a', 'd']) await get(model).loaded;
    expect(log).toEqual(['load a', 'load b', 'load c', 'dispose b', 'load d']);
  });

  test('is made for a large one by as many as it takes, and for one above the limit by all', async () => {
    const { get, disposed } = createBench(4);
    for (const model of ['a', 'b', 'c']) await get(model).loaded;
    await get('large', 3).loaded;
    expect(disposed()).toEqual(['a', 'b']);
    await get('huge', 9).loaded;
    expect(disposed()).toEqual(['a', 'b', 'c', 'large']);
    expect((await get('huge').loaded).bytes).toBe(9);
  });

  test('is not made by those in use; once they are not, what is too much goes', async () => {
    const { get, disposed } = createBench(1);
    const held = get('a');
    const [first, second] = [held.hold(), held.hold()];
    await get('b').loaded;
    await get('c').loaded;
    expect(disposed()).toEqual(['b']);
    first();
    first(); // counts once
    await turn();
    expect(disposed()).toEqual(['b']);
    second();
    await turn();
    expect(disposed()).toEqual(['b', 'a']);
  });

  test('what is being loaded is in use', async () => {
    const { get, disposed } = createBench(1);
    const gate = createDeferred<void>();
    const loading = get('a', 5, gate.promise);
    const next = get('b');
    gate.resolve();
    expect((await loading.loaded).name).toBe('a');
    await next.loaded;
    expect(disposed()).toEqual(['a']);
    expect((await get('b').loaded).name).toBe('b');
  });

  test('an encoder that cannot be disposed of keeps no other from being loaded', async () => {
    const { get, pool } = createBench(1);
    const dispose = () => Promise.reject(new Error('stuck'));
    await pool.get(keyOf('stuck'), async () => ({ name: 'stuck', bytes: 1, encoder: { dispose } })).loaded;
    expect((await get('a').loaded).name).toBe('a');
  });

  test('whatever is asked for in whatever order: each is disposed of once, none in use, and the limit holds', async () => {
    const step = fc.record({ model: fc.constantFrom('a', 'b', 'c', 'd'), hold: fc.boolean(), release: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), async (steps, limit) => {
        const pool = createEncoderPool<Fake>(limit);
        const size = { a: 1, b: 2, c: 3, d: 5 };
        const alive = new Set<Fake>();
        const held = new Map<Fake, number>();
        const wrong: string[] = [];
        const releases: (() => void)[] = [];
        const taken = () => [...alive].reduce((sum, { bytes }) => sum + bytes, 0);
        for (const { model, hold, release } of steps) {
          const entry = pool.get(keyOf(model), async (makeRoom) => {
            await makeRoom(size[model]);
            const fake: Fake = {
              ...{ name: model, bytes: size[model] },
              encoder: {
                // What is thrown here the pool would swallow.
                async dispose() {
                  if (!alive.delete(fake)) wrong.push(`${model} was disposed of twice`);
                  if ((held.get(fake) ?? 0) > 0) wrong.push(`${model} was in use`);
                },
              },
            };
            alive.add(fake);
            return fake;
          });
          const fake = await entry.loaded;
          expect(alive.has(fake)).toBe(true);
          if (hold) {
            const end = entry.hold();
            held.set(fake, (held.get(fake) ?? 0) + 1);
            releases.push(() => {
              held.set(fake, (held.get(fake) ?? 0) - 1);
              end();
            });
          }
          if (release) releases.shift()?.();
          await turn();
          expect(alive.has(fake)).toBe(true);
          const used = [...alive].filter((one) => one === fake || (held.get(one) ?? 0) > 0);
          expect(taken()).toBeLessThanOrEqual(
            Math.max(
              limit,
              used.reduce((sum, { bytes }) => sum + bytes, 0),
            ),
          );
        }
        for (const end of releases) end();
        await turn();
        expect(alive.size === 1 || taken() <= limit).toBe(true);
        expect(wrong).toEqual([]);
      }),
    );
  });
});

describe('finding', () => {
  test('waits for what is being loaded, asks the most recently used first, and uses what it finds', async () => {
    const { get, pool, disposed } = createBench(2);
    const gate = createDeferred<void>();
    await get('a').loaded;
    const loading = get('b', 1, gate.promise);
    const asked: string[] = [];
    const found = pool.find(({ model }, { name }) => {
      expect(name).toBe(model);
      asked.push(model);
      return model === 'a';
    });
    gate.resolve();
    const held = await found;
    expect(held?.entry.key.model).toBe('a');
    held?.release();
    expect(asked).toEqual(['b', 'a']);
    await loading.loaded;
    await get('c').loaded;
    expect(disposed()).toEqual(['b']);
  });

  test('holds what it finds, also against what is loaded at the same time', async () => {
    const { get, pool, disposed } = createBench(1);
    await get('a').loaded;
    const found = pool.find(({ model }) => model === 'a');
    await get('b').loaded;
    expect(disposed()).toEqual([]);
    (await found)?.release();
    await turn();
    expect(disposed()).toEqual(['b']);
  });

  test('of what is not there, or has failed, finds nothing', async () => {
    const { get, pool } = createBench(2);
    const failing = get('a', 1, Promise.reject(new Error('no')));
    expect(await pool.find(() => true)).toBeUndefined();
    await expect(failing.loaded).rejects.toThrow('no');
  });
});
