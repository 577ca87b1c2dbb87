import { describe, expect, it } from 'vitest';
import { distribution } from './latency.ts';

describe('distribution', () => {
  it('gives values that were measured', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(distribution(values)).toEqual({ p50: 50, p95: 95, max: 100 });
    expect(distribution([3])).toEqual({ p50: 3, p95: 3, max: 3 });
    expect(distribution([2, 1])).toEqual({ p50: 1, p95: 2, max: 2 });
  });

  it('has nothing to say of nothing', () => {
    expect(distribution([])).toEqual({ p50: Number.NaN, p95: Number.NaN, max: Number.NaN });
  });
});
