import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import { adapt } from './adapter.ts';
import { chooseAdapter } from './choose-adapter.ts';
import { learnAdapter, MOST_RANK } from './learn-adapter.ts';
import { directionsOf, solve, times, timesTransposed } from './low-rank.ts';
import { measurePairs } from './measure-pairs.ts';
import { splitByCount, splitFold } from './split-pairs.ts';
import { captionPairs, direction, labelPairs, turned } from './testing-pairs.ts';

describe('an adapter', () => {
  it('learns a rotation in a few planes, and holds for texts that it was not learned from', () => {
    const pairs = captionPairs(400, turned);
    const adapter = learnAdapter(pairs, { pull: 2, ridge: 3 });
    const others = captionPairs(60, turned, 2);
    const before = measurePairs(others);
    const after = measurePairs(others, adapter);
    expect(after.top1).toBeGreaterThan(before.top1 + 0.2);
    expect(after.ndcg10).toBeGreaterThan(before.ndcg10 + 0.15);
    const cosines = others.map(({ text }) => dot(adapt(text, adapter), turned(text)));
    expect(Math.min(...cosines)).toBeGreaterThan(0.7);
  });

  it('changes the less the more it is held back', () => {
    const pairs = captionPairs(100, turned);
    const moved = [1, 30, 1e6].map((ridge) => {
      const { text } = pairs[0] as (typeof pairs)[0];
      return 1 - dot(adapt(text, learnAdapter(pairs, { pull: 1, ridge })), text);
    });
    expect(moved[0]).toBeGreaterThan(moved[1] as number);
    expect(moved[1]).toBeGreaterThan(moved[2] as number);
    expect(moved[2]).toBeLessThan(1e-6);
  });

  it('of a single text changes nothing', () => {
    const pairs = labelPairs(1, 10);
    const adapter = learnAdapter(pairs, { pull: 2, ridge: 1 });
    const [{ text } = { text: direction(0) }] = pairs;
    expect(dot(adapt(text, adapter), text)).toBeCloseTo(1, 5);
  });

  it('has no higher rank than is stored', () => {
    expect(learnAdapter(labelPairs(5, 4), { pull: 1, ridge: 1 }).rank).toBeLessThanOrEqual(5);
    expect(MOST_RANK).toBeGreaterThan(5);
  });
});

describe('cross-validation', () => {
  it('takes an adapter for labels that the model knows nothing of', () => {
    const { adapter, before, after, gain, error } = chooseAdapter(labelPairs(12, 10));
    expect(adapter).toBeDefined();
    expect(after.top1).toBeGreaterThan(before.top1 + 0.3);
    expect(after.ndcg10).toBeGreaterThan(before.ndcg10 + 0.3);
    expect(gain).toBeGreaterThan(2 * error);
  });

  it('takes none where the model is right by itself', () => {
    const { adapter, before, after } = chooseAdapter(captionPairs(100, (text) => text));
    expect(adapter).toBeUndefined();
    expect(before.top1).toBeGreaterThan(after.top1 - 0.05);
  });

  it('takes none that finds less for other texts, whatever the pairs', () => {
    const places = { turned, same: (text: Embedding) => text, unrelated: () => direction(7) };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(...Object.values(places)), (seed, place) => {
        const { adapter } = chooseAdapter(captionPairs(60, place, seed));
        const others = captionPairs(60, place, seed + 5000);
        const [before, after] = [measurePairs(others), measurePairs(others, adapter)];
        expect(after.ndcg10).toBeGreaterThan(before.ndcg10 - 0.03);
      }),
      { numRuns: 12, seed: 17 },
    );
  });
});

describe('a split', () => {
  it('holds out each picture once, in whatever order they come', () => {
    const pairs = labelPairs(6, 8);
    const folds = [0, 1, 2, 3, 4].map((fold) => splitFold(pairs, fold, 5));
    const heldOut = folds.flatMap((fold) => fold.heldOut.map(({ id }) => id));
    expect(heldOut.sort()).toEqual(pairs.map(({ id }) => id).sort());
    const reversed = splitFold([...pairs].reverse(), 0, 5);
    expect(new Set(reversed.heldOut)).toEqual(new Set(folds[0]?.heldOut));
  });

  it('learns from so many pictures of each text, and never from one that is held out', () => {
    const pairs = labelPairs(6, 8);
    const twice = [...pairs, ...pairs.map((pair) => ({ ...pair, words: 'thing' }))];
    const { learn, heldOut } = splitByCount(twice, 3);
    for (const words of new Set(twice.map((pair) => pair.words)))
      expect(learn.filter((pair) => pair.words === words)).toHaveLength(3);
    const learned = new Set(learn.map(({ id }) => id));
    expect(heldOut.length).toBeGreaterThan(0);
    expect(heldOut.filter(({ id }) => learned.has(id))).toEqual([]);
    expect(new Set(splitByCount([...twice].reverse(), 3).learn)).toEqual(new Set(learn));
  });
});

describe('figures', () => {
  it('count a picture whose nearest text is one of its own', () => {
    const [a, b] = [direction(1), direction(2)];
    const pairs = [
      { text: a, words: 'a', picture: a, id: '0' },
      { text: b, words: 'b', picture: a, id: '0' },
      { text: b, words: 'b', picture: a, id: '1' },
    ];
    expect(measurePairs(pairs)).toMatchObject({ pictures: 2, texts: 2, top1: 0.5 });
  });
});

describe('linear algebra', () => {
  it('solves symmetric equations', () => {
    const g = Float64Array.of(4, 1, 1, 3);
    const r = Float64Array.of(1, 9, 2, 5);
    solve(g, r, 2, 2);
    // (4 1; 1 3)⁻¹ (1 9; 2 5)
    for (const [i, value] of [1 / 11, 2, 7 / 11, 1].entries()) expect(r[i]).toBeCloseTo(value, 12);
  });

  it('finds all that a matrix of low rank does', () => {
    const [u, v] = [direction(1), direction(2)];
    const { length: dim } = u;
    const w = Float64Array.from({ length: dim * dim }, (_, at) => {
      const [i, j] = [Math.floor(at / dim), at % dim];
      return (u[i] as number) * (v[j] as number) + 0.1 * (v[i] as number) * (u[j] as number);
    });
    const basis = directionsOf(w, dim, 5);
    expect(basis).toHaveLength(2);
    const rebuilt = basis.map((one) => timesTransposed(w, one, dim));
    const query = direction(3);
    const expected = times(w, query, dim);
    for (let i = 0; i < dim; i++) {
      const value = basis.reduce((sum, one, r) => {
        const along = (rebuilt[r] as Float64Array).reduce(
          (total, weight, j) => total + weight * (query[j] as number),
          0,
        );
        return sum + along * (one[i] as number);
      }, 0);
      expect(value).toBeCloseTo(expected[i] as number, 9);
    }
  });
});
