import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernels } from './kernels.ts';
import { difference, QUERY, ROWS, reference, SCORES } from './testing.ts';

const byte = fc.oneof(fc.constantFrom(0, 255), fc.nat(255));
const entry = fc.oneof(fc.constantFrom(0, 63), fc.nat(63));

/** What lies between the last distance and the next multiple of sixteen is not defined. */
function forgetRest({ memory }: Kernels, count: number): void {
  new Uint16Array(memory.buffer, SCORES + 2 * count, -count & 15).fill(0);
}

function expectSame(stride: number, count: number, codes: readonly number[], entries: readonly number[]): void {
  const found = difference(
    (buffer) => {
      const bytes = new Uint8Array(buffer, ROWS, stride * (count + 15));
      for (let i = 0; i < bytes.length; i++) bytes[i] = codes[i % codes.length] as number;
      const tables = new Uint8Array(buffer, QUERY, 32 * stride);
      for (let i = 0; i < tables.length; i++) tables[i] = entries[i % entries.length] as number;
    },
    (kernels) => {
      kernels.bits(ROWS, stride, count, QUERY, SCORES);
      forgetRest(kernels, count);
    },
  );
  expect(found).toBeUndefined();
}

describe('bits', () => {
  test('gives the distances of the reference, for every length and number of codes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }).map((chunks) => chunks * 16),
        fc.integer({ min: 0, max: 50 }),
        fc.array(byte, { minLength: 1, maxLength: 97 }),
        fc.array(entry, { minLength: 1, maxLength: 89 }),
        expectSame,
      ),
      { numRuns: 200 },
    );
  });

  test('gives them at the extremes', () => {
    for (const code of [0, 255]) for (const most of [0, 63]) expectSame(512, 17, [code], [most]);
  });

  test('by definition', () => {
    const { buffer } = reference.memory;
    const rows = new Uint8Array(buffer, ROWS, 16 * 32).fill(0);
    const tables = new Uint8Array(buffer, QUERY, 16 * 32).fill(0);
    // Of row 17: in its first byte 3 below and 2 above, 15 above in its last.
    rows.set([0x23], 16 * 16 + 1);
    rows.set([0xf0], 16 * 16 + 16 * 15 + 1);
    tables[3] = 1;
    tables[16 + 2] = 10;
    tables[31 * 16 + 15] = 50;
    reference.bits(ROWS, 16, 18, QUERY, SCORES);
    const wanted = Array.from({ length: 18 }, (_, row) => (row === 17 ? 61 : 0));
    expect([...new Uint16Array(buffer, SCORES, 18)]).toEqual(wanted);
  });
});
