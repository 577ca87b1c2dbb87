import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBitset, setBit } from '../index/bitset.ts';
import {
  bySimilarity,
  extendRanking,
  filterRanking,
  type Ranking,
  sliceRanking,
  toRanking,
  withoutRows,
} from './ranking.ts';

/** Rows below 60, each once. `isReranked`: scores are other numbers than similarities. */
const rankings = fc
  .record({
    rows: fc.uniqueArray(fc.nat(59)),
    isReranked: fc.boolean(),
  })
  .map(({ rows, isReranked }): Ranking => {
    const similarities = Float32Array.from(rows, (row) => row / 64);
    const ranking = bySimilarity(Uint32Array.from(rows), similarities);
    return isReranked ? { ...ranking, scores: similarities.map((one) => 10 - one) } : ranking;
  });

/** Each rank by itself. */
const ranksOf = ({ rows, similarities, scores }: Ranking) =>
  Array.from(rows, (row, i) => ({ row, similarity: similarities[i], score: scores[i] }));
const isShared = ({ similarities, scores }: Ranking) => similarities === scores;

test('the ranking of hits is theirs, and its scores are their similarities', () => {
  const ranking = toRanking([
    { row: 7, similarity: 0.5 },
    { row: 3, similarity: 0.25, approximate: true },
  ]);
  expect(ranking).toEqual(bySimilarity(Uint32Array.of(7, 3), Float32Array.of(0.5, 0.25)));
  expect(isShared(ranking)).toBe(true);
});

test('a ranking without some rows keeps the others as they are', () => {
  fc.assert(
    fc.property(rankings, fc.uniqueArray(fc.nat(59)), (ranking, left) => {
      const rest = withoutRows(ranking, new Set(left));
      expect(ranksOf(rest)).toEqual(ranksOf(ranking).filter(({ row }) => !left.includes(row)));
      expect(isShared(rest)).toBe(isShared(ranking));
    }),
  );
});

test('a slice is a copy of some ranks', () => {
  fc.assert(
    fc.property(rankings, fc.nat(70), fc.nat(70), (ranking, from, to) => {
      const slice = sliceRanking(ranking, from, to);
      expect(ranksOf(slice)).toEqual(ranksOf(ranking).slice(from, to));
      expect(isShared(slice)).toBe(isShared(ranking));
      expect(slice.rows.buffer).not.toBe(ranking.rows.buffer);
      expect(ranksOf(sliceRanking(ranking))).toEqual(ranksOf(ranking));
    }),
  );
});

test('a filter leaves what passes, in order', () => {
  fc.assert(
    fc.property(rankings, fc.uniqueArray(fc.nat(59)), (ranking, passing) => {
      const filter = createBitset(60);
      for (const row of passing) setBit(filter, row);
      const filtered = filterRanking(ranking, filter);
      expect(ranksOf(filtered)).toEqual(ranksOf(ranking).filter(({ row }) => passing.includes(row)));
      expect(isShared(filtered)).toBe(isShared(ranking));
    }),
  );
});

test('an extended ranking has the first one, then what it lacked', () => {
  fc.assert(
    fc.property(rankings, rankings, (first, further) => {
      const extended = extendRanking(first, further);
      const rest = ranksOf(further).filter(({ row }) => !first.rows.includes(row));
      expect(ranksOf(extended)).toEqual([...ranksOf(first), ...rest]);
      expect(isShared(extended)).toBe(isShared(first) && isShared(further));
    }),
  );
});

test('scores that are similarities are so on the other side of a worker border', () => {
  const sent = structuredClone(bySimilarity(Uint32Array.of(1, 2), Float32Array.of(0.5, 0.25)));
  expect(isShared(sent)).toBe(true);
});
