import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auroc, hitAtK, ndcgAtK, precisionRecall, recallAtK } from './metrics.ts';

test('a hit is a right row among the first k', () => {
  expect(hitAtK([5, 3, 1], new Set([1]), 2)).toBe(0);
  expect(hitAtK([5, 3, 1], new Set([1]), 3)).toBe(1);
  expect(hitAtK([], new Set([1]), 3)).toBe(0);
});

test('nDCG discounts by rank and compares with the best ranking', () => {
  expect(ndcgAtK([1, 2, 9], new Set([1, 2]), 10)).toBe(1);
  expect(ndcgAtK([9, 1], new Set([1]), 10)).toBeCloseTo(1 / Math.log2(3), 12);
  expect(ndcgAtK([1, 9, 2], new Set([1, 2]), 10)).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3)), 12);
  expect(ndcgAtK([1, 2], new Set([1, 2, 3]), 2)).toBe(1);
  expect(ndcgAtK([1], new Set(), 10)).toBe(0);
});

test('recall compares with the exact ranking', () => {
  expect(recallAtK([1, 2, 3, 4], [4, 3, 2, 1], 4)).toBe(1);
  expect(recallAtK([1, 2, 9, 8], [1, 2, 3, 4], 4)).toBe(0.5);
  expect(recallAtK([4, 5], [1, 2, 3], 3)).toBe(0);
  expect(recallAtK([], [], 10)).toBe(1);
});

test('AUROC is the share of pairs in order, ties counting half', () => {
  expect(auroc([3, 4], [1, 2])).toBe(1);
  expect(auroc([1, 2], [3, 4])).toBe(0);
  expect(auroc([1, 1], [1])).toBe(0.5);
  expect(auroc([], [1])).toBeNaN();
  const score = fc.integer({ min: 0, max: 8 });
  fc.assert(
    fc.property(fc.array(score, { minLength: 1 }), fc.array(score, { minLength: 1 }), (positives, negatives) => {
      let ordered = 0;
      for (const a of positives) for (const b of negatives) ordered += a > b ? 1 : a === b ? 0.5 : 0;
      expect(auroc(positives, negatives)).toBeCloseTo(ordered / (positives.length * negatives.length), 9);
    }),
  );
});

test('precision and recall pool their queries', () => {
  const counts = [
    { shown: 4, hits: 2, right: 2 },
    { shown: 4, hits: 0, right: 6 },
  ];
  expect(precisionRecall(counts)).toEqual({ precision: 0.25, recall: 0.25 });
  expect(precisionRecall([{ shown: 0, hits: 0, right: 3 }])).toEqual({ precision: 1, recall: 0 });
  expect(precisionRecall([])).toEqual({ precision: 1, recall: 1 });
});
