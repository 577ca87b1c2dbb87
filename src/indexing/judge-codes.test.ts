import { expect, test } from 'vitest';
import { judgeCodes, LEAST_EXPLAINED } from './judge-codes.ts';

const [SMALL, DIM] = [20_000, 512];
const most = Math.floor(2 ** 31 / (DIM + 25));

test.each([
  ['codes that see enough', LEAST_EXPLAINED, SMALL, 'codes', null],
  ['enough, however many there are', 1, 50_000_000, 'codes', null],
  ['codes that see a little less', LEAST_EXPLAINED - 1e-6, SMALL, 'exact', /^The codes would see 69 %.*70 %.*exact/],
  ['no structure', 0.25, SMALL, 'exact', /25 %/],
  ['as many as can be compared', 0.25, most, 'exact', /exact/],
  ['too many to compare', 0.25, most + 1, 'codes', /all the same, because 3,999,\d+ pictures are too many/],
])('%s', (_, explained, count, index, advice) => {
  const verdict = judgeCodes(explained, { count, dim: DIM });
  expect(verdict.index).toBe(index);
  if (advice === null) expect(verdict.advice).toBeNull();
  else expect(verdict.advice).toMatch(advice);
});
