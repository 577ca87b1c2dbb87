import { expect, test } from 'vitest';
import { checkDim, countRows } from './dimension.ts';

const mismatch = (message: RegExp) =>
  expect.objectContaining({ code: 'dimension-mismatch', message: expect.stringMatching(message) });

test('a vector of the dimension of the index passes, any other is refused', () => {
  checkDim(4, 4);
  for (const actual of [0, 3, 5]) expect(() => checkDim(actual, 4)).toThrow(mismatch(/different models/));
});

test('whole rows are counted, and what is none is refused', () => {
  expect([countRows(0, 4), countRows(4, 4), countRows(12, 4)]).toEqual([0, 1, 3]);
  for (const length of [1, 11]) expect(() => countRows(length, 4)).toThrow(mismatch(/no whole number of rows/));
});
