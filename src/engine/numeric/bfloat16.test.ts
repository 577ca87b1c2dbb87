import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBfloat16, fromBfloat16, toBfloat16, toBfloat16Above } from './bfloat16.ts';

const numberOf = (bits: number) => decodeBfloat16(Uint16Array.of(bits))[0] as number;

test('what they stand for gives the same bits again', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    if ((bits & 0x7f80) !== 0x7f80) expect(toBfloat16(numberOf(bits))).toBe(bits);
  }
});

test('no other one is nearer', () => {
  fc.assert(
    fc.property(fc.float({ min: -(2 ** 126), max: 2 ** 126, noNaN: true }), (value) => {
      const bits = toBfloat16(value);
      const distance = Math.abs(numberOf(bits) - value);
      // Below and above zero there is one of the other sign, which is further away.
      for (const other of [bits - 1, bits + 1]) {
        expect(Math.abs(numberOf(other & 0xffff) - value)).not.toBeLessThan(distance);
      }
    }),
  );
});

test('the least that is no less', () => {
  fc.assert(
    fc.property(fc.float({ min: 2 ** -126, max: 2 ** 126, noNaN: true }), (value) => {
      const bits = toBfloat16Above(value);
      expect(fromBfloat16(bits)).toBeGreaterThanOrEqual(value);
      expect(fromBfloat16(bits - 1)).toBeLessThan(value);
    }),
  );
});

test.each([
  [0x3f80, 1],
  [0xc000, -2],
  [0x3c00, 2 ** -7],
  [0x0000, 0],
])('%i is %f', (bits, value) => {
  expect(numberOf(bits)).toBe(value);
  expect(fromBfloat16(bits)).toBe(value);
  expect(toBfloat16(value)).toBe(bits);
});

test('decodes into what is given, where it lies', () => {
  const into = new Float32Array(4);
  decodeBfloat16(Uint16Array.of(0x3f80, 0xc000), into.subarray(1, 3));
  expect([...into]).toEqual([0, 1, -2, 0]);
});
