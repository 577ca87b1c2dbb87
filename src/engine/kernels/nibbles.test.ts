import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernels } from './kernels.ts';
import { componentAt } from './reference.ts';
import { difference, QUERY, ROWS, reference, SCORES } from './testing.ts';

const byte = fc.oneof(fc.constantFrom(0, 255), fc.nat(255));
const factor = fc.oneof(fc.constantFrom(-32768, 32767, 0), fc.integer({ min: -32768, max: 32767 }));

/** What lies between the last distance and the next multiple of four is not defined. */
function forgetRest({ memory }: Kernels, count: number): void {
  new Uint16Array(memory.buffer, SCORES + 2 * count, -count & 3).fill(0);
}

function expectSame(stride: number, count: number, codes: readonly number[], query: readonly number[]): void {
  const factors = Int16Array.from({ length: 2 * stride }, (_, i) => query[i % query.length] as number);
  const bias = 15 * factors.reduce((sum, value) => sum + Math.max(0, value), 0);
  const range = 15 * factors.reduce((sum, value) => sum + Math.abs(value), 0);
  const shift = Math.max(0, 16 - Math.clz32(range));
  const found = difference(
    (buffer) => {
      const bytes = new Uint8Array(buffer, ROWS, stride * count);
      for (let i = 0; i < bytes.length; i++) bytes[i] = codes[i % codes.length] as number;
      new Int16Array(buffer, QUERY, 2 * stride).set(factors);
    },
    (kernels) => {
      kernels.nibbles(ROWS, stride, count, QUERY, bias, shift, SCORES);
      forgetRest(kernels, count);
    },
  );
  expect(found).toBeUndefined();
}

describe('nibbles', () => {
  test('gives the distances of the reference, for every length and number of codes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }).map((chunks) => chunks * 16),
        fc.integer({ min: 0, max: 40 }),
        fc.array(byte, { minLength: 1, maxLength: 97 }),
        fc.array(factor, { minLength: 1, maxLength: 89 }),
        expectSame,
      ),
      { numRuns: 200 },
    );
  });

  test('gives them at the extremes', () => {
    for (const query of [32767, -32768]) for (const code of [0, 255]) expectSame(128, 5, [code], [query]);
  });

  test('by definition', () => {
    const { buffer } = reference.memory;
    // Components 0, 8, 16 and 24 share the first two bytes.
    new Uint8Array(buffer, ROWS, 16).fill(0).set([0x21, 0x43]);
    new Int16Array(buffer, QUERY, 32).fill(0)[0] = 1;
    const factors = new Int16Array(buffer, QUERY, 32);
    factors[8] = 10;
    factors[16] = 100;
    factors[24] = 1000;
    reference.nibbles(ROWS, 16, 1, QUERY, 10_000, 1, SCORES);
    expect(new Uint16Array(buffer, SCORES, 1)[0]).toBe((10_000 - 4321) >> 1);
    const code = new Uint8Array(buffer, ROWS, 16);
    expect([0, 8, 16, 24, 1].map((i) => componentAt(code, 0, i))).toEqual([1, 2, 3, 4, 0]);
  });
});
