import { expect, test } from 'vitest';
import { chooseKind } from './choose-kind.ts';

test.each([
  [1, 512, 'int8', 'hnsw'],
  [200_000, 512, 'int8', 'hnsw'],
  [200_001, 512, 'int8', 'codes'],
  [2_000_000, 512, 'int8', 'codes'],
  [2_100_000, 512, 'int8', 'cells'],
  [100_000_000, 512, 'int8', 'cells'],
  // A graph of vectors so long does not fit.
  [190_000, 4096, 'int8', 'codes'],
  [300_000, 512, 'f16', 'hnsw'],
  [3_000_000, 512, 'f16', 'exact'],
  [300_000, 16, 'int8', 'hnsw'],
] as const)('of %i vectors of %i dimensions in %s: %s, and it says why', (count, dim, encoding, index) => {
  const chosen = chooseKind('auto', { count, dim, encoding });
  expect(chosen.index).toBe(index);
  expect(chosen.reason).toMatch(new RegExp(`^The index is ${index}: `));
});

test('what was asked for is taken, however many there are', () => {
  for (const index of ['hnsw', 'exact', 'codes', 'cells'] as const) {
    expect(chooseKind(index, { count: 5_000_000, dim: 512, encoding: 'int8' })).toEqual({ index, reason: null });
  }
});
