import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bySimilarity, type Ranking } from '../ranking.ts';
import { fuseJudged, fuseNames } from './fuse.ts';

/** Rows best first, of similarities that fall. */
const ranking = (...rows: number[]): Ranking =>
  bySimilarity(
    Uint32Array.from(rows),
    Float32Array.from(rows, (_, rank) => 0.9 - rank / 100),
  );
const rowsOf = ({ rows }: Ranking) => [...rows];

test('a picture that both find comes before those that one finds', () => {
  const { ranking: fused, good } = fuseNames(ranking(1, 2, 3, 4, 5), 3, ranking(3, 9));
  expect(rowsOf(fused)).toEqual([3, 1, 2, 9, 4, 5]);
  expect(good).toBe(4);
  // 1/61 and 1/62 of the paper's formula, in units of 2/61.
  expect(fused.scores[0]).toBeCloseTo((61 / 2) * (1 / 63 + 1 / 61), 6);
  expect(fused.scores[1]).toBeCloseTo(0.5, 6);
  expect(fused.similarities[0], 'similarities stay').toBeCloseTo(0.88, 6);
});

test('the first of both has the score 1', () => {
  expect(fuseNames(ranking(7), 1, ranking(7)).ranking.scores[0]).toBe(1);
});

test('a picture with the name is a good match, wherever the line is', () => {
  const { ranking: fused, good } = fuseNames(ranking(1, 2, 3), 0, ranking(8, 3));
  expect(rowsOf(fused)).toEqual([8, 3, 1, 2]);
  expect(good).toBe(2);
});

test('without a line all are fused, and none is drawn', () => {
  const { ranking: fused, good } = fuseNames(ranking(1, 2), null, ranking(2, 8));
  expect(rowsOf(fused)).toEqual([2, 1, 8]);
  expect(good).toBeNull();
});

test('nothing changes where no name has the words', () => {
  const similar = ranking(1, 2, 3);
  expect(fuseNames(similar, 2, ranking())).toEqual({ ranking: similar, good: 2 });
});

test('no row is lost or comes twice, scores descend, and what was good stays above what was not', () => {
  const rows = fc.uniqueArray(fc.nat(60), { maxLength: 40 });
  fc.assert(
    fc.property(rows, rows, fc.option(fc.nat(40)), (similarRows, namedRows, wanted) => {
      const similar = ranking(...similarRows);
      const good = wanted === null ? null : Math.min(wanted, similarRows.length);
      const { ranking: fused, good: all } = fuseNames(similar, good, ranking(...namedRows));
      expect(new Set(fused.rows)).toEqual(new Set([...similarRows, ...namedRows]));
      expect(fused.rows).toHaveLength(new Set(fused.rows).size);
      for (let i = 1; i < fused.scores.length; i++)
        expect(fused.scores[i]).toBeLessThanOrEqual(fused.scores[i - 1] ?? 0);
      expect(all === null).toBe(good === null);
      if (good === null || all === null) return;
      expect(new Set(rowsOf(fused).slice(0, all))).toEqual(new Set([...similarRows.slice(0, good), ...namedRows]));
      expect(rowsOf(fused).slice(all)).toEqual(similarRows.slice(good).filter((row) => !namedRows.includes(row)));
    }),
  );
});

test('a picture with the name is as sure as the surest, and comes before those that only may be right', () => {
  const { ranking: fused, sure, good } = fuseJudged(ranking(1, 2, 3, 4, 5), { sure: 1, good: 3 }, ranking(3, 9));
  expect(rowsOf(fused)).toEqual([1, 3, 9, 2, 4, 5]);
  expect({ sure, good }).toEqual({ sure: 3, good: 4 });
  const similar = ranking(1, 2, 3);
  expect(fuseJudged(similar, { sure: 1, good: 2 }, ranking())).toEqual({ ranking: similar, sure: 1, good: 2 });
  expect(fuseJudged(similar, { good: null }, ranking(8)).sure).toBeUndefined();
  expect(fuseJudged(similar, { good: 2 }, ranking(8))).toMatchObject({ good: 3 });
});
