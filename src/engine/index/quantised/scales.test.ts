import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBfloat16, toBfloat16 } from '../../numeric/bfloat16.ts';
import { chooseScale, findScale, leastScale } from './scales.ts';

const size = fc.constantFrom(1, 0.1, 0.01, 1e-4);
const someGroup = fc
  .tuple(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 64 }), size)
  .map(([values, unit]) => Float64Array.from(values, (value) => unit * value));

const firstOf = (group: Float64Array) => leastScale(Math.max(...group.map(Math.abs)));

function lossOf(group: Float64Array, bits: number): number {
  const scale = fromBfloat16(bits);
  return group.reduce((sum, value) => sum + (value - scale * Math.round(value / scale)) ** 2, 0);
}

test('by the least scale the largest number comes to 127, and by the one below it would not', () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -11, max: 2, noNaN: true }), (largest) => {
      const bits = leastScale(largest);
      expect(largest / fromBfloat16(bits)).toBeLessThanOrEqual(127.5 * (1 + 2 ** -24));
      expect(largest / fromBfloat16(bits)).toBeGreaterThan(126.5);
      expect(largest / fromBfloat16(bits - 1)).toBeGreaterThan(127.5);
    }),
  );
  expect(fromBfloat16(leastScale(0))).toBe(2 ** -18);
});

test('none of the twelve scales from the least on loses less than the chosen one, and no lesser one as little', () => {
  fc.assert(
    fc.property(someGroup, (group) => {
      const first = firstOf(group);
      const chosen = chooseScale(group, first);
      const losses = Array.from({ length: 12 }, (_, k) => lossOf(group, first + k));
      const loss = losses[chosen - first] as number;
      expect(loss).toBeLessThanOrEqual(Math.min(...losses) * (1 + 1e-9));
      expect(losses.slice(0, chosen - first).every((other) => other > loss * (1 - 1e-9))).toBe(true);
    }),
  );
});

test('of scales that lose as little, the least is chosen', () => {
  expect(chooseScale(new Float64Array(3), 0x3c00)).toBe(0x3c00);
});

test('a scale is found by its multiples, and not by what lies between them', () => {
  const multiples = (scale: number) => Float64Array.from([119, -57, 3, 88, -101], (code) => scale * code);
  const bits = toBfloat16(0.0031);
  const group = multiples(fromBfloat16(bits));
  expect(findScale(group, firstOf(group))).toBe(bits);
  group[2] = (group[2] as number) * (1 + 0.3 / 3);
  expect(findScale(group, firstOf(group))).toBeUndefined();
});

test('of several scales whose multiples a group is, the least is found', () => {
  const scale = fromBfloat16(0x3c00);
  const group = Float64Array.of(scale * 120);
  const found = findScale(group, firstOf(group)) as number;
  const multiple = group.map((value) => value / fromBfloat16(found))[0] as number;
  expect(found).toBeLessThan(0x3c00);
  expect(Math.abs(multiple - Math.round(multiple))).toBeLessThanOrEqual(1 / 8);
});

test('no scale is chosen that readers would not take', () => {
  fc.assert(
    fc.property(someGroup, (group) => {
      const wide = group.map((value) => 2 * value);
      for (const scale of [chooseScale(wide, firstOf(wide)), findScale(wide, firstOf(wide)) ?? 0]) {
        expect(scale).toBeLessThanOrEqual(toBfloat16(2.01 / 127));
      }
    }),
  );
});
