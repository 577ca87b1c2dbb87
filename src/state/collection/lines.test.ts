import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

const lines = (answer: Parameters<typeof linesOf>[0]) =>
  linesOf(answer).map(({ cell, certainty }) => `${cell} ${certainty}`);

test('what is sure, less sure and the rest are headed, and what there is none of is not', () => {
  expect(lines({ good: 5, sure: 2, total: 9 })).toEqual(['0 sure', '2 fair', '5 rest']);
  expect(lines({ good: 2, sure: 2, total: 9 })).toEqual(['0 sure', '2 rest']);
  expect(lines({ good: 3, sure: 0, total: 9 })).toEqual(['0 fair', '3 rest']);
  expect(lines({ good: 0, sure: 0, total: 9 })).toEqual(['0 rest']);
});

test('where nobody knows how sure, good matches are good', () => {
  expect(lines({ good: 5, total: 9 })).toEqual(['0 good', '5 rest']);
  expect(lines({ good: 0, total: 9 })).toEqual(['0 rest']);
});

test('there is none where nobody can tell, where all are good, and without an answer', () => {
  expect(lines({ good: null, total: 9 })).toEqual([]);
  expect(lines({ good: 9, sure: 3, total: 9 })).toEqual([]);
  expect(lines(undefined)).toEqual([]);
});

test('with a line there is always one above the first picture, so that none moves when others are sure', () => {
  const counts = fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }).map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(counts, ([sure = 0, good = 0, total = 0]) => {
      const cells = linesOf({ sure, good, total }).map(({ cell }) => cell);
      expect(cells[0]).toBe(good < total ? 0 : undefined);
      expect(cells).toEqual([...new Set(cells)].sort((a, b) => a - b));
    }),
  );
});
