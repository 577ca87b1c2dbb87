import { expect, test } from 'vitest';
import { solve } from './solve.ts';

test('solves a system of equations', () => {
  const [x, y] = solve(
    [
      [4, 1],
      [1, 3],
    ],
    [1, 2],
  );
  expect(x).toBeCloseTo(1 / 11, 9);
  expect(y).toBeCloseTo(7 / 11, 9);
});
