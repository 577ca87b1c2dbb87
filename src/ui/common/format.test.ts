import { expect, it } from 'vitest';
import { formatBytes, formatCount, formatDate, formatMs, formatPictures, formatShare } from './format.ts';

it('writes numbers as people read them', () => {
  expect(formatPictures(1)).toBe('1 picture');
  expect(formatPictures(100_000)).toBe('100,000 pictures');
  expect([0, 999, 1000, 12_345, 1_000_000].map(formatCount)).toEqual(['0', '999', '1,000', '12,345', '1,000,000']);
  expect([0, 999, 1000, 12_345_678, 2.5e9].map(formatBytes)).toEqual(['0 B', '999 B', '1.0 kB', '12 MB', '2.5 GB']);
  expect([0.01, 0.34, 12.4, 1500].map(formatMs)).toEqual(['< 0.1 ms', '0.3 ms', '12 ms', '1.5 s']);
  expect([0, 0.31, 0.98, 0.9996, 1].map(formatShare)).toEqual(['0 %', '31 %', '98 %', '99.9 %', '100 %']);
  expect(formatDate('yesterday')).toBe('yesterday');
});

it('writes the time of a place as it was there, wherever the visitor is', () => {
  const before = process.env.TZ;
  try {
    process.env.TZ = 'America/New_York';
    for (const zone of ['', '+05:30', '-00:00']) {
      expect(formatDate(`2011-11-11T11:11:11${zone}`)).toBe('Nov 11, 2011, 11:11 AM');
      expect(formatDate(`2011-03-13T02:30:00${zone}`)).toBe('Mar 13, 2011, 2:30 AM');
      expect(formatDate(`1865-04-10T12:00:00${zone}`)).toBe('Apr 10, 1865, 12:00 PM');
    }
    expect(formatDate('2011-11-11T11:11:11Z')).toBe('Nov 11, 2011, 6:11 AM');
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});
