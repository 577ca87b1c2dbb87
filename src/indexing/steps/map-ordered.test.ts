import { expect, test } from 'vitest';
import { mapOrdered } from './map-ordered.ts';

const tick = () => new Promise((resolve) => setImmediate(resolve));

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

test('keeps the order of the elements, whichever is done first', async () => {
  const work = async (n: number) => {
    for (let i = 0; i < (n % 3) * 5; i++) await tick();
    return n * 2;
  };
  const numbers = Array.from({ length: 50 }, (_, i) => i);
  const results = await collect(mapOrdered(numbers, work, { concurrency: 4, ahead: 8 }));
  expect(results).toEqual(numbers.map((n) => n * 2));
});

test('works on no more than `concurrency` elements at a time and no more than `ahead` of the consumer', async () => {
  let running = 0;
  let most = 0;
  let begun = 0;
  const work = async (n: number) => {
    begun++;
    most = Math.max(most, ++running);
    await tick();
    running--;
    return n;
  };
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  let taken = 0;
  for await (const _ of mapOrdered(numbers, work, { concurrency: 3, ahead: 5 })) {
    for (let i = 0; i < 30; i++) await tick();
    taken++;
    expect(begun).toBeLessThanOrEqual(taken + 6);
  }
  expect(most).toBe(3);
  expect(taken).toBe(100);
});

test('goes on while the consumer does something else', async () => {
  let begun = 0;
  const work = async () => void begun++;
  const results = mapOrdered([1, 2, 3, 4, 5, 6], work, { concurrency: 2, ahead: 3 });
  await results.next();
  for (let i = 0; i < 30; i++) await tick();
  expect(begun).toBe(5);
  await results.return();
});

test('throws the first failure, of the work or of the source, in its turn', async () => {
  const work = async (n: number) => {
    if (n >= 3) throw new Error(`no ${n}`);
    return n;
  };
  const seen: number[] = [];
  const run = async () => {
    for await (const n of mapOrdered([0, 1, 2, 3, 4], work, { concurrency: 4, ahead: 4 })) seen.push(n);
  };
  await expect(run()).rejects.toThrow('no 3');
  expect(seen).toEqual([0, 1, 2]);

  async function* broken() {
    yield 1;
    throw new Error('the source broke');
  }
  await expect(collect(mapOrdered(broken(), async (n) => n, { concurrency: 2, ahead: 2 }))).rejects.toThrow('broke');
});

test('of nothing makes nothing', async () => {
  expect(await collect(mapOrdered([], async () => 1, { concurrency: 2, ahead: 2 }))).toEqual([]);
});
