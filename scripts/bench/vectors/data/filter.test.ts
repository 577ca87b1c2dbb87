import { expect, it } from 'vitest';
import { createFilter, passes, passingRows } from './filter.ts';

it('lets about the share through that was asked for, and no row that does not exist', () => {
  for (const permille of [100, 10, 1]) {
    const rows = passingRows(createFilter(100_003, permille));
    expect(rows.length / 100_003).toBeCloseTo(permille / 1000, 2);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.at(-1)).toBeLessThan(100_003);
  }
  expect(passingRows(createFilter(70, 1000))).toHaveLength(70);
  expect(passingRows(createFilter(70, 0))).toEqual([]);
});

it('lists the rows that pass, ascending', () => {
  const filter = Uint32Array.of(0x80000001, 0b10);
  expect(passingRows(filter)).toEqual([0, 31, 33]);
  expect(passes(filter, 31)).toBe(true);
  expect(passes(filter, 32)).toBe(false);
  expect(passes(filter, 1000)).toBe(false);
});
