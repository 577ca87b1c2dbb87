import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTop } from './top.ts';

const similarity = fc.oneof(fc.constantFrom(Number.NaN, 0, 0.5, -0.5), fc.float({ min: -1, max: 1, noNaN: true }));

test('keeps the best, ties by ascending row', () => {
  fc.assert(
    fc.property(fc.array(similarity, { maxLength: 100 }), fc.nat(20), (similarities, k) => {
      const top = createTop(k);
      for (const [row, value] of similarities.entries()) top.offer(row, value);
      const expected = similarities
        .map((value, row) => ({ row, similarity: value }))
        .filter((hit) => !Number.isNaN(hit.similarity))
        .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
        .slice(0, k);
      expect(top.hits()).toEqual(expected);
      const worst = expected.length < k ? Number.NEGATIVE_INFINITY : expected.at(-1)?.similarity;
      expect(top.bar).toBe(worst ?? Number.POSITIVE_INFINITY);
    }),
  );
});
