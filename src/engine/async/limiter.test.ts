import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDeferred } from './deferred.ts';
import { createLimiter, forEachLimited } from './limiter.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('runs so many at a time and no more, in the order in which they came, also after failures', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean()), fc.integer({ min: 1, max: 5 }), async (fail, concurrency) => {
      const limited = createLimiter(concurrency);
      const begun: number[] = [];
      let running = 0;
      let most = 0;
      const work = async (i: number) => {
        begun.push(i);
        most = Math.max(most, ++running);
        for (let turns = i % 3; turns >= 0; turns--) await Promise.resolve();
        running--;
        if (fail[i]) throw new Error(`no ${i}`);
        return i;
      };
      const results = await Promise.allSettled(fail.map((_, i) => limited(() => work(i))));
      expect(begun).toEqual(fail.map((_, i) => i));
      expect(most).toBe(Math.min(concurrency, fail.length));
      for (const [i, result] of results.entries()) {
        expect(result).toMatchObject(fail[i] ? { status: 'rejected' } : { status: 'fulfilled', value: i });
      }
    }),
  );
});

test('the place of one that ended goes to the one that waited longest, not to one that comes now', async () => {
  const limited = createLimiter(1);
  const gate = createDeferred<void>();
  const begun: string[] = [];
  const begin = (name: string) => async () => void begun.push(name);
  const first = limited(() => gate.promise);
  const second = limited(begin('second'));
  gate.resolve();
  const third = first.then(() => limited(begin('third')));
  await Promise.all([second, third]);
  expect(begun).toEqual(['second', 'third']);
});

test('works on every element, so many at a time', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await forEachLimited([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
    most = Math.max(most, ++running);
    await turn();
    running--;
    done.push(n);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
  await forEachLimited([], 3, () => Promise.reject(new Error('never')));
});

test('after a failure no other element is begun', async () => {
  const begun: number[] = [];
  const work = async (n: number) => {
    begun.push(n);
    await turn();
    if (n === 2) throw new Error('no 2');
    await turn();
  };
  await expect(forEachLimited([1, 2, 3, 4, 5], 2, work)).rejects.toThrow('no 2');
  for (let i = 0; i < 5; i++) await turn();
  expect(begun).toEqual([1, 2]);
});
