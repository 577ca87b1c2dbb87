import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calibration, countProducts } from '../../model/calibration.ts';
import type { QueryBaseline } from '../cutoff.ts';
import { certaintyCutoff, probabilities, products, standardise } from './certainty.ts';
import { featuresAt } from './features.ts';
import { neverRising } from './isotonic.ts';

const baseline: QueryBaseline = {
  own: { mean: 0.1, deviation: 0.05 },
  ordinary: { mean: 0.08, deviation: 0.04 },
  count: 1594,
};
/** By the height alone: a half at two deviations. */
const byHeight: Calibration = {
  ...{ features: ['height'], mean: [2], deviation: [1], weights: [0, 2, 0], sure: 0.6, fair: 0.2 },
};

describe('features', () => {
  test('are heights in deviations of similarities that mean nothing', () => {
    const features = featuresAt(baseline, [0.3, 0.2], 1, [1, 3]);
    expect(features.height).toBeCloseTo((0.2 - 0.1) / 0.05, 6);
    expect(features.gap).toBeCloseTo(0.1 / 0.04, 6);
    expect(features.spread).toBeCloseTo(Math.log(0.05 / 0.04), 6);
    expect(features.level).toBeCloseTo(0.02 / 0.04, 6);
    expect(features).toMatchObject({ mostPieces: 3, pieces: 2, words: Math.log(2) });
  });

  test('take words in very many pieces alike, and none where no tokenizer is at hand', () => {
    expect(featuresAt(baseline, [0.3], 0, [40])).toMatchObject({ mostPieces: 5, pieces: 5, words: 0 });
    expect(featuresAt(baseline, [0.3], 0, undefined)).toMatchObject({ mostPieces: 0, pieces: 0, words: 0 });
    expect(featuresAt(baseline, [0.3], 0, [])).toMatchObject({ mostPieces: 0, pieces: 0, words: 0 });
  });

  test('of more pictures expect more of chance, of fewer no less', () => {
    const height = (count: number) => featuresAt({ ...baseline, count }, [0.3], 0, undefined).height;
    expect(height(100_000)).toBeLessThan(height(1594));
    expect(height(100)).toBe(height(1594));
  });

  test('do not change when a model shifts and squeezes all similarities', () => {
    const squeeze = (value: number) => 0.2 + 0.3 * value;
    const { own, ordinary, count } = baseline;
    const squeezed = {
      own: { mean: squeeze(own.mean), deviation: 0.3 * own.deviation },
      ordinary: { mean: squeeze(ordinary.mean), deviation: 0.3 * ordinary.deviation },
      count,
    };
    const best = [0.4, 0.33, 0.2];
    const features = featuresAt(baseline, best, 1, undefined);
    const same = featuresAt(squeezed, best.map(squeeze), 1, undefined);
    for (const [name, value] of Object.entries(features)) expect(same[name as keyof typeof same]).toBeCloseTo(value, 6);
  });
});

describe('neverRising', () => {
  test('pools what rises', () => {
    expect([...neverRising([0.5, 0.25, 0.75, 0.125])]).toEqual([0.5, 0.5, 0.5, 0.125]);
    expect([...neverRising([])]).toEqual([]);
  });

  test('never rises, keeps the sum, and leaves alone what falls', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (values) => {
        const result = neverRising(values);
        expect(result).toHaveLength(values.length);
        for (let i = 1; i < result.length; i++) expect(result[i]).toBeLessThanOrEqual(result[i - 1] ?? 1);
        const sum = (all: Iterable<number>) => [...all].reduce((total, value) => total + value, 0);
        expect(sum(result)).toBeCloseTo(sum(values), 4);
        const falling = values.toSorted((a, b) => b - a);
        expect([...neverRising(falling)]).toEqual(falling.map(Math.fround));
      }),
    );
  });
});

describe('certainty', () => {
  test('is logistic regression on what is measured, within what was measured', () => {
    const [probability] = probabilities(baseline, [0.2], undefined, byHeight);
    expect(probability).toBeCloseTo(0.5, 6);
    const [far, farther] = [[0.9], [0.95]].map((best) => probabilities(baseline, best, undefined, byHeight)[0]);
    expect(far).toBe(farther);
    expect(far).toBeCloseTo(1 / (1 + Math.exp(-6)), 6);
  });

  test('takes the products of every two features once', () => {
    expect(products([2, 3])).toEqual([1, 2, 3, 4, 6, 9]);
    expect(products([2, 3])).toHaveLength(countProducts(2));
    expect(standardise([5, -9], { mean: [1, 1], deviation: [2, 1] })).toEqual([2, -3]);
  });

  test('draws two lines, sure above less sure', () => {
    const best = [0.25, 0.22, 0.19, 0.15, 0.05];
    const cut = certaintyCutoff(baseline, best, undefined, byHeight);
    expect(cut).toMatchObject({ sure: 2, good: 3, line: 0.19 });
    expect(certaintyCutoff(baseline, [0.11, 0.1], undefined, byHeight)).toMatchObject({ sure: 0, good: 0, line: null });
  });

  test('says nothing of few pictures, or of those that are all alike', () => {
    expect(certaintyCutoff({ ...baseline, count: 15 }, [0.3], undefined, byHeight)).toMatchObject({ unjudged: 'few' });
    const alike = { ...baseline, own: { mean: 0.3, deviation: 1e-7 } };
    expect(certaintyCutoff(alike, [0.3], undefined, byHeight)).toMatchObject({ good: null, unjudged: 'alike' });
    expect(certaintyCutoff(baseline, [], undefined, byHeight)).toMatchObject({ good: 0 });
  });
});
