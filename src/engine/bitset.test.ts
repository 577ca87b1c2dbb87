import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBitset, hasBit, setBit } from './bitset.ts';

test('holds exactly the rows that were set', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(199)), (rows) => {
      const bits = createBitset(200);
      for (const row of rows) setBit(bits, row);
      const found = Array.from({ length: 250 }, (_, row) => row).filter((row) => hasBit(bits, row));
      expect(found).toEqual(rows.toSorted((a, b) => a - b));
    }),
  );
});
