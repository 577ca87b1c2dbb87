import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFloat16, encodeFloat16, fromFloat16, toFloat16 } from './float16.ts';

const ALL = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

// Bits and values from the binary16 tables of IEEE 754.
test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65504],
  [0xfbff, -65504],
  [0x0400, 2 ** -14],
  [0x03ff, 2 ** -14 - 2 ** -24],
  [0x0001, 2 ** -24],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
])('0x%x is %d', (bits, value) => {
  expect(fromFloat16(bits)).toBe(value);
  expect(toFloat16(value)).toBe(bits);
});

test('every half survives the way to float32 and back', () => {
  const numbers = ALL.filter((bits) => (bits & 0x7fff) <= 0x7c00);
  expect(encodeFloat16(decodeFloat16(numbers))).toEqual(numbers);
});

test('NaN stays NaN', () => {
  expect(fromFloat16(toFloat16(Number.NaN))).toBeNaN();
  expect(fromFloat16(0x7c01)).toBeNaN();
});

test('halfway between two halves the even one is taken', () => {
  expect(toFloat16(1 + 2 ** -11)).toBe(0x3c00);
  expect(toFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(toFloat16(2 ** -25)).toBe(0);
  expect(toFloat16(3 * 2 ** -25)).toBe(2);
  expect(toFloat16(65519.996)).toBe(0x7bff);
  expect(toFloat16(65520)).toBe(0x7c00);
});

test('no half is nearer than the one that is taken', () => {
  const value = fc.oneof(
    fc.float({ noNaN: true, min: -65504, max: 65504 }),
    fc.float({ min: -(2 ** -13), max: 2 ** -13, noNaN: true }),
  );
  fc.assert(
    fc.property(value, (one) => {
      const bits = toFloat16(one);
      const error = Math.abs(fromFloat16(bits) - one);
      const neighbours = [bits - 1, bits + 1].filter((other) => other >= 0 && (other & 0x7fff) <= 0x7bff);
      for (const other of neighbours) {
        if ((other & 0x8000) !== (bits & 0x8000)) continue;
        expect(error).toBeLessThanOrEqual(Math.abs(fromFloat16(other) - one));
      }
    }),
    { numRuns: 2000 },
  );
});
