import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHalf, toHalf } from './half.ts';

test('every half is itself again', () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half);
    if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN();
    else expect(toHalf(value)).toBe(half);
  }
});

test('values between two halves go to the nearer one, in the middle to the even one', () => {
  for (let half = 0; half < 0x7bff; half++) {
    const [low, high] = [fromHalf(half), fromHalf(half + 1)];
    const middle = (low + high) / 2; // fits a float32
    expect(toHalf(middle)).toBe(half % 2 === 0 ? half : half + 1);
    expect(toHalf(low + (high - low) * 0.49)).toBe(half);
    expect(toHalf(low + (high - low) * 0.51)).toBe(half + 1);
  }
});

test('what is too large is infinite', () => {
  expect(fromHalf(toHalf(65_519))).toBe(65_504);
  expect(fromHalf(toHalf(65_520))).toBe(Number.POSITIVE_INFINITY);
  expect(fromHalf(toHalf(Number.NEGATIVE_INFINITY))).toBe(Number.NEGATIVE_INFINITY);
});

test('any value is off by half a unit in the last of eleven places at most', () => {
  fc.assert(
    fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
      const error = Math.abs(fromHalf(toHalf(value)) - value);
      expect(error).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
    }),
  );
});
