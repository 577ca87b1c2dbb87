import { expect, it } from 'vitest';
import { ENGINES } from './engines.ts';

it('refuses what an engine cannot hold, and says what the limit is', () => {
  expect(ENGINES.hnswlib.refuses?.(60_000)).toBeUndefined();
  expect(ENGINES.hnswlib.refuses?.(100_000)).toBe(
    'its file of 219 MB is one value in IndexedDB, of which Chromium takes 133 MB at most',
  );
  expect(ENGINES.hnsw.refuses?.(100_000)).toBeUndefined();
  expect(ENGINES.hnsw.refuses?.(1_000_000)).toMatch(/2 GiB holds 9\d\d,\d\d\d vectors/);
});
