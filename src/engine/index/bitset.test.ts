import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clearBit, countBits, createBitset, hasBit, listBits, setBit } from './bitset.ts';

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

test('no longer holds what was cleared', () => {
  const bits = createBitset(64).fill(2 ** 32 - 1);
  for (const row of [0, 31, 40, 64, 1000]) clearBit(bits, row);
  const found = Array.from({ length: 70 }, (_, row) => row).filter((row) => !hasBit(bits, row));
  expect(found).toEqual([0, 31, 40, 64, 65, 66, 67, 68, 69]);
});

test('counts what is set', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (words) => {
      const ones = words.map((word) => word.toString(2).replaceAll('0', '').length);
      expect(countBits(Uint32Array.from(words))).toBe(ones.reduce((sum, count) => sum + count, 0));
    }),
  );
});

test('lists the rows that were set, below an end', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(199)), fc.nat(300), fc.nat(200), (rows, end, room) => {
      const bits = createBitset(200);
      for (const row of rows) setBit(bits, row);
      const list = new Uint32Array(room);
      const passing = rows.filter((row) => row < end).toSorted((a, b) => a - b);
      expect(listBits(bits, list, end)).toBe(passing.length);
      expect([...list.subarray(0, passing.length)]).toEqual(passing.slice(0, room));
    }),
  );
});

test('lists no more rows than are asked for, and says whether there are more', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(199)), fc.nat(200), (rows, most) => {
      const bits = createBitset(200);
      for (const row of rows) setBit(bits, row);
      const list = new Uint32Array(200);
      const count = listBits(bits, list, 200, most);
      expect(count).toBe(Math.min(rows.length, most + 1));
      expect([...list.subarray(0, count)]).toEqual(rows.toSorted((a, b) => a - b).slice(0, most + 1));
    }),
  );
});
