import { expect, test } from 'vitest';
import { createByteCache } from './byte-cache.ts';

test('holds what was used last, within its bytes', () => {
  const cache = createByteCache<string>(10);
  cache.put(1, 'one', 4);
  cache.put(2, 'two', 4);
  expect(cache.get(1)).toBe('one'); // now 2 was not used the longest
  cache.put(3, 'three', 4);
  expect([1, 2, 3].map((key) => cache.get(key))).toEqual(['one', undefined, 'three']);
  expect(cache.bytes).toBe(8);
  expect(cache.keys()).toEqual([1, 3]);
});

test('counts a value that is put again once', () => {
  const cache = createByteCache<string>(10);
  for (const value of ['a', 'b', 'c']) cache.put(1, value, 6);
  expect([cache.bytes, cache.get(1)]).toEqual([6, 'c']);
});

test('does not hold what is larger than it, and nothing else leaves for it', () => {
  const cache = createByteCache<string>(10);
  cache.put(1, 'one', 4);
  cache.put(2, 'two', 11);
  expect([cache.get(1), cache.get(2), cache.bytes]).toEqual(['one', undefined, 4]);
});

test('holds nothing when it was cleared', () => {
  const cache = createByteCache<string>(10);
  cache.put(1, 'one', 4);
  cache.clear();
  expect([cache.get(1), cache.bytes, cache.keys()]).toEqual([undefined, 0, []]);
});
